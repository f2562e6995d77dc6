"""What is wrong with the values that frameworks return.

A judge gets the adapter, the value of one call and what the operation expects of it, and returns
what it found instead, in one line, or None.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from benchmarks import data

if TYPE_CHECKING:
    from benchmarks.adapters.adapter import Adapter

# Characters of a row in a message.
SHOWN = 200


def same(_adapter: "Adapter", value: Any, expected: Any) -> str | None:
    """Expects a value equal to another one."""
    return None if value == expected else f"{value!r} instead of {expected!r}"


def count_or_none(adapter: "Adapter", value: Any, expected: int) -> str | None:
    """Expects the number of changed rows, or their ids, or nothing.

    Many a bulk call does not say how many rows it changed; the table's rows tell.
    """
    return None if value is None else same(adapter, count_of(value), expected)


def count_of(value: int | Sequence[int]) -> int:
    """How many rows a bulk call reports: the number of its ids where it returns them.

    Raises:
        ValueError: an id occurs twice, or they are not in the order of the rows.
    """
    if isinstance(value, Sequence):
        if any(a >= b for a, b in pairwise(value)):
            raise ValueError("the ids are not in ascending order")
        return len(value)
    return value


def found_one(adapter: "Adapter", value: Any, expected: data.StoredRow) -> str | None:
    """Expects one row of the framework's table."""
    return same(adapter, None if value is None else adapter.values(value), expected)


def found_many(above: int) -> Callable[["Adapter", Any, int], str | None]:
    """Expects a number of rows over an age, any of them: several answers are right."""

    def judge(adapter: "Adapter", value: Any, expected: int) -> str | None:
        return unexpected_rows([adapter.values(row) for row in value], above, expected)

    return judge


def unexpected_rows(rows: Sequence[data.StoredRow], above: int, number: int) -> str | None:
    """What is wrong with the rows of a search; None if nothing is.

    Right are as many different ones, over the age, each as it was stored.
    """
    if len(rows) != number or len({row[0] for row in rows}) != number:
        return f"{len(rows)} rows instead of {number} different ones"
    for row in rows:
        if row[3] <= above or tuple(row) != data.stored(row[0]):
            return f"row {row[0]} as {row!r} instead of {data.stored(row[0])!r}"
    return None


def found_all(adapter: "Adapter", value: Any, expected: Sequence[data.StoredRow]) -> str | None:
    """Expects these rows of the framework's table, in this order."""
    return different([adapter.values(row) for row in value], expected)


def found_rows(adapter: "Adapter", value: Any, expected: Sequence[tuple[Any, ...]]) -> str | None:
    """Expects rows of other columns, in this order, each value of the right type."""
    return different([adapter.plain(row) for row in value], expected)


def found_values(_adapter: "Adapter", value: Any, expected: Sequence[Any]) -> str | None:
    """Expects values in this order, each of the right type."""
    return different([(one,) for one in value], [(one,) for one in expected])


def found_catalog(
    adapter: "Adapter", value: Any, expected: Sequence[tuple[Any, ...]]
) -> str | None:
    """Expects rows in any order; what PostgreSQL calls "char" may be bytes or str."""
    rows = [
        tuple(one.decode() if isinstance(one, bytes) else one for one in row)
        for row in [*map(adapter.plain, value), *expected]
    ]
    return different(sorted(rows[: len(value)]), sorted(rows[len(value) :]))


def different(rows: Sequence[tuple[Any, ...]], expected: Sequence[tuple[Any, ...]]) -> str | None:
    """The first difference between two sequences of rows; None if there is none.

    Equal is not enough: a Decimal must be one, where a float might be equal to it.
    """
    if len(rows) != len(expected):
        return f"{len(rows)} rows instead of {len(expected)}"
    for number, (row, wanted) in enumerate(zip(rows, expected, strict=True)):
        kinds = len(row) == len(wanted) and all(map(isinstance, row, map(type, wanted)))
        if not kinds or tuple(row) != tuple(wanted):
            return f"in row {number} {shortened(row)} instead of {shortened(wanted)}"
    return None


def shortened(row: tuple[Any, ...]) -> str:
    """A row for a message of one line."""
    text = repr(row)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
