"""The data of all benchmarks: every framework gets these rows and no others.

Row i, counted from 0, stands in a filled table with the id i + 1.
"""

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

CITIES = ("NYC", "LA", "SF", "Chicago", "Boston")
AGES = 50
YOUNGEST = 20
# Every table starts with as many: enough for "1,000 of those over 25", and put back in no time.
TABLE_ROWS = 10_000


class Row(NamedTuple):
    """The columns of one row but its id, which the server gives."""

    name: str
    email: str
    age: int
    city: str
    score: float
    active: bool


# A row as a query returns it: the id, then the columns of `Row`.
StoredRow: TypeAlias = tuple[int, str, str, int, str, float, bool]


def row(i: int) -> Row:
    """Row number i, from 0."""
    return Row(
        name=f"User{i}",
        email=f"user{i}@example.com",
        age=YOUNGEST + i % AGES,
        city=CITIES[i % len(CITIES)],
        score=i * 1.5,
        active=i % 2 == 0,
    )


def rows(start: int, stop: int) -> list[Row]:
    """The rows from number `start` up to, without, `stop`."""
    return [row(i) for i in range(start, stop)]


def stored(identifier: int) -> StoredRow:
    """The row that a filled table holds under an id."""
    return (identifier, *row(identifier - 1))


def table() -> Iterator[Row]:
    """The rows of a filled table, in the order of their ids."""
    return map(row, range(TABLE_ROWS))
