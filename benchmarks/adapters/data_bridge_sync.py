"""data-bridge's synchronous driver: the same engine, driven by the thread that calls."""

from collections.abc import Sequence

from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter
from benchmarks.adapters.reading import read_names
from benchmarks.data import Row, StoredRow
from data_bridge.postgres import Record, sync


class DataBridgeSyncAdapter(Adapter):
    """The pool for threads."""

    title = "data-bridge sync"
    package = "data-bridge"
    kind = "sync"
    table = "bench_data_bridge_sync"

    def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        self.pool = sync.create_pool(dsn, min_size=smallest, max_size=largest)

    def close(self) -> None:
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


ADAPTER = DataBridgeSyncAdapter
