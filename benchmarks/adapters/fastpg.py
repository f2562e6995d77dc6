"""fastpg: an asyncio client in Rust, the fastest rival; rows become msgspec Structs."""

import contextlib
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import fastpg
import msgspec

from benchmarks.adapters import statements
from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter, UndoneError
from benchmarks.adapters.reading import read_attributes, read_each
from benchmarks.data import Row, StoredRow
from benchmarks.shared_tables import WIDE_COLUMNS, SharedRow

JOIN = statements.join("bench_fastpg")
SUBQUERY = statements.subquery("bench_fastpg")
CTE = statements.cte("bench_fastpg")
GROUP_BY = statements.group_by("bench_fastpg")
WIDE = statements.wide(WIDE_COLUMNS)


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
    """fastpg's pool, which shares its connections among statements.

    It keeps the last statement prepared even with `statement_cache_size=0`, and so cannot be asked
    to find without prepared statements.
    """

    title = "fastpg"
    package = "fastpg"
    kind = "async"
    table = "bench_fastpg"

    async def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        self.dsn = dsn
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

    async def transaction_of(self, changes: Sequence[tuple[int, float]]) -> int:
        changed = 0
        async with self.pool.transaction() as transaction:
            for identifier, score in changes:
                changed += await transaction.execute(
                    "UPDATE bench_fastpg SET score = $1 WHERE id = $2", score, identifier
                )
        return changed

    async def savepoints(self, changes: Sequence[tuple[int, float]]) -> int:
        kept = 0
        async with self.pool.transaction() as transaction:
            for number, (identifier, score) in enumerate(changes):
                with contextlib.suppress(UndoneError):
                    async with transaction.savepoint():
                        changed = await transaction.execute(
                            "UPDATE bench_fastpg SET score = $1 WHERE id = $2", score, identifier
                        )
                        if number % 2:
                            raise UndoneError
                    kept += changed
        return kept

    async def join(self, region: str, limit: int) -> list[tuple[Any, ...]]:
        rows = await self.pool.select_many(JOIN, region, limit)
        read_each(rows)
        return rows

    async def subquery(self, above: int, amount: Decimal) -> list[User]:
        users = await self.pool.select_many(SUBQUERY, above, amount, into=User)
        read_attributes(users)
        return users

    async def cte(self, since: dt.date, spent: Decimal, limit: int) -> list[tuple[Any, ...]]:
        rows = await self.pool.select_many(CTE, since, spent, limit)
        read_each(rows)
        return rows

    async def group_by(self, above: int) -> list[tuple[Any, ...]]:
        rows = await self.pool.select_many(GROUP_BY, above)
        read_each(rows)
        return rows

    async def find_values(self, kind: str) -> list[Any]:
        rows = await self.pool.select_many(statements.values(kind))
        return [value for (value,) in rows]

    async def find_wide(self) -> list[tuple[Any, ...]]:
        rows = await self.pool.select_many(WIDE)
        read_each(rows)
        return rows

    async def pgbench_pg_type(self) -> list[tuple[Any, ...]]:
        rows = await self.pool.select_many(statements.PG_TYPE, *statements.PG_TYPE_ARGUMENTS)
        read_each(rows)
        return rows

    async def pgbench_generate_series(self) -> list[int]:
        rows = await self.pool.select_many(statements.SERIES, statements.SERIES_LENGTH)
        return [number for (number,) in rows]

    async def pgbench_large_object(self) -> list[bytes]:
        return [value for (value,) in await self.pool.select_many(statements.LARGE_OBJECT)]

    async def pgbench_arrays(self) -> list[list[int]]:
        return [value for (value,) in await self.pool.select_many(statements.ARRAYS)]

    async def pgbench_copy_from(self, rows: Sequence[SharedRow]) -> int:
        return await self.pool.copy_in(
            "bench_pgbench_rows", rows, columns=["a", "b", "c", "d", "e", "f", "g"]
        )

    async def pgbench_batch(self, rows: Sequence[SharedRow]) -> int:
        return await self.pool.execute_many(statements.BATCH, rows)

    async def pgbench_one_plus_one(self) -> int:
        number: int
        (number,) = await self.pool.select_one(statements.ONE_PLUS_ONE)
        return number


ADAPTER = FastpgAdapter
