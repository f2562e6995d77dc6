"""data-bridge's driver: SQL in, records out."""

import contextlib
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from benchmarks.adapters import statements
from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter, UndoneError
from benchmarks.adapters.reading import read_named, read_names
from benchmarks.data import Row, StoredRow
from benchmarks.shared_tables import WIDE_COLUMNS, SharedRow
from data_bridge import postgres
from data_bridge.postgres import Record

JOIN = statements.join("bench_data_bridge_driver")
SUBQUERY = statements.subquery("bench_data_bridge_driver")
CTE = statements.cte("bench_data_bridge_driver")
GROUP_BY = statements.group_by("bench_data_bridge_driver")
WIDE = statements.wide(WIDE_COLUMNS)


class DataBridgeDriverAdapter(Adapter):
    """The driver's pool."""

    title = "data-bridge driver"
    package = "data-bridge"
    kind = "async"
    table = "bench_data_bridge_driver"

    async def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        self.dsn = dsn
        self.unprepared: postgres.Pool | None = None
        self.pool = await postgres.create_pool(dsn, min_size=smallest, max_size=largest)

    async def close(self) -> None:
        if self.unprepared is not None:
            await self.unprepared.close()
        await self.pool.close()

    def values(self, row: Record) -> StoredRow:
        values: StoredRow = tuple(row)
        return values

    async def insert_one(self, row: Row) -> int:
        identifier: int = await self.pool.fetchval(
            "INSERT INTO bench_data_bridge_driver (name, email, age, city, score, active)"
            " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            *row,
        )
        return identifier

    async def insert_many_by_executemany(self, rows: Sequence[Row]) -> None:
        await self.pool.executemany(
            "INSERT INTO bench_data_bridge_driver (name, email, age, city, score, active)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            rows,
        )

    async def insert_many_by_copy(self, rows: Sequence[Row]) -> int:
        tag = await self.pool.copy_records_to_table(
            "bench_data_bridge_driver",
            records=rows,
            columns=["name", "email", "age", "city", "score", "active"],
        )
        return int(tag.rpartition(" ")[2])

    async def insert_many_by_unnest(self, rows: Sequence[Row]) -> int:
        tag = await self.pool.execute(
            "INSERT INTO bench_data_bridge_driver (name, email, age, city, score, active)"
            " SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[],"
            " $5::float8[], $6::bool[])",
            *zip(*rows, strict=True),
        )
        return int(tag.rpartition(" ")[2])

    async def insert_many_by_unnest_ids(self, rows: Sequence[Row]) -> list[int]:
        inserted = await self.pool.fetch(
            "INSERT INTO bench_data_bridge_driver (name, email, age, city, score, active)"
            " SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[],"
            " $5::float8[], $6::bool[]) RETURNING id",
            *zip(*rows, strict=True),
        )
        return [record["id"] for record in inserted]

    async def find_one(self, identifier: int) -> Record | None:
        record = await self.pool.fetchrow(
            "SELECT id, name, email, age, city, score, active FROM bench_data_bridge_driver"
            " WHERE id = $1",
            identifier,
        )
        read_names([record])
        return record

    async def find_many(self, above: int, limit: int) -> list[Record]:
        records = await self.pool.fetch(
            "SELECT id, name, email, age, city, score, active FROM bench_data_bridge_driver"
            " WHERE age > $1 LIMIT $2",
            above,
            limit,
        )
        read_names(records)
        return records

    async def count(self, above: int) -> int:
        number: int = await self.pool.fetchval(
            "SELECT count(*) FROM bench_data_bridge_driver WHERE age > $1", above
        )
        return number

    async def update_one(self, identifier: int, score: float) -> int:
        tag = await self.pool.execute(
            "UPDATE bench_data_bridge_driver SET score = $1 WHERE id = $2", score, identifier
        )
        return int(tag.rpartition(" ")[2])

    async def update_many(self, above: int) -> int:
        tag = await self.pool.execute(
            "UPDATE bench_data_bridge_driver SET active = $1 WHERE age > $2", False, above
        )
        return int(tag.rpartition(" ")[2])

    async def update_each_by_executemany(self, changes: Sequence[tuple[int, float]]) -> None:
        await self.pool.executemany(
            "UPDATE bench_data_bridge_driver SET score = $2 WHERE id = $1", changes
        )

    async def update_each_by_unnest(self, changes: Sequence[tuple[int, float]]) -> int:
        tag = await self.pool.execute(
            "UPDATE bench_data_bridge_driver SET score = change.score"
            " FROM unnest($1::bigint[], $2::float8[]) AS change (id, score)"
            " WHERE bench_data_bridge_driver.id = change.id",
            *zip(*changes, strict=True),
        )
        return int(tag.rpartition(" ")[2])

    async def delete_many(self, above: int) -> int:
        tag = await self.pool.execute("DELETE FROM bench_data_bridge_driver WHERE age > $1", above)
        return int(tag.rpartition(" ")[2])

    async def transaction(self, row: Row, identifier: int, score: float) -> tuple[int, float]:
        async with self.pool.acquire() as connection, connection.transaction():
            inserted: int = await connection.fetchval(
                "INSERT INTO bench_data_bridge_driver (name, email, age, city, score, active)"
                " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                *row,
            )
            await connection.execute(
                "UPDATE bench_data_bridge_driver SET score = $1 WHERE id = $2", score, identifier
            )
            found: float = await connection.fetchval(
                "SELECT score FROM bench_data_bridge_driver WHERE id = $1", identifier
            )
        return inserted, found

    async def transaction_of(self, changes: Sequence[tuple[int, float]]) -> int:
        changed = 0
        async with self.pool.acquire() as connection, connection.transaction():
            for identifier, score in changes:
                tag = await connection.execute(
                    "UPDATE bench_data_bridge_driver SET score = $1 WHERE id = $2",
                    score,
                    identifier,
                )
                changed += int(tag.rpartition(" ")[2])
        return changed

    async def savepoints(self, changes: Sequence[tuple[int, float]]) -> int:
        changed = 0
        async with self.pool.acquire() as connection, connection.transaction():
            for number, (identifier, score) in enumerate(changes):
                with contextlib.suppress(UndoneError):
                    async with connection.transaction():
                        tag = await connection.execute(
                            "UPDATE bench_data_bridge_driver SET score = $1 WHERE id = $2",
                            score,
                            identifier,
                        )
                        if number % 2:
                            raise UndoneError
                    changed += int(tag.rpartition(" ")[2])
        return changed

    async def join(self, region: str, limit: int) -> list[Record]:
        records = await self.pool.fetch(JOIN, region, limit)
        read_named(records, statements.JOIN_NAMES)
        return records

    async def subquery(self, above: int, amount: Decimal) -> list[Record]:
        records = await self.pool.fetch(SUBQUERY, above, amount)
        read_names(records)
        return records

    async def cte(self, since: dt.date, spent: Decimal, limit: int) -> list[Record]:
        records = await self.pool.fetch(CTE, since, spent, limit)
        read_named(records, statements.CTE_NAMES)
        return records

    async def group_by(self, above: int) -> list[Record]:
        records = await self.pool.fetch(GROUP_BY, above)
        read_named(records, statements.GROUP_NAMES)
        return records

    async def prepare_find_one_unprepared(self, identifier: int) -> tuple[postgres.Pool, int]:
        if self.unprepared is None:
            self.unprepared = await postgres.create_pool(
                self.dsn, min_size=1, max_size=1, statement_cache_size=0
            )
        return self.unprepared, identifier

    async def find_one_unprepared(self, pool: postgres.Pool, identifier: int) -> Record | None:
        record = await pool.fetchrow(
            "SELECT id, name, email, age, city, score, active FROM bench_data_bridge_driver"
            " WHERE id = $1",
            identifier,
        )
        read_names([record])
        return record

    async def find_values(self, kind: str) -> list[Any]:
        records = await self.pool.fetch(statements.values(kind))
        return [record["value"] for record in records]

    async def find_wide(self) -> list[Record]:
        records = await self.pool.fetch(WIDE)
        read_named(records, WIDE_COLUMNS)
        return records

    async def pgbench_pg_type(self) -> list[Record]:
        records = await self.pool.fetch(statements.PG_TYPE, *statements.PG_TYPE_ARGUMENTS)
        read_named(records, statements.PG_TYPE_NAMES)
        return records

    async def pgbench_generate_series(self) -> list[int]:
        records = await self.pool.fetch(statements.SERIES, statements.SERIES_LENGTH)
        return [record["i"] for record in records]

    async def pgbench_large_object(self) -> list[bytes]:
        records = await self.pool.fetch(statements.LARGE_OBJECT)
        return [record["b"] for record in records]

    async def pgbench_arrays(self) -> list[list[int]]:
        records = await self.pool.fetch(statements.ARRAYS)
        return [record["a"] for record in records]

    async def pgbench_copy_from(self, rows: Sequence[SharedRow]) -> int:
        tag = await self.pool.copy_records_to_table(
            "bench_pgbench_rows", records=rows, columns=["a", "b", "c", "d", "e", "f", "g"]
        )
        return int(tag.rpartition(" ")[2])

    async def pgbench_batch(self, rows: Sequence[SharedRow]) -> None:
        await self.pool.executemany(statements.BATCH, rows)

    async def pgbench_one_plus_one(self) -> int:
        number: int = await self.pool.fetchval(statements.ONE_PLUS_ONE)
        return number


ADAPTER = DataBridgeDriverAdapter
