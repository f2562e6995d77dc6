"""psqlpy: a driver in Rust, whose statements run on threads of its own."""

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import psqlpy

from benchmarks.adapters import statements
from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter
from benchmarks.adapters.reading import read_each, read_positions
from benchmarks.data import Row, StoredRow
from benchmarks.shared_tables import WIDE_COLUMNS, SharedRow

JOIN = statements.join("bench_psqlpy")
SUBQUERY = statements.subquery("bench_psqlpy")
CTE = statements.cte("bench_psqlpy")
GROUP_BY = statements.group_by("bench_psqlpy")
WIDE = statements.wide(WIDE_COLUMNS)


class PsqlpyAdapter(Adapter):
    """psqlpy's pool, which opens connections when they are needed; for one row also a connection.

    It does not tell how many rows a statement changed. Its COPY is left out: from some thousand
    rows on, its thread and the event loop's now and then wait for each other for ever.
    """

    title = "psqlpy"
    package = "psqlpy"
    kind = "async"
    table = "bench_psqlpy"

    async def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        self.pool = psqlpy.ConnectionPool(
            dsn,
            # One more, which is taken out of it for good.
            max_db_pool_size=largest + 1,
            # The URI's own `sslmode` is not enough for it.
            ssl_mode=psqlpy.SslMode.Require if "sslmode=require" in dsn else None,
        )
        self.connection = await self.pool.connection()

    async def close(self) -> None:
        self.connection.close()
        self.pool.close()

    def values(self, row: Any) -> StoredRow:
        values: StoredRow = tuple(row)
        return values

    async def insert_one(self, row: Row) -> int:
        async with self.pool.acquire() as connection:
            identifier: int = await connection.fetch_val(
                "INSERT INTO bench_psqlpy (name, email, age, city, score, active)"
                " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                row,
            )
        return identifier

    def prepare_insert_many_by_execute_many(self, rows: Sequence[Row]) -> tuple[list[list[Any]]]:
        return ([list(row) for row in rows],)

    async def insert_many_by_execute_many(self, rows: list[list[Any]]) -> None:
        async with self.pool.acquire() as connection:
            await connection.execute_many(
                "INSERT INTO bench_psqlpy (name, email, age, city, score, active)"
                " VALUES ($1, $2, $3, $4, $5, $6)",
                rows,
            )

    async def insert_many_by_unnest_ids(self, rows: Sequence[Row]) -> list[int]:
        async with self.pool.acquire() as connection:
            inserted = await connection.fetch(
                "INSERT INTO bench_psqlpy (name, email, age, city, score, active)"
                " SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[],"
                " $5::float8[], $6::bool[]) RETURNING id",
                [list(column) for column in zip(*rows, strict=True)],
            )
        return [identifier for (identifier,) in inserted.result(as_tuple=True)]

    async def find_one(self, identifier: int) -> tuple[Any, ...]:
        async with self.pool.acquire() as connection:
            found = await connection.fetch_row(
                "SELECT id, name, email, age, city, score, active FROM bench_psqlpy WHERE id = $1",
                [identifier],
            )
        row = found.result(as_tuple=True)
        read_positions([row])
        return row

    async def find_one_by_connection(self, identifier: int) -> tuple[Any, ...]:
        found = await self.connection.fetch_row(
            "SELECT id, name, email, age, city, score, active FROM bench_psqlpy WHERE id = $1",
            [identifier],
        )
        row = found.result(as_tuple=True)
        read_positions([row])
        return row

    async def find_many(self, above: int, limit: int) -> list[tuple[Any, ...]]:
        async with self.pool.acquire() as connection:
            found = await connection.fetch(
                "SELECT id, name, email, age, city, score, active FROM bench_psqlpy"
                " WHERE age > $1 LIMIT $2",
                [above, limit],
            )
        rows = found.result(as_tuple=True)
        read_positions(rows)
        return rows

    async def count(self, above: int) -> int:
        async with self.pool.acquire() as connection:
            number: int = await connection.fetch_val(
                "SELECT count(*) FROM bench_psqlpy WHERE age > $1", [above]
            )
        return number

    async def update_one(self, identifier: int, score: float) -> None:
        async with self.pool.acquire() as connection:
            await connection.execute(
                "UPDATE bench_psqlpy SET score = $1 WHERE id = $2", [score, identifier]
            )

    async def update_many(self, above: int) -> None:
        async with self.pool.acquire() as connection:
            await connection.execute(
                "UPDATE bench_psqlpy SET active = $1 WHERE age > $2", [False, above]
            )

    def prepare_update_each_by_execute_many(
        self, changes: Sequence[tuple[int, float]]
    ) -> tuple[list[list[Any]]]:
        return ([list(change) for change in changes],)

    async def update_each_by_execute_many(self, changes: list[list[Any]]) -> None:
        async with self.pool.acquire() as connection:
            await connection.execute_many(
                "UPDATE bench_psqlpy SET score = $2 WHERE id = $1", changes
            )

    async def update_each_by_unnest(self, changes: Sequence[tuple[int, float]]) -> None:
        async with self.pool.acquire() as connection:
            await connection.execute(
                "UPDATE bench_psqlpy SET score = change.score"
                " FROM unnest($1::bigint[], $2::float8[]) AS change (id, score)"
                " WHERE bench_psqlpy.id = change.id",
                [list(column) for column in zip(*changes, strict=True)],
            )

    async def delete_many(self, above: int) -> None:
        async with self.pool.acquire() as connection:
            await connection.execute("DELETE FROM bench_psqlpy WHERE age > $1", [above])

    async def transaction(self, row: Row, identifier: int, score: float) -> tuple[int, float]:
        async with self.pool.acquire() as connection, connection.transaction() as transaction:
            inserted = await transaction.fetch_val(
                "INSERT INTO bench_psqlpy (name, email, age, city, score, active)"
                " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                row,
            )
            await transaction.execute(
                "UPDATE bench_psqlpy SET score = $1 WHERE id = $2", [score, identifier]
            )
            found = await transaction.fetch_val(
                "SELECT score FROM bench_psqlpy WHERE id = $1", [identifier]
            )
        return inserted or 0, found or 0.0

    async def transaction_of(self, changes: Sequence[tuple[int, float]]) -> None:
        async with self.pool.acquire() as connection, connection.transaction() as transaction:
            for identifier, score in changes:
                await transaction.execute(
                    "UPDATE bench_psqlpy SET score = $1 WHERE id = $2", [score, identifier]
                )

    async def savepoints(self, changes: Sequence[tuple[int, float]]) -> None:
        async with self.pool.acquire() as connection, connection.transaction() as transaction:
            for number, (identifier, score) in enumerate(changes):
                await transaction.create_savepoint("before")
                await transaction.execute(
                    "UPDATE bench_psqlpy SET score = $1 WHERE id = $2", [score, identifier]
                )
                if number % 2:
                    await transaction.rollback_savepoint("before")
                await transaction.release_savepoint("before")

    async def fetch(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of a query, from the pool."""
        async with self.pool.acquire() as connection:
            return (await connection.fetch(sql, parameters)).result(as_tuple=True)

    async def join(self, region: str, limit: int) -> list[tuple[Any, ...]]:
        rows = await self.fetch(JOIN, region, limit)
        read_each(rows)
        return rows

    async def subquery(self, above: int, amount: Decimal) -> list[tuple[Any, ...]]:
        rows = await self.fetch(SUBQUERY, above, amount)
        read_positions(rows)
        return rows

    async def cte(self, since: dt.date, spent: Decimal, limit: int) -> list[tuple[Any, ...]]:
        rows = await self.fetch(CTE, since, spent, limit)
        read_each(rows)
        return rows

    async def group_by(self, above: int) -> list[tuple[Any, ...]]:
        rows = await self.fetch(GROUP_BY, above)
        read_each(rows)
        return rows

    async def find_one_unprepared(self, identifier: int) -> tuple[Any, ...]:
        found = await self.connection.fetch_row(
            "SELECT id, name, email, age, city, score, active FROM bench_psqlpy WHERE id = $1",
            [identifier],
            prepared=False,
        )
        row = found.result(as_tuple=True)
        read_positions([row])
        return row

    async def find_values(self, kind: str) -> list[Any]:
        values = [value for (value,) in await self.fetch(statements.values(kind))]
        # It makes strings of UUIDs.
        return list(map(uuid.UUID, values)) if kind == "uuid" else values

    async def find_wide(self) -> list[tuple[Any, ...]]:
        rows = await self.fetch(WIDE)
        read_each(rows)
        return rows

    async def pgbench_pg_type(self) -> list[tuple[Any, ...]]:
        rows = await self.on_connection(statements.PG_TYPE, *statements.PG_TYPE_ARGUMENTS)
        read_each(rows)
        return rows

    async def pgbench_generate_series(self) -> list[int]:
        rows = await self.on_connection(statements.SERIES, statements.SERIES_LENGTH)
        return [number for (number,) in rows]

    async def pgbench_large_object(self) -> list[bytes]:
        return [value for (value,) in await self.on_connection(statements.LARGE_OBJECT)]

    async def pgbench_arrays(self) -> list[list[int]]:
        return [value for (value,) in await self.on_connection(statements.ARRAYS)]

    def prepare_pgbench_batch(self, rows: Sequence[SharedRow]) -> tuple[list[list[Any]]]:
        return ([list(row) for row in rows],)

    async def pgbench_batch(self, rows: list[list[Any]]) -> None:
        await self.connection.execute_many(statements.BATCH, rows)

    async def pgbench_one_plus_one(self) -> int:
        number: int = await self.connection.fetch_val(statements.ONE_PLUS_ONE)
        return number

    async def on_connection(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of a query, on the connection out of the pool."""
        return (await self.connection.fetch(sql, parameters)).result(as_tuple=True)


ADAPTER = PsqlpyAdapter
