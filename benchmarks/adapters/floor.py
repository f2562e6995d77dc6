"""The floor: each operation's bytes, encoded beforehand, sent by a process that decodes nothing.

The methods here do not execute anything: they return the requests of one call, and the tag (or its
beginning) by which the server says that the last of them did its work.
"""

from collections.abc import Sequence
from typing import NamedTuple

from benchmarks import floor_process
from benchmarks.adapters import wire
from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter
from benchmarks.adapters.wire import BOOL, FLOAT8, INT4, INT8, SYNC, TEXT
from benchmarks.data import Row, StoredRow

ROW_TYPES = (TEXT, TEXT, INT4, TEXT, FLOAT8, BOOL)


class Exchange(NamedTuple):
    """The requests of one call and the tag of its last statement."""

    requests: Sequence[bytes]
    tag: str


class FloorAdapter(Adapter):
    """One connection over a blocking socket."""

    title = "floor"
    package = "data-bridge"
    kind = "external"
    table = "bench_floor"

    def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        self.sender = floor_process.connect(dsn)
        self.prepared: dict[str, str] = {}

    def close(self) -> None:
        self.sender.close()

    def values(self, row: StoredRow) -> StoredRow:
        return row

    def statement(self, sql: str, *parameters: bytes) -> bytes:
        """Bind and Execute of a statement, which is prepared when it is first asked for."""
        if sql not in self.prepared:
            name = f"floor_{len(self.prepared)}"
            self.sender.exchange([[wire.parse(name, sql) + SYNC]])
            self.prepared[sql] = name
        return wire.execute(self.prepared[sql], parameters)

    def insert(self, row: Row) -> bytes:
        """One row's INSERT."""
        return self.statement(
            "INSERT INTO bench_floor (name, email, age, city, score, active)"
            " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            *map(wire.encode, ROW_TYPES, row),
        )

    def update(self, identifier: int, score: float) -> bytes:
        """One row's UPDATE."""
        return self.statement(
            "UPDATE bench_floor SET score = $1 WHERE id = $2",
            wire.encode(FLOAT8, score),
            wire.encode(INT8, identifier),
        )

    def insert_one(self, row: Row) -> Exchange:
        return Exchange([self.insert(row) + SYNC], "INSERT 0 1")

    def insert_many_by_unnest_ids(self, rows: Sequence[Row]) -> Exchange:
        request = self.statement(
            "INSERT INTO bench_floor (name, email, age, city, score, active)"
            " SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[],"
            " $5::float8[], $6::bool[]) RETURNING id",
            *map(wire.array, ROW_TYPES, zip(*rows, strict=True)),
        )
        return Exchange([request + SYNC], f"INSERT 0 {len(rows)}")

    def insert_many_by_copy(self, rows: Sequence[Row]) -> Exchange:
        begin = self.statement(
            "COPY bench_floor (name, email, age, city, score, active) FROM STDIN (FORMAT binary)"
        )
        lines = wire.copy_data([list(map(wire.encode, ROW_TYPES, row)) for row in rows])
        return Exchange([begin + lines + wire.COPY_DONE + SYNC], f"COPY {len(rows)}")

    def find_one(self, identifier: int) -> Exchange:
        request = self.statement(
            "SELECT id, name, email, age, city, score, active FROM bench_floor WHERE id = $1",
            wire.encode(INT8, identifier),
        )
        return Exchange([request + SYNC], "SELECT 1")

    def find_many(self, above: int, limit: int) -> Exchange:
        request = self.statement(
            "SELECT id, name, email, age, city, score, active FROM bench_floor"
            " WHERE age > $1 LIMIT $2",
            wire.encode(INT4, above),
            wire.encode(INT8, limit),
        )
        return Exchange([request + SYNC], f"SELECT {limit}")

    def count(self, above: int) -> Exchange:
        request = self.statement(
            "SELECT count(*) FROM bench_floor WHERE age > $1", wire.encode(INT4, above)
        )
        return Exchange([request + SYNC], "SELECT 1")

    def update_one(self, identifier: int, score: float) -> Exchange:
        return Exchange([self.update(identifier, score) + SYNC], "UPDATE 1")

    def update_many(self, above: int) -> Exchange:
        request = self.statement(
            "UPDATE bench_floor SET active = $1 WHERE age > $2",
            wire.encode(BOOL, False),
            wire.encode(INT4, above),
        )
        return Exchange([request + SYNC], "UPDATE")

    def update_each(self, changes: Sequence[tuple[int, float]]) -> Exchange:
        request = self.statement(
            "UPDATE bench_floor SET score = change.score"
            " FROM unnest($1::bigint[], $2::float8[]) AS change (id, score)"
            " WHERE bench_floor.id = change.id",
            *map(wire.array, (INT8, FLOAT8), zip(*changes, strict=True)),
        )
        return Exchange([request + SYNC], f"UPDATE {len(changes)}")

    def delete_many(self, above: int) -> Exchange:
        request = self.statement("DELETE FROM bench_floor WHERE age > $1", wire.encode(INT4, above))
        return Exchange([request + SYNC], "DELETE")

    def transaction(self, row: Row, identifier: int, score: float) -> Exchange:
        # The fewest round trips that a client can do with: BEGIN travels with the first statement.
        read = self.statement(
            "SELECT score FROM bench_floor WHERE id = $1", wire.encode(INT8, identifier)
        )
        requests = [
            self.statement("BEGIN") + self.insert(row) + SYNC,
            self.update(identifier, score) + SYNC,
            read + SYNC,
            self.statement("COMMIT") + SYNC,
        ]
        return Exchange(requests, "COMMIT")


ADAPTER = FloorAdapter
