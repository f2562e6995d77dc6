"""fastpg: an asyncio client in Rust, the fastest rival; rows become msgspec Structs."""

from collections.abc import Sequence

import fastpg
import msgspec

from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter
from benchmarks.adapters.reading import read_attributes
from benchmarks.data import Row, StoredRow


class User(msgspec.Struct):
    """A row, as fastpg's users declare it."""

    id: int
    name: str
    email: str
    age: int
    city: str
    score: float
    active: bool


class FastpgAdapter(Adapter):
    """fastpg's pool, which shares its connections among statements."""

    title = "fastpg"
    package = "fastpg"
    kind = "async"
    table = "bench_fastpg"

    async def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        self.pool = await fastpg.create_pool(dsn, min_size=smallest, max_size=largest)

    async def close(self) -> None:
        await self.pool.close()

    def values(self, row: User) -> StoredRow:
        values: StoredRow = msgspec.structs.astuple(row)
        return values

    async def insert_one(self, row: Row) -> int:
        identifier: int
        (identifier,) = await self.pool.select_one(
            "INSERT INTO bench_fastpg (name, email, age, city, score, active)"
            " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            *row,
        )
        return identifier

    async def insert_many_by_copy(self, rows: Sequence[Row]) -> int:
        return await self.pool.copy_in(
            "bench_fastpg", rows, columns=["name", "email", "age", "city", "score", "active"]
        )

    async def insert_many_by_insert_many(self, rows: Sequence[Row]) -> int:
        return await self.pool.insert_many(
            "bench_fastpg", rows, columns=["name", "email", "age", "city", "score", "active"]
        )

    async def insert_many_by_unnest_ids(self, rows: Sequence[Row]) -> list[int]:
        inserted = await self.pool.select_many(
            "INSERT INTO bench_fastpg (name, email, age, city, score, active)"
            " SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[],"
            " $5::float8[], $6::bool[]) RETURNING id",
            *map(list, zip(*rows, strict=True)),
        )
        return [identifier for (identifier,) in inserted]

    async def find_one(self, identifier: int) -> User:
        user = await self.pool.select_one(
            "SELECT id, name, email, age, city, score, active FROM bench_fastpg WHERE id = $1",
            identifier,
            into=User,
        )
        read_attributes([user])
        return user

    async def find_many(self, above: int, limit: int) -> list[User]:
        users = await self.pool.select_many(
            "SELECT id, name, email, age, city, score, active FROM bench_fastpg"
            " WHERE age > $1 LIMIT $2",
            above,
            limit,
            into=User,
        )
        read_attributes(users)
        return users

    async def count(self, above: int) -> int:
        number: int
        (number,) = await self.pool.select_one(
            "SELECT count(*) FROM bench_fastpg WHERE age > $1", above
        )
        return number

    async def update_one(self, identifier: int, score: float) -> int:
        return await self.pool.execute(
            "UPDATE bench_fastpg SET score = $1 WHERE id = $2", score, identifier
        )

    async def update_many(self, above: int) -> int:
        return await self.pool.execute(
            "UPDATE bench_fastpg SET active = $1 WHERE age > $2", False, above
        )

    async def update_each_by_execute_many(self, changes: Sequence[tuple[int, float]]) -> int:
        return await self.pool.execute_many(
            "UPDATE bench_fastpg SET score = $2 WHERE id = $1", changes
        )

    async def update_each_by_unnest(self, changes: Sequence[tuple[int, float]]) -> int:
        return await self.pool.execute(
            "UPDATE bench_fastpg SET score = change.score"
            " FROM unnest($1::bigint[], $2::float8[]) AS change (id, score)"
            " WHERE bench_fastpg.id = change.id",
            *map(list, zip(*changes, strict=True)),
        )

    async def delete_many(self, above: int) -> int:
        return await self.pool.execute("DELETE FROM bench_fastpg WHERE age > $1", above)

    async def transaction(self, row: Row, identifier: int, score: float) -> tuple[int, float]:
        async with self.pool.transaction() as transaction:
            (inserted,) = await transaction.select_one(
                "INSERT INTO bench_fastpg (name, email, age, city, score, active)"
                " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                *row,
            )
            await transaction.execute(
                "UPDATE bench_fastpg SET score = $1 WHERE id = $2", score, identifier
            )
            (found,) = await transaction.select_one(
                "SELECT score FROM bench_fastpg WHERE id = $1", identifier
            )
        return inserted, found


ADAPTER = FastpgAdapter
