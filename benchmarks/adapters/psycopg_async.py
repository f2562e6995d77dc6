"""psycopg 3, asynchronous: the same driver with the other half of its API."""

import contextlib
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import psycopg

from benchmarks.adapters import statements
from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter, UndoneError
from benchmarks.adapters.reading import read_each, read_positions
from benchmarks.data import Row, StoredRow
from benchmarks.shared_tables import WIDE_COLUMNS, SharedRow

JOIN = statements.unnumbered(statements.join("bench_psycopg_async"))
SUBQUERY = statements.unnumbered(statements.subquery("bench_psycopg_async"))
CTE = statements.unnumbered(statements.cte("bench_psycopg_async"))
GROUP_BY = statements.unnumbered(statements.group_by("bench_psycopg_async"))
WIDE = statements.wide(WIDE_COLUMNS)
PG_TYPE = statements.unnumbered(statements.PG_TYPE)
SERIES = statements.unnumbered(statements.SERIES)
BATCH = statements.unnumbered(statements.BATCH)


class PsycopgAsyncAdapter(Adapter):
    """One connection and no pool, which is the quickest that psycopg has."""

    title = "psycopg async"
    package = "psycopg"
    kind = "async"
    table = "bench_psycopg_async"

    async def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        self.connection = await psycopg.AsyncConnection.connect(dsn, autocommit=True)

    async def close(self) -> None:
        await self.connection.close()

    def values(self, row: StoredRow) -> StoredRow:
        return row

    async def insert_one(self, row: Row) -> int:
        cursor = await self.connection.execute(
            "INSERT INTO bench_psycopg_async (name, email, age, city, score, active)"
            " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
            row,
        )
        identifier: int
        (identifier,) = await cursor.fetchone() or (0,)
        return identifier

    async def insert_many_by_executemany(self, rows: Sequence[Row]) -> int:
        async with self.connection.transaction(), self.connection.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO bench_psycopg_async (name, email, age, city, score, active)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                rows,
            )
            return cursor.rowcount

    async def insert_many_by_copy(self, rows: Sequence[Row]) -> int:
        async with self.connection.cursor() as cursor:
            async with cursor.copy(
                "COPY bench_psycopg_async (name, email, age, city, score, active) FROM STDIN"
            ) as copy:
                for row in rows:
                    await copy.write_row(row)
            return cursor.rowcount

    async def insert_many_by_binary_copy(self, rows: Sequence[Row]) -> int:
        async with self.connection.cursor() as cursor:
            async with cursor.copy(
                "COPY bench_psycopg_async (name, email, age, city, score, active)"
                " FROM STDIN (FORMAT BINARY)"
            ) as copy:
                copy.set_types(["text", "text", "int4", "text", "float8", "bool"])
                for row in rows:
                    await copy.write_row(row)
            return cursor.rowcount

    async def insert_many_by_unnest_ids(self, rows: Sequence[Row]) -> list[int]:
        cursor = await self.connection.execute(
            "INSERT INTO bench_psycopg_async (name, email, age, city, score, active)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::int[], %s::text[],"
            " %s::float8[], %s::bool[]) RETURNING id",
            [list(column) for column in zip(*rows, strict=True)],
        )
        return [identifier for (identifier,) in await cursor.fetchall()]

    async def find_one(self, identifier: int) -> tuple[object, ...] | None:
        cursor = await self.connection.execute(
            "SELECT id, name, email, age, city, score, active FROM bench_psycopg_async"
            " WHERE id = %s",
            (identifier,),
            binary=True,
        )
        row = await cursor.fetchone()
        read_positions([row])
        return row

    async def find_many(self, above: int, limit: int) -> list[tuple[object, ...]]:
        cursor = await self.connection.execute(
            "SELECT id, name, email, age, city, score, active FROM bench_psycopg_async"
            " WHERE age > %s LIMIT %s",
            (above, limit),
            binary=True,
        )
        rows = await cursor.fetchall()
        read_positions(rows)
        return rows

    async def count(self, above: int) -> int:
        cursor = await self.connection.execute(
            "SELECT count(*) FROM bench_psycopg_async WHERE age > %s", (above,)
        )
        number: int
        (number,) = await cursor.fetchone() or (0,)
        return number

    async def update_one(self, identifier: int, score: float) -> int:
        cursor = await self.connection.execute(
            "UPDATE bench_psycopg_async SET score = %s WHERE id = %s", (score, identifier)
        )
        return cursor.rowcount

    async def update_many(self, above: int) -> int:
        cursor = await self.connection.execute(
            "UPDATE bench_psycopg_async SET active = %s WHERE age > %s", (False, above)
        )
        return cursor.rowcount

    async def update_each_by_executemany(self, changes: Sequence[tuple[int, float]]) -> int:
        async with self.connection.transaction(), self.connection.cursor() as cursor:
            await cursor.executemany(
                "UPDATE bench_psycopg_async SET score = %(score)s WHERE id = %(id)s",
                [{"id": identifier, "score": score} for identifier, score in changes],
            )
            return cursor.rowcount

    async def update_each_by_unnest(self, changes: Sequence[tuple[int, float]]) -> int:
        identifiers, scores = zip(*changes, strict=True)
        cursor = await self.connection.execute(
            "UPDATE bench_psycopg_async SET score = change.score"
            " FROM unnest(%s::bigint[], %s::float8[]) AS change (id, score)"
            " WHERE bench_psycopg_async.id = change.id",
            (list(identifiers), list(scores)),
        )
        return cursor.rowcount

    async def delete_many(self, above: int) -> int:
        cursor = await self.connection.execute(
            "DELETE FROM bench_psycopg_async WHERE age > %s", (above,)
        )
        return cursor.rowcount

    async def transaction(self, row: Row, identifier: int, score: float) -> tuple[int, float]:
        async with self.connection.transaction():
            inserted = await self.insert_one(row)
            await self.update_one(identifier, score)
            cursor = await self.connection.execute(
                "SELECT score FROM bench_psycopg_async WHERE id = %s", (identifier,)
            )
            (found,) = await cursor.fetchone() or (0.0,)
        return inserted, found

    async def transaction_of(self, changes: Sequence[tuple[int, float]]) -> int:
        changed = 0
        async with self.connection.transaction():
            for identifier, score in changes:
                changed += await self.update_one(identifier, score)
        return changed

    async def savepoints(self, changes: Sequence[tuple[int, float]]) -> int:
        kept = 0
        async with self.connection.transaction():
            for number, (identifier, score) in enumerate(changes):
                with contextlib.suppress(UndoneError):
                    async with self.connection.transaction():
                        changed = await self.update_one(identifier, score)
                        if number % 2:
                            raise UndoneError
                    kept += changed
        return kept

    async def fetch(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of a query, in the binary format."""
        cursor = await self.connection.execute(sql, parameters, binary=True)
        return await cursor.fetchall()

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

    async def find_one_unprepared(self, identifier: int) -> tuple[Any, ...] | None:
        cursor = await self.connection.execute(
            "SELECT id, name, email, age, city, score, active FROM bench_psycopg_async"
            " WHERE id = %s",
            (identifier,),
            prepare=False,
            binary=True,
        )
        row = await cursor.fetchone()
        read_positions([row])
        return row

    async def find_values(self, kind: str) -> list[Any]:
        return [value for (value,) in await self.fetch(statements.values(kind))]

    async def find_wide(self) -> list[tuple[Any, ...]]:
        rows = await self.fetch(WIDE)
        read_each(rows)
        return rows

    async def pgbench_pg_type(self) -> list[tuple[Any, ...]]:
        rows = await self.fetch(PG_TYPE, *statements.PG_TYPE_ARGUMENTS)
        read_each(rows)
        return rows

    async def pgbench_generate_series(self) -> list[int]:
        return [number for (number,) in await self.fetch(SERIES, statements.SERIES_LENGTH)]

    async def pgbench_large_object(self) -> list[bytes]:
        return [value for (value,) in await self.fetch(statements.LARGE_OBJECT)]

    async def pgbench_arrays(self) -> list[list[int]]:
        return [value for (value,) in await self.fetch(statements.ARRAYS)]

    async def pgbench_copy_from(self, rows: Sequence[SharedRow]) -> int:
        async with self.connection.cursor() as cursor:
            async with cursor.copy(
                "COPY bench_pgbench_rows (a, b, c, d, e, f, g) FROM STDIN"
            ) as copy:
                for row in rows:
                    await copy.write_row(row)
            return cursor.rowcount

    async def pgbench_batch(self, rows: Sequence[SharedRow]) -> int:
        async with self.connection.transaction(), self.connection.cursor() as cursor:
            await cursor.executemany(BATCH, rows)
            return cursor.rowcount

    async def pgbench_one_plus_one(self) -> int:
        number: int
        ((number,),) = await self.fetch(statements.ONE_PLUS_ONE)
        return number


ADAPTER = PsycopgAsyncAdapter
