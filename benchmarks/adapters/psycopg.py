"""psycopg 3, synchronous: the other driver that the sync API is compared with."""

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

JOIN = statements.unnumbered(statements.join("bench_psycopg"))
SUBQUERY = statements.unnumbered(statements.subquery("bench_psycopg"))
CTE = statements.unnumbered(statements.cte("bench_psycopg"))
GROUP_BY = statements.unnumbered(statements.group_by("bench_psycopg"))
WIDE = statements.wide(WIDE_COLUMNS)
PG_TYPE = statements.unnumbered(statements.PG_TYPE)
SERIES = statements.unnumbered(statements.SERIES)
BATCH = statements.unnumbered(statements.BATCH)


class PsycopgAdapter(Adapter):
    """One connection and no pool, which is the quickest that psycopg has."""

    title = "psycopg"
    package = "psycopg"
    kind = "sync"
    table = "bench_psycopg"

    def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        self.connection = psycopg.connect(dsn, autocommit=True)

    def close(self) -> None:
        self.connection.close()

    def values(self, row: StoredRow) -> StoredRow:
        return row

    def insert_one(self, row: Row) -> int:
        cursor = self.connection.execute(
            "INSERT INTO bench_psycopg (name, email, age, city, score, active)"
            " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
            row,
        )
        identifier: int
        (identifier,) = cursor.fetchone() or (0,)
        return identifier

    def insert_many_by_executemany(self, rows: Sequence[Row]) -> int:
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO bench_psycopg (name, email, age, city, score, active)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                rows,
            )
            return cursor.rowcount

    def insert_many_by_copy(self, rows: Sequence[Row]) -> int:
        with self.connection.cursor() as cursor:
            with cursor.copy(
                "COPY bench_psycopg (name, email, age, city, score, active) FROM STDIN"
            ) as copy:
                for row in rows:
                    copy.write_row(row)
            return cursor.rowcount

    def find_one(self, identifier: int) -> tuple[object, ...] | None:
        row = self.connection.execute(
            "SELECT id, name, email, age, city, score, active FROM bench_psycopg WHERE id = %s",
            (identifier,),
            binary=True,
        ).fetchone()
        read_positions([row])
        return row

    def find_many(self, above: int, limit: int) -> list[tuple[object, ...]]:
        rows = self.connection.execute(
            "SELECT id, name, email, age, city, score, active FROM bench_psycopg"
            " WHERE age > %s LIMIT %s",
            (above, limit),
            binary=True,
        ).fetchall()
        read_positions(rows)
        return rows

    def count(self, above: int) -> int:
        cursor = self.connection.execute(
            "SELECT count(*) FROM bench_psycopg WHERE age > %s", (above,)
        )
        number: int
        (number,) = cursor.fetchone() or (0,)
        return number

    def update_one(self, identifier: int, score: float) -> int:
        return self.connection.execute(
            "UPDATE bench_psycopg SET score = %s WHERE id = %s", (score, identifier)
        ).rowcount

    def update_many(self, above: int) -> int:
        return self.connection.execute(
            "UPDATE bench_psycopg SET active = %s WHERE age > %s", (False, above)
        ).rowcount

    def update_each_by_executemany(self, changes: Sequence[tuple[int, float]]) -> int:
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE bench_psycopg SET score = %(score)s WHERE id = %(id)s",
                [{"id": identifier, "score": score} for identifier, score in changes],
            )
            return cursor.rowcount

    def update_each_by_unnest(self, changes: Sequence[tuple[int, float]]) -> int:
        identifiers, scores = zip(*changes, strict=True)
        return self.connection.execute(
            "UPDATE bench_psycopg SET score = change.score"
            " FROM unnest(%s::bigint[], %s::float8[]) AS change (id, score)"
            " WHERE bench_psycopg.id = change.id",
            (list(identifiers), list(scores)),
        ).rowcount

    def delete_many(self, above: int) -> int:
        return self.connection.execute(
            "DELETE FROM bench_psycopg WHERE age > %s", (above,)
        ).rowcount

    def transaction(self, row: Row, identifier: int, score: float) -> tuple[int, float]:
        with self.connection.transaction():
            inserted = self.insert_one(row)
            self.update_one(identifier, score)
            cursor = self.connection.execute(
                "SELECT score FROM bench_psycopg WHERE id = %s", (identifier,)
            )
            (found,) = cursor.fetchone() or (0.0,)
        return inserted, found

    def transaction_of(self, changes: Sequence[tuple[int, float]]) -> int:
        with self.connection.transaction():
            return sum(self.update_one(identifier, score) for identifier, score in changes)

    def savepoints(self, changes: Sequence[tuple[int, float]]) -> int:
        kept = 0
        with self.connection.transaction():
            for number, (identifier, score) in enumerate(changes):
                with contextlib.suppress(UndoneError):
                    with self.connection.transaction():
                        changed = self.update_one(identifier, score)
                        if number % 2:
                            raise UndoneError
                    kept += changed
        return kept

    def fetch(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of a query, in the binary format."""
        return self.connection.execute(sql, parameters, binary=True).fetchall()

    def join(self, region: str, limit: int) -> list[tuple[Any, ...]]:
        rows = self.fetch(JOIN, region, limit)
        read_each(rows)
        return rows

    def subquery(self, above: int, amount: Decimal) -> list[tuple[Any, ...]]:
        rows = self.fetch(SUBQUERY, above, amount)
        read_positions(rows)
        return rows

    def cte(self, since: dt.date, spent: Decimal, limit: int) -> list[tuple[Any, ...]]:
        rows = self.fetch(CTE, since, spent, limit)
        read_each(rows)
        return rows

    def group_by(self, above: int) -> list[tuple[Any, ...]]:
        rows = self.fetch(GROUP_BY, above)
        read_each(rows)
        return rows

    def find_one_unprepared(self, identifier: int) -> tuple[Any, ...] | None:
        row = self.connection.execute(
            "SELECT id, name, email, age, city, score, active FROM bench_psycopg WHERE id = %s",
            (identifier,),
            prepare=False,
            binary=True,
        ).fetchone()
        read_positions([row])
        return row

    def find_values(self, kind: str) -> list[Any]:
        return [value for (value,) in self.fetch(statements.values(kind))]

    def find_wide(self) -> list[tuple[Any, ...]]:
        rows = self.fetch(WIDE)
        read_each(rows)
        return rows

    def pgbench_pg_type(self) -> list[tuple[Any, ...]]:
        rows = self.fetch(PG_TYPE, *statements.PG_TYPE_ARGUMENTS)
        read_each(rows)
        return rows

    def pgbench_generate_series(self) -> list[int]:
        return [number for (number,) in self.fetch(SERIES, statements.SERIES_LENGTH)]

    def pgbench_large_object(self) -> list[bytes]:
        return [value for (value,) in self.fetch(statements.LARGE_OBJECT)]

    def pgbench_arrays(self) -> list[list[int]]:
        return [value for (value,) in self.fetch(statements.ARRAYS)]

    def pgbench_copy_from(self, rows: Sequence[SharedRow]) -> int:
        with self.connection.cursor() as cursor:
            with cursor.copy("COPY bench_pgbench_rows (a, b, c, d, e, f, g) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return cursor.rowcount

    def pgbench_batch(self, rows: Sequence[SharedRow]) -> int:
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.executemany(BATCH, rows)
            return cursor.rowcount

    def pgbench_one_plus_one(self) -> int:
        number: int
        ((number,),) = self.fetch(statements.ONE_PLUS_ONE)
        return number


ADAPTER = PsycopgAdapter
