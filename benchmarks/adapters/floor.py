"""The floor: each operation's bytes, encoded beforehand, sent by a process that decodes nothing.

The methods here do not execute anything: they return the requests of one call, and the tag (or its
beginning) by which the server says that the last of them did its work.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from benchmarks import floor_process
from benchmarks.adapters import statements, wire
from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter
from benchmarks.adapters.wire import BOOL, DATE, FLOAT8, INT4, INT8, NUMERIC, SYNC, TEXT
from benchmarks.data import Row, StoredRow
from benchmarks.operations.query import GROUPS, SUBQUERY_ROWS
from benchmarks.shared_tables import (
    KINDS,
    PGBENCH_LISTS,
    PGBENCH_OBJECTS,
    WIDE_COLUMNS,
    WIDE_ROWS,
    SharedRow,
)

ROW_TYPES = (TEXT, TEXT, INT4, TEXT, FLOAT8, BOOL)
PGBENCH_TYPES = (INT4, INT4, INT4, TEXT, FLOAT8, INT4, TEXT)
JOIN = statements.join("bench_floor")
SUBQUERY = statements.subquery("bench_floor")
CTE = statements.cte("bench_floor")
GROUP_BY = statements.group_by("bench_floor")
WIDE = statements.wide(WIDE_COLUMNS)


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

    def transaction_of(self, changes: Sequence[tuple[int, float]]) -> Exchange:
        updates = [self.update(identifier, score) + SYNC for identifier, score in changes]
        updates[0] = self.statement("BEGIN") + updates[0]
        return Exchange([*updates, self.statement("COMMIT") + SYNC], "COMMIT")

    def savepoints(self, changes: Sequence[tuple[int, float]]) -> Exchange:
        # What becomes of a savepoint is known when its UPDATE is answered, and travels with the
        # next one.
        begin, end = self.statement("BEGIN"), b""
        keep = self.statement("RELEASE SAVEPOINT nested")
        undo = self.statement("ROLLBACK TO SAVEPOINT nested") + keep
        requests = []
        for number, (identifier, score) in enumerate(changes):
            start = (end or begin) + self.statement("SAVEPOINT nested")
            requests.append(start + self.update(identifier, score) + SYNC)
            end = undo if number % 2 else keep
        return Exchange([*requests, end + self.statement("COMMIT") + SYNC], "COMMIT")

    def query(self, sql: str, number: int | None, *parameters: bytes) -> Exchange:
        """A query of so many rows."""
        tag = "SELECT" if number is None else f"SELECT {number}"
        return Exchange([self.statement(sql, *parameters) + SYNC], tag)

    def join(self, region: str, limit: int) -> Exchange:
        parameters = wire.encode(TEXT, region), wire.encode(INT8, limit)
        return self.query(JOIN, limit, *parameters)

    def subquery(self, above: int, amount: Decimal) -> Exchange:
        parameters = wire.encode(INT4, above), wire.encode(NUMERIC, amount)
        return self.query(SUBQUERY, SUBQUERY_ROWS, *parameters)

    def cte(self, since: dt.date, spent: Decimal, limit: int) -> Exchange:
        encoded = map(wire.encode, (DATE, NUMERIC, INT8), (since, spent, limit))
        return self.query(CTE, limit, *encoded)

    def group_by(self, above: int) -> Exchange:
        return self.query(GROUP_BY, GROUPS, wire.encode(INT4, above))

    def find_one_unprepared(self, identifier: int) -> Exchange:
        parse = wire.parse(
            "", "SELECT id, name, email, age, city, score, active FROM bench_floor WHERE id = $1"
        )
        # What comes back has to be described as well: nothing is known of it from before.
        run = wire.execute("", [wire.encode(INT8, identifier)], describe=True)
        return Exchange([parse + run + SYNC], "SELECT 1")

    def find_values(self, kind: str) -> Exchange:
        return self.query(statements.values(kind), KINDS[kind].number)

    def find_wide(self) -> Exchange:
        return self.query(WIDE, WIDE_ROWS)

    def pgbench_pg_type(self) -> Exchange:
        encoded = map(wire.encode, (INT4, BOOL), statements.PG_TYPE_ARGUMENTS)
        return self.query(statements.PG_TYPE, None, *encoded)

    def pgbench_generate_series(self) -> Exchange:
        length = statements.SERIES_LENGTH
        return self.query(statements.SERIES, length, wire.encode(INT4, length))

    def pgbench_large_object(self) -> Exchange:
        return self.query(statements.LARGE_OBJECT, PGBENCH_OBJECTS)

    def pgbench_arrays(self) -> Exchange:
        return self.query(statements.ARRAYS, PGBENCH_LISTS)

    def pgbench_copy_from(self, rows: Sequence[SharedRow]) -> Exchange:
        begin = self.statement(
            "COPY bench_pgbench_rows (a, b, c, d, e, f, g) FROM STDIN (FORMAT binary)"
        )
        lines = wire.copy_data([list(map(wire.encode, PGBENCH_TYPES, row)) for row in rows])
        return Exchange([begin + lines + wire.COPY_DONE + SYNC], f"COPY {len(rows)}")

    def pgbench_batch(self, rows: Sequence[SharedRow]) -> Exchange:
        request = b"".join(
            self.statement(statements.BATCH, *map(wire.encode, PGBENCH_TYPES, row)) for row in rows
        )
        return Exchange([request + SYNC], "INSERT 0 1")

    def pgbench_one_plus_one(self) -> Exchange:
        return self.query(statements.ONE_PLUS_ONE, 1)


ADAPTER = FloorAdapter
