"""A table with more rows than the operations need, under the names of all frameworks' tables."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import sql

from benchmarks import data
from benchmarks.adapters.adapter import Adapter
from benchmarks.measurement import WrongResultError
from benchmarks.operations.judging import unexpected_rows
from benchmarks.studies.study import Context

NAME = "bench_many"
# Below every age: a search finds as many rows as its limit says.
EVERYBODY = data.YOUNGEST - 1


@contextmanager
def many_rows(context: Context, kinds: Iterable[type[Adapter]], rows: int) -> Iterator[None]:
    """Let frameworks find as many rows, or more, in place of their own table's.

    Each one's table gives way to a view of a table that all share, which is made once: a million
    rows for each would take minutes and gigabytes. They cannot be changed there.
    """
    make(context, rows)
    views: list[type[Adapter]] = []
    try:
        for kind in {kind.table: kind for kind in kinds}.values():
            context.tables.run("DROP TABLE {}", kind.table)
            views.append(kind)
            context.tables.connection.execute(
                sql.SQL("CREATE VIEW {} AS SELECT * FROM {}").format(
                    sql.Identifier(kind.table), sql.Identifier(NAME)
                )
            )
            context.bench.changed.discard(kind.table)
        yield
    finally:
        # Where the server is gone, so are they.
        if context.tables.alive():
            for kind in views:
                context.tables.run("DROP VIEW IF EXISTS {}", kind.table)
                context.create(kind)


def make(context: Context, rows: int) -> None:
    """Make the table that is shared, unless it is there and has enough rows."""
    tables = context.tables
    if NAME in tables.names:
        (present,) = tables.run("SELECT count(*) FROM {}", NAME).fetchone() or (0,)
        if isinstance(present, int) and present >= rows:
            return
    tables.create(NAME)
    tables.copy(NAME, map(data.row, range(rows)))
    tables.run("VACUUM (ANALYZE) {}", NAME)


def check(adapter: Adapter, found: Any, rows: int) -> None:
    """Compare the rows that a framework found with those that there are.

    Raises:
        WrongResultError: they are not as many different ones, each as it was stored.
    """
    problem = unexpected_rows([adapter.values(row) for row in found], EVERYBODY, rows)
    if problem is not None:
        raise WrongResultError(f"it found {problem}")
