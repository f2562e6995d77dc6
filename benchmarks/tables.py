"""The frameworks' tables: the same columns, indexes and rows, put back after every change.

And those that all frameworks share, made when they are first asked for.
"""

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import LiteralString, Self

import psycopg
from psycopg import sql

from benchmarks import data
from benchmarks.data import Row
from benchmarks.shared_tables import SharedRow, SharedTable, stored

SEED = "bench_seed"
EXPECTED = "bench_expected"
# Marks the tables that these benchmarks may drop: a database of somebody's own may be used.
COMMENT: LiteralString = "made by data-bridge's benchmarks"
USERS: LiteralString = (
    "id bigserial PRIMARY KEY, name text NOT NULL, email text NOT NULL,"
    " age integer NOT NULL, city text NOT NULL,"
    " score double precision NOT NULL, active boolean NOT NULL"
)
COLUMNS = sql.SQL("name, email, age, city, score, active")


class TableError(Exception):
    """A table cannot be used. The message is one line that says what to do."""


class Tables:
    """The tables of one run, over a connection of their own; all of them are dropped at the end.

    Args:
        dsn: the database.

    Raises:
        psycopg.Error: the database does not answer, or the role may not create tables.
        TableError: a table of that name exists and is somebody else's.
    """

    def __init__(self, dsn: str) -> None:
        self.connection = psycopg.connect(dsn, autocommit=True)
        self.names: list[str] = []
        self.shared: set[str] = set()
        self.checksums: dict[tuple[str, int], tuple[int, int]] = {}
        try:
            # A commit that is not flushed yet leaves its rows unmarked, for VACUUM as for the first
            # read of whoever is measured.
            self.connection.execute("SET synchronous_commit = on")
            self.create(SEED)
            self.copy(SEED, data.table())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop the tables; without a word where the server is gone, and the tables with it."""
        try:
            for name in self.names:
                self.evict(name)
                self.run("DROP TABLE IF EXISTS {}", name)
        except psycopg.OperationalError:
            pass
        finally:
            self.connection.close()

    def evict(self, name: str) -> None:
        """End the sessions that hold a lock on a table, as an interrupted transaction does."""
        self.connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks"
            " WHERE relation = to_regclass(%s) AND pid <> pg_backend_pid()",
            (name,),
        )

    def alive(self) -> bool:
        """Whether the server still answers."""
        try:
            self.connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def run(self, statement: LiteralString, name: str) -> psycopg.Cursor[SharedRow]:
        """Execute a statement on one table."""
        return self.connection.execute(sql.SQL(statement).format(sql.Identifier(name)))

    def create(
        self, name: str, columns: LiteralString = USERS, indexes: Iterable[LiteralString] = ("age",)
    ) -> None:
        """Create a table without rows, in place of one that an earlier run left behind."""
        found = self.connection.execute(
            "SELECT obj_description(to_regclass(%s), 'pg_class') FROM to_regclass(%s) AS found"
            " WHERE found IS NOT NULL",
            (name, name),
        ).fetchone()
        if found is not None and found[0] != COMMENT:
            raise TableError(
                f"the database has a table {name} that is not the benchmarks' own; "
                "rename it, or use another database"
            )
        self.run("DROP TABLE IF EXISTS {}", name)
        self.names.append(name)
        self.run(f"CREATE TABLE {{}} ({columns})", name)
        self.run(f"COMMENT ON TABLE {{}} IS $${COMMENT}$$", name)
        for index in indexes:
            self.run(f"CREATE INDEX ON {{}} ({index})", name)

    def copy(self, name: str, rows: Iterable[Row]) -> None:
        """Copy rows into a table."""
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), COLUMNS)
        with self.connection.cursor().copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def share(self, table: SharedTable) -> None:
        """Make a shared table with its rows and statistics, unless it is there."""
        if table.name in self.shared:
            return
        self.create(table.name, table.columns, table.indexes)
        statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table.name))
        with self.connection.cursor().copy(statement) as copy:
            for row in table.rows():
                copy.write_row(list(map(stored, row)))
        self.run("VACUUM (ANALYZE) {}", table.name)
        self.shared.add(table.name)

    def empty(self, table: SharedTable) -> None:
        """Make a shared table without any rows, or remove those that it has."""
        self.share(table)
        self.run("TRUNCATE {}", table.name)

    def shared_rows(self, table: SharedTable) -> list[SharedRow]:
        """The rows of a shared table."""
        return self.run("SELECT * FROM {}", table.name).fetchall()

    def restore(self, name: str) -> None:
        """Give a table the rows of a filled one, under the ids from 1 on, and its statistics.

        VACUUM marks all rows as visible to everyone, so that nobody's first read has to.
        """
        self.run("TRUNCATE {} RESTART IDENTITY", name)
        self.connection.execute(
            sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ORDER BY id").format(
                sql.Identifier(name), COLUMNS, COLUMNS, sql.Identifier(SEED)
            )
        )
        self.run("VACUUM (ANALYZE) {}", name)

    def checksum(self, name: str) -> tuple[int, int]:
        """The number of ids, and a checksum of the rows in any order and without their ids."""
        cursor = self.run(
            "SELECT count(DISTINCT id),"
            " coalesce(sum(hashtextextended("
            "  concat_ws('|', name, email, age, city, score, active), 0)), 0)::numeric(38, 0)"
            " FROM {}",
            name,
        )
        identifiers, total = cursor.fetchone() or (0, 0)
        return int(identifiers), int(total)

    def expected(self, key: tuple[str, int], rows: Callable[[], Iterable[Row]]) -> tuple[int, int]:
        """The checksum that a table with these rows has, remembered under a key."""
        if key not in self.checksums:
            if EXPECTED not in self.names:
                self.create(EXPECTED)
            self.run("TRUNCATE {}", EXPECTED)
            self.copy(EXPECTED, rows())
            self.checksums[key] = self.checksum(EXPECTED)
        return self.checksums[key]

    def rows(self, name: str) -> list[Row]:
        """The rows of a table without their ids, in the order of their names."""
        query = sql.SQL('SELECT {} FROM {} ORDER BY name COLLATE "C"').format(
            COLUMNS, sql.Identifier(name)
        )
        return [Row(*row) for row in self.connection.execute(query)]
