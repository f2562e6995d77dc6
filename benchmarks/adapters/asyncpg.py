"""asyncpg: the driver that asynchronous Python uses most."""

from collections.abc import Sequence

import asyncpg

from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter
from benchmarks.adapters.reading import read_names
from benchmarks.data import Row, StoredRow


class AsyncpgAdapter(Adapter):
    """asyncpg's pool; for one row also a connection taken out of the pool, without its resets."""

    title = "asyncpg"
    package = "asyncpg"
    kind = "async"
    table = "bench_asyncpg"

    async def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        self.pool = await asyncpg.create_pool(dsn, min_size=smallest, max_size=largest)
        self.connection = await asyncpg.connect(dsn)

    async def close(self) -> None:
        await self.connection.close()
        await self.pool.close()

    def values(self, row: asyncpg.Record) -> StoredRow:
        values: StoredRow = tuple(row)
        return values

    async def insert_one(self, row: Row) -> int:
        identifier: int = await self.pool.fetchval(
            "INSERT INTO bench_asyncpg (name, email, age, city, score, active)"
            " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            *row,
        )
        return identifier

    async def insert_many_by_executemany(self, rows: Sequence[Row]) -> None:
        await self.pool.executemany(
            "INSERT INTO bench_asyncpg (name, email, age, city, score, active)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            rows,
        )

    async def insert_many_by_copy(self, rows: Sequence[Row]) -> int:
        tag = await self.pool.copy_records_to_table(
            "bench_asyncpg",
            records=rows,
            columns=["name", "email", "age", "city", "score", "active"],
        )
        return int(tag.rpartition(" ")[2])

    async def insert_many_by_unnest(self, rows: Sequence[Row]) -> int:
        tag = await self.pool.execute(
            "INSERT INTO bench_asyncpg (name, email, age, city, score, active)"
            " SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[],"
            " $5::float8[], $6::bool[])",
            *zip(*rows, strict=True),
        )
        return int(tag.rpartition(" ")[2])

    async def insert_many_by_unnest_ids(self, rows: Sequence[Row]) -> list[int]:
        inserted = await self.pool.fetch(
            "INSERT INTO bench_asyncpg (name, email, age, city, score, active)"
            " SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[],"
            " $5::float8[], $6::bool[]) RETURNING id",
            *zip(*rows, strict=True),
        )
        return [record["id"] for record in inserted]

    async def find_one(self, identifier: int) -> asyncpg.Record | None:
        record = await self.pool.fetchrow(
            "SELECT id, name, email, age, city, score, active FROM bench_asyncpg WHERE id = $1",
            identifier,
        )
        read_names([record])
        return record

    async def find_one_by_connection(self, identifier: int) -> asyncpg.Record | None:
        record = await self.connection.fetchrow(
            "SELECT id, name, email, age, city, score, active FROM bench_asyncpg WHERE id = $1",
            identifier,
        )
        read_names([record])
        return record

    async def find_many(self, above: int, limit: int) -> list[asyncpg.Record]:
        records = await self.pool.fetch(
            "SELECT id, name, email, age, city, score, active FROM bench_asyncpg"
            " WHERE age > $1 LIMIT $2",
            above,
            limit,
        )
        read_names(records)
        return records

    async def count(self, above: int) -> int:
        number: int = await self.pool.fetchval(
            "SELECT count(*) FROM bench_asyncpg WHERE age > $1", above
        )
        return number

    async def update_one(self, identifier: int, score: float) -> int:
        tag = await self.pool.execute(
            "UPDATE bench_asyncpg SET score = $1 WHERE id = $2", score, identifier
        )
        return int(tag.rpartition(" ")[2])

    async def update_many(self, above: int) -> int:
        tag = await self.pool.execute(
            "UPDATE bench_asyncpg SET active = $1 WHERE age > $2", False, above
        )
        return int(tag.rpartition(" ")[2])

    async def update_each_by_executemany(self, changes: Sequence[tuple[int, float]]) -> None:
        await self.pool.executemany("UPDATE bench_asyncpg SET score = $2 WHERE id = $1", changes)

    async def update_each_by_unnest(self, changes: Sequence[tuple[int, float]]) -> int:
        tag = await self.pool.execute(
            "UPDATE bench_asyncpg SET score = change.score"
            " FROM unnest($1::bigint[], $2::float8[]) AS change (id, score)"
            " WHERE bench_asyncpg.id = change.id",
            *zip(*changes, strict=True),
        )
        return int(tag.rpartition(" ")[2])

    async def delete_many(self, above: int) -> int:
        tag = await self.pool.execute("DELETE FROM bench_asyncpg WHERE age > $1", above)
        return int(tag.rpartition(" ")[2])

    async def transaction(self, row: Row, identifier: int, score: float) -> tuple[int, float]:
        async with self.pool.acquire() as connection, connection.transaction():
            inserted: int = await connection.fetchval(
                "INSERT INTO bench_asyncpg (name, email, age, city, score, active)"
                " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                *row,
            )
            await connection.execute(
                "UPDATE bench_asyncpg SET score = $1 WHERE id = $2", score, identifier
            )
            found: float = await connection.fetchval(
                "SELECT score FROM bench_asyncpg WHERE id = $1", identifier
            )
        return inserted, found


ADAPTER = AsyncpgAdapter
