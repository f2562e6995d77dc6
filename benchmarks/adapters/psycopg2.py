"""psycopg2: the driver that synchronous Python uses most."""

import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extras import execute_batch, execute_values, register_uuid
from psycopg2.pool import ThreadedConnectionPool

from benchmarks.adapters import statements
from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter
from benchmarks.adapters.reading import read_each, read_positions
from benchmarks.data import Row, StoredRow
from benchmarks.shared_tables import WIDE_COLUMNS, SharedRow

JOIN = statements.unnumbered(statements.join("bench_psycopg2"))
SUBQUERY = statements.unnumbered(statements.subquery("bench_psycopg2"))
CTE = statements.unnumbered(statements.cte("bench_psycopg2"))
GROUP_BY = statements.unnumbered(statements.group_by("bench_psycopg2"))
WIDE = statements.wide(WIDE_COLUMNS)
PG_TYPE = statements.unnumbered(statements.PG_TYPE)
SERIES = statements.unnumbered(statements.SERIES)
BATCH = statements.unnumbered(statements.BATCH)


class AutocommitConnection(Connection):
    """A connection whose single statements need no BEGIN and COMMIT of their own."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn)
        self.autocommit = True


class Psycopg2Adapter(Adapter):
    """psycopg2's pool for threads, with `execute_values` for what takes many rows."""

    title = "psycopg2"
    package = "psycopg2-binary"
    kind = "sync"
    table = "bench_psycopg2"

    def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        # Without it they come as strings.
        register_uuid()  # type: ignore[no-untyped-call]
        self.pool = ThreadedConnectionPool(
            smallest, largest, dsn, connection_factory=AutocommitConnection
        )

    def close(self) -> None:
        self.pool.closeall()

    def values(self, row: StoredRow) -> StoredRow:
        return row

    def insert_one(self, row: Row) -> int:
        connection = self.pool.getconn()
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO bench_psycopg2 (name, email, age, city, score, active)"
                    " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
                    row,
                )
                identifier: int
                (identifier,) = cursor.fetchone() or (0,)
                return identifier
        finally:
            self.pool.putconn(connection)

    def insert_many_by_execute_values(self, rows: Sequence[Row]) -> list[int]:
        connection = self.pool.getconn()
        try:
            with connection.cursor() as cursor:
                inserted = execute_values(
                    cursor,
                    "INSERT INTO bench_psycopg2 (name, email, age, city, score, active)"
                    " VALUES %s RETURNING id",
                    rows,
                    page_size=1000,
                    fetch=True,
                )
                return [identifier for (identifier,) in inserted]
        finally:
            self.pool.putconn(connection)

    def insert_many_by_copy(self, rows: Sequence[Row]) -> int:
        connection = self.pool.getconn()
        try:
            with connection.cursor() as cursor:
                lines = "".join(
                    f"{name}\t{email}\t{age}\t{city}\t{score}\t{active}\n"
                    for name, email, age, city, score, active in rows
                )
                cursor.copy_from(
                    io.StringIO(lines),
                    "bench_psycopg2",
                    columns=("name", "email", "age", "city", "score", "active"),
                )
                return cursor.rowcount
        finally:
            self.pool.putconn(connection)

    def find_one(self, identifier: int) -> tuple[object, ...] | None:
        connection = self.pool.getconn()
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT id, name, email, age, city, score, active FROM bench_psycopg2"
                    " WHERE id = %s",
                    (identifier,),
                )
                row = cursor.fetchone()
        finally:
            self.pool.putconn(connection)
        read_positions([row])
        return row

    def find_many(self, above: int, limit: int) -> list[tuple[object, ...]]:
        connection = self.pool.getconn()
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT id, name, email, age, city, score, active FROM bench_psycopg2"
                    " WHERE age > %s LIMIT %s",
                    (above, limit),
                )
                rows = cursor.fetchall()
        finally:
            self.pool.putconn(connection)
        read_positions(rows)
        return rows

    def count(self, above: int) -> int:
        connection = self.pool.getconn()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM bench_psycopg2 WHERE age > %s", (above,))
                number: int
                (number,) = cursor.fetchone() or (0,)
                return number
        finally:
            self.pool.putconn(connection)

    def update_one(self, identifier: int, score: float) -> int:
        connection = self.pool.getconn()
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE bench_psycopg2 SET score = %s WHERE id = %s", (score, identifier)
                )
                return cursor.rowcount
        finally:
            self.pool.putconn(connection)

    def update_many(self, above: int) -> int:
        connection = self.pool.getconn()
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE bench_psycopg2 SET active = %s WHERE age > %s", (False, above)
                )
                return cursor.rowcount
        finally:
            self.pool.putconn(connection)

    def update_each_by_execute_values(self, changes: Sequence[tuple[int, float]]) -> int:
        connection = self.pool.getconn()
        try:
            with connection.cursor() as cursor:
                execute_values(
                    cursor,
                    "UPDATE bench_psycopg2 SET score = change.score"
                    " FROM (VALUES %s) AS change (id, score) WHERE bench_psycopg2.id = change.id",
                    changes,
                    page_size=1000,
                )
                return cursor.rowcount
        finally:
            self.pool.putconn(connection)

    def update_each_by_execute_batch(self, changes: Sequence[tuple[int, float]]) -> None:
        connection = self.pool.getconn()
        try:
            with connection, connection.cursor() as cursor:
                execute_batch(
                    cursor,
                    "UPDATE bench_psycopg2 SET score = %s WHERE id = %s",
                    [(score, identifier) for identifier, score in changes],
                    page_size=1000,
                )
        finally:
            self.pool.putconn(connection)

    def delete_many(self, above: int) -> int:
        connection = self.pool.getconn()
        try:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM bench_psycopg2 WHERE age > %s", (above,))
                return cursor.rowcount
        finally:
            self.pool.putconn(connection)

    def transaction(self, row: Row, identifier: int, score: float) -> tuple[int, float]:
        connection = self.pool.getconn()
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO bench_psycopg2 (name, email, age, city, score, active)"
                    " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
                    row,
                )
                (inserted,) = cursor.fetchone() or (0,)
                cursor.execute(
                    "UPDATE bench_psycopg2 SET score = %s WHERE id = %s", (score, identifier)
                )
                cursor.execute("SELECT score FROM bench_psycopg2 WHERE id = %s", (identifier,))
                (found,) = cursor.fetchone() or (0.0,)
                return inserted, found
        finally:
            self.pool.putconn(connection)

    def transaction_of(self, changes: Sequence[tuple[int, float]]) -> int:
        changed = 0
        connection = self.pool.getconn()
        try:
            with connection, connection.cursor() as cursor:
                for identifier, score in changes:
                    cursor.execute(
                        "UPDATE bench_psycopg2 SET score = %s WHERE id = %s", (score, identifier)
                    )
                    changed += cursor.rowcount
        finally:
            self.pool.putconn(connection)
        return changed

    def savepoints(self, changes: Sequence[tuple[int, float]]) -> int:
        # psycopg2 has no nested transactions: its users write the statements.
        kept = 0
        connection = self.pool.getconn()
        try:
            with connection, connection.cursor() as cursor:
                for number, (identifier, score) in enumerate(changes):
                    cursor.execute("SAVEPOINT nested")
                    cursor.execute(
                        "UPDATE bench_psycopg2 SET score = %s WHERE id = %s", (score, identifier)
                    )
                    changed = cursor.rowcount
                    if number % 2:
                        cursor.execute("ROLLBACK TO SAVEPOINT nested; RELEASE SAVEPOINT nested")
                    else:
                        cursor.execute("RELEASE SAVEPOINT nested")
                        kept += changed
        finally:
            self.pool.putconn(connection)
        return kept

    def fetch(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        connection = self.pool.getconn()
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters)
                return cursor.fetchall()
        finally:
            self.pool.putconn(connection)

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

    def find_one_unprepared(self, identifier: int) -> tuple[object, ...] | None:
        # psycopg2 never prepares: it is the same.
        return self.find_one(identifier)

    def find_values(self, kind: str) -> list[Any]:
        rows = self.fetch(statements.values(kind))
        if kind == "bytea":
            return [bytes(value) for (value,) in rows]
        return [value for (value,) in rows]

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
        return [bytes(value) for (value,) in self.fetch(statements.LARGE_OBJECT)]

    def pgbench_arrays(self) -> list[list[int]]:
        return [value for (value,) in self.fetch(statements.ARRAYS)]

    def pgbench_copy_from(self, rows: Sequence[SharedRow]) -> int:
        connection = self.pool.getconn()
        try:
            with connection.cursor() as cursor:
                lines = "".join(
                    f"{a}\t{b}\t{c}\t{d}\t{e}\t{f}\t{g}\n" for a, b, c, d, e, f, g in rows
                )
                cursor.copy_from(
                    io.StringIO(lines),
                    "bench_pgbench_rows",
                    columns=("a", "b", "c", "d", "e", "f", "g"),
                )
                return cursor.rowcount
        finally:
            self.pool.putconn(connection)

    def pgbench_batch(self, rows: Sequence[SharedRow]) -> None:
        connection = self.pool.getconn()
        try:
            with connection, connection.cursor() as cursor:
                execute_batch(cursor, BATCH, rows, page_size=1000)
        finally:
            self.pool.putconn(connection)

    def pgbench_one_plus_one(self) -> int:
        number: int
        ((number,),) = self.fetch(statements.ONE_PLUS_ONE)
        return number


ADAPTER = Psycopg2Adapter
