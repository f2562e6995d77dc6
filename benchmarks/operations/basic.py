"""The basic operations: what a program does to rows all day, on the framework's own table."""

from collections.abc import Callable
from functools import cache

from benchmarks import data
from benchmarks.data import TABLE_ROWS, Row
from benchmarks.operations.judging import count_or_none, found_many, found_one
from benchmarks.operations.operation import Arguments, Operation, Table

# Searches take those above the age; of 50 ages from 20 on, 44 lie above 25.
FIND_ABOVE = 25
FIND_LIMIT = 1000
COUNT_ABOVE = 30
# 9 of 50 ages: 1,800 rows of a filled table.
CHANGE_ABOVE = 60
# Above every age, so that nothing is changed.
NOBODY = 1000
EACH_ROWS = 1000


def spread(k: int) -> int:
    """The id that call k reads or changes: all over the table, and none twice in a round."""
    return 1 + (k * 37) % TABLE_ROWS


def new_score(k: int) -> float:
    """A score that no row of a filled table has."""
    return k + 0.25


def changes(k: int) -> list[tuple[int, float]]:
    """1,000 pairs of id and new score, a different score in each."""
    step = TABLE_ROWS // EACH_ROWS
    return [(1 + (i * step + k) % TABLE_ROWS, new_score(i + k)) for i in range(EACH_ROWS)]


def insert(table: Table, row: Row) -> None:
    """Insert a row under the next id."""
    table[max(table) + 1] = row


def set_score(table: Table, identifier: int, score: float) -> None:
    """Change the score of one row."""
    table[identifier] = table[identifier]._replace(score=score)


def batch_rows(size: int) -> Callable[[int], Arguments]:
    """The arguments of a bulk insert: the rows of batch k, which nobody may change."""
    return cache(lambda k: (data.rows(TABLE_ROWS + k * size, TABLE_ROWS + (k + 1) * size),))


def insert_batch(size: int) -> Callable[[Table, int], None]:
    """A bulk insert of batch k."""
    batch = batch_rows(size)

    def apply(table: Table, k: int) -> None:
        (rows,) = batch(k)
        first = max(table) + 1
        table.update(enumerate(rows, start=first))

    return apply


def update_above(table: Table, above: int) -> None:
    """Make everyone above an age inactive."""
    for identifier, row in table.items():
        if row.age > above:
            table[identifier] = row._replace(active=False)


def delete_above(table: Table, above: int) -> None:
    """Delete everyone above an age."""
    for identifier in [i for i, row in table.items() if row.age > above]:
        del table[identifier]


def apply_each(table: Table, k: int) -> None:
    """Change 1,000 scores."""
    for identifier, score in changes(k):
        set_score(table, identifier, score)


def apply_transaction(table: Table, k: int) -> None:
    """Insert a row and change another one's score."""
    insert(table, data.row(TABLE_ROWS + k))
    set_score(table, spread(k), new_score(k))


@cache
def above(limit: int) -> int:
    """How many rows of a filled table lie above an age."""
    return sum(row.age > limit for row in data.table())


def filtered(k: int) -> int:
    """The age for a change by filter: the warm-up finds nobody, the timed call everybody."""
    return CHANGE_ABOVE if k else NOBODY


OPERATIONS = (
    Operation(
        name="insert_one",
        title="Insert one",
        method="insert_one",
        family="basic",
        batch=1,
        calls=100,
        rounds=20,
        changes=True,
        arguments=lambda k: (data.row(TABLE_ROWS + k),),
        expected=lambda k: TABLE_ROWS + k + 1,
        apply=lambda table, k: insert(table, data.row(TABLE_ROWS + k)),
    ),
    Operation(
        name="insert_1000",
        title="Insert 1,000",
        method="insert_many",
        family="basic",
        batch=1000,
        calls=3,
        rounds=20,
        changes=True,
        arguments=batch_rows(1000),
        expected=lambda k: 1000,
        judge=count_or_none,
        apply=insert_batch(1000),
    ),
    Operation(
        name="insert_10000",
        title="Insert 10,000",
        method="insert_many",
        family="basic",
        batch=10_000,
        calls=1,
        rounds=10,
        changes=True,
        arguments=batch_rows(10_000),
        expected=lambda k: 10_000,
        judge=count_or_none,
        apply=insert_batch(10_000),
    ),
    Operation(
        name="find_one",
        title="Find one by id",
        method="find_one",
        family="basic",
        batch=1,
        calls=300,
        rounds=50,
        changes=False,
        arguments=lambda k: (spread(k),),
        expected=lambda k: data.stored(spread(k)),
        judge=found_one,
    ),
    Operation(
        name="find_many",
        title="Find 1,000, all values read",
        method="find_many",
        family="basic",
        batch=FIND_LIMIT,
        calls=10,
        rounds=40,
        changes=False,
        arguments=lambda k: (FIND_ABOVE, FIND_LIMIT),
        expected=lambda k: FIND_LIMIT,
        judge=found_many(FIND_ABOVE),
        large=True,
    ),
    Operation(
        name="count",
        title="Count",
        method="count",
        family="basic",
        batch=above(COUNT_ABOVE),
        calls=10,
        rounds=40,
        changes=False,
        arguments=lambda k: (COUNT_ABOVE,),
        expected=lambda k: above(COUNT_ABOVE),
    ),
    Operation(
        name="update_one",
        title="Update one",
        method="update_one",
        family="basic",
        batch=1,
        calls=100,
        rounds=20,
        changes=True,
        arguments=lambda k: (spread(k), new_score(k)),
        expected=lambda k: 1,
        judge=count_or_none,
        apply=lambda table, k: set_score(table, spread(k), new_score(k)),
    ),
    Operation(
        name="update_many",
        title="Update by filter",
        method="update_many",
        family="basic",
        batch=above(CHANGE_ABOVE),
        calls=1,
        rounds=20,
        changes=True,
        arguments=lambda k: (filtered(k),),
        expected=lambda k: above(filtered(k)),
        judge=count_or_none,
        apply=lambda table, k: update_above(table, filtered(k)),
    ),
    Operation(
        name="update_each",
        title="Update 1,000 differently",
        method="update_each",
        family="basic",
        batch=EACH_ROWS,
        calls=1,
        rounds=20,
        changes=True,
        arguments=lambda k: (changes(k),),
        expected=lambda k: EACH_ROWS,
        judge=count_or_none,
        apply=apply_each,
    ),
    Operation(
        name="delete_many",
        title="Delete by filter",
        method="delete_many",
        family="basic",
        batch=above(CHANGE_ABOVE),
        calls=1,
        rounds=20,
        changes=True,
        arguments=lambda k: (filtered(k),),
        expected=lambda k: above(filtered(k)),
        judge=count_or_none,
        apply=lambda table, k: delete_above(table, filtered(k)),
    ),
    Operation(
        name="transaction",
        title="Transaction of 3 statements",
        method="transaction",
        family="basic",
        batch=1,
        calls=50,
        rounds=20,
        changes=True,
        arguments=lambda k: (data.row(TABLE_ROWS + k), spread(k), new_score(k)),
        expected=lambda k: (TABLE_ROWS + k + 1, new_score(k)),
        apply=apply_transaction,
    ),
)
