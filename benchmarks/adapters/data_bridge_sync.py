"""data-bridge's synchronous driver: the same engine, driven by the thread that calls."""

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
from data_bridge.postgres import Record, sync

JOIN = statements.join("bench_data_bridge_sync")
SUBQUERY = statements.subquery("bench_data_bridge_sync")
CTE = statements.cte("bench_data_bridge_sync")
GROUP_BY = statements.group_by("bench_data_bridge_sync")
WIDE = statements.wide(WIDE_COLUMNS)


class DataBridgeSyncAdapter(Adapter):
    """The pool for threads."""

    title = "data-bridge sync"
    package = "data-bridge"
    kind = "sync"
    table = "bench_data_bridge_sync"

    def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        self.dsn = dsn
        self.unprepared: sync.Pool | None = None
        self.pool = sync.create_pool(dsn, min_size=smallest, max_size=largest)

    def close(self) -> None:
        if self.unprepared is not None:
            self.unprepared.close()
        self.pool.close()

    def values(self, row: Record) -> StoredRow:
        values: StoredRow = tuple(row)
        return values

    def insert_one(self, row: Row) -> int:
        identifier: int = self.pool.fetchval(
            "INSERT INTO bench_data_bridge_sync (name, email, age, city, score, active)"
            " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            *row,
        )
        return identifier

    def insert_many_by_executemany(self, rows: Sequence[Row]) -> None:
        self.pool.executemany(
            "INSERT INTO bench_data_bridge_sync (name, email, age, city, score, active)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            rows,
        )

    def insert_many_by_copy(self, rows: Sequence[Row]) -> int:
        tag = self.pool.copy_records_to_table(
            "bench_data_bridge_sync",
            records=rows,
            columns=["name", "email", "age", "city", "score", "active"],
        )
        return int(tag.rpartition(" ")[2])

    def insert_many_by_unnest(self, rows: Sequence[Row]) -> int:
        tag = self.pool.execute(
            "INSERT INTO bench_data_bridge_sync (name, email, age, city, score, active)"
            " SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[],"
            " $5::float8[], $6::bool[])",
            *zip(*rows, strict=True),
        )
        return int(tag.rpartition(" ")[2])

    def insert_many_by_unnest_ids(self, rows: Sequence[Row]) -> list[int]:
        inserted = self.pool.fetch(
            "INSERT INTO bench_data_bridge_sync (name, email, age, city, score, active)"
            " SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[],"
            " $5::float8[], $6::bool[]) RETURNING id",
            *zip(*rows, strict=True),
        )
        return [record["id"] for record in inserted]

    def find_one(self, identifier: int) -> Record | None:
        record = self.pool.fetchrow(
            "SELECT id, name, email, age, city, score, active FROM bench_data_bridge_sync"
            " WHERE id = $1",
            identifier,
        )
        read_names([record])
        return record

    def find_many(self, above: int, limit: int) -> list[Record]:
        records = self.pool.fetch(
            "SELECT id, name, email, age, city, score, active FROM bench_data_bridge_sync"
            " WHERE age > $1 LIMIT $2",
            above,
            limit,
        )
        read_names(records)
        return records

    def count(self, above: int) -> int:
        number: int = self.pool.fetchval(
            "SELECT count(*) FROM bench_data_bridge_sync WHERE age > $1", above
        )
        return number

    def update_one(self, identifier: int, score: float) -> int:
        tag = self.pool.execute(
            "UPDATE bench_data_bridge_sync SET score = $1 WHERE id = $2", score, identifier
        )
        return int(tag.rpartition(" ")[2])

    def update_many(self, above: int) -> int:
        tag = self.pool.execute(
            "UPDATE bench_data_bridge_sync SET active = $1 WHERE age > $2", False, above
        )
        return int(tag.rpartition(" ")[2])

    def update_each_by_executemany(self, changes: Sequence[tuple[int, float]]) -> None:
        self.pool.executemany("UPDATE bench_data_bridge_sync SET score = $2 WHERE id = $1", changes)

    def update_each_by_unnest(self, changes: Sequence[tuple[int, float]]) -> int:
        tag = self.pool.execute(
            "UPDATE bench_data_bridge_sync SET score = change.score"
            " FROM unnest($1::bigint[], $2::float8[]) AS change (id, score)"
            " WHERE bench_data_bridge_sync.id = change.id",
            *zip(*changes, strict=True),
        )
        return int(tag.rpartition(" ")[2])

    def delete_many(self, above: int) -> int:
        tag = self.pool.execute("DELETE FROM bench_data_bridge_sync WHERE age > $1", above)
        return int(tag.rpartition(" ")[2])

    def transaction(self, row: Row, identifier: int, score: float) -> tuple[int, float]:
        with self.pool.acquire() as connection, connection.transaction():
            inserted: int = connection.fetchval(
                "INSERT INTO bench_data_bridge_sync (name, email, age, city, score, active)"
                " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                *row,
            )
            connection.execute(
                "UPDATE bench_data_bridge_sync SET score = $1 WHERE id = $2", score, identifier
            )
            found: float = connection.fetchval(
                "SELECT score FROM bench_data_bridge_sync WHERE id = $1", identifier
            )
        return inserted, found

    def transaction_of(self, changes: Sequence[tuple[int, float]]) -> int:
        changed = 0
        with self.pool.acquire() as connection, connection.transaction():
            for identifier, score in changes:
                tag = connection.execute(
                    "UPDATE bench_data_bridge_sync SET score = $1 WHERE id = $2", score, identifier
                )
                changed += int(tag.rpartition(" ")[2])
        return changed

    def savepoints(self, changes: Sequence[tuple[int, float]]) -> int:
        changed = 0
        with self.pool.acquire() as connection, connection.transaction():
            for number, (identifier, score) in enumerate(changes):
                with contextlib.suppress(UndoneError):
                    with connection.transaction():
                        tag = connection.execute(
                            "UPDATE bench_data_bridge_sync SET score = $1 WHERE id = $2",
                            score,
                            identifier,
                        )
                        if number % 2:
                            raise UndoneError
                    changed += int(tag.rpartition(" ")[2])
        return changed

    def join(self, region: str, limit: int) -> list[Record]:
        records = self.pool.fetch(JOIN, region, limit)
        read_named(records, statements.JOIN_NAMES)
        return records

    def subquery(self, above: int, amount: Decimal) -> list[Record]:
        records = self.pool.fetch(SUBQUERY, above, amount)
        read_names(records)
        return records

    def cte(self, since: dt.date, spent: Decimal, limit: int) -> list[Record]:
        records = self.pool.fetch(CTE, since, spent, limit)
        read_named(records, statements.CTE_NAMES)
        return records

    def group_by(self, above: int) -> list[Record]:
        records = self.pool.fetch(GROUP_BY, above)
        read_named(records, statements.GROUP_NAMES)
        return records

    def prepare_find_one_unprepared(self, identifier: int) -> tuple[sync.Pool, int]:
        if self.unprepared is None:
            self.unprepared = sync.create_pool(
                self.dsn, min_size=1, max_size=1, statement_cache_size=0
            )
        return self.unprepared, identifier

    def find_one_unprepared(self, pool: sync.Pool, identifier: int) -> Record | None:
        record = pool.fetchrow(
            "SELECT id, name, email, age, city, score, active FROM bench_data_bridge_sync"
            " WHERE id = $1",
            identifier,
        )
        read_names([record])
        return record

    def find_values(self, kind: str) -> list[Any]:
        records = self.pool.fetch(statements.values(kind))
        return [record["value"] for record in records]

    def find_wide(self) -> list[Record]:
        records = self.pool.fetch(WIDE)
        read_named(records, WIDE_COLUMNS)
        return records

    def pgbench_pg_type(self) -> list[Record]:
        records = self.pool.fetch(statements.PG_TYPE, *statements.PG_TYPE_ARGUMENTS)
        read_named(records, statements.PG_TYPE_NAMES)
        return records

    def pgbench_generate_series(self) -> list[int]:
        records = self.pool.fetch(statements.SERIES, statements.SERIES_LENGTH)
        return [record["i"] for record in records]

    def pgbench_large_object(self) -> list[bytes]:
        records = self.pool.fetch(statements.LARGE_OBJECT)
        return [record["b"] for record in records]

    def pgbench_arrays(self) -> list[list[int]]:
        records = self.pool.fetch(statements.ARRAYS)
        return [record["a"] for record in records]

    def pgbench_copy_from(self, rows: Sequence[SharedRow]) -> int:
        tag = self.pool.copy_records_to_table(
            "bench_pgbench_rows", records=rows, columns=["a", "b", "c", "d", "e", "f", "g"]
        )
        return int(tag.rpartition(" ")[2])

    def pgbench_batch(self, rows: Sequence[SharedRow]) -> None:
        self.pool.executemany(statements.BATCH, rows)

    def pgbench_one_plus_one(self) -> int:
        number: int = self.pool.fetchval(statements.ONE_PLUS_ONE)
        return number


ADAPTER = DataBridgeSyncAdapter
