"""What is wrong with a value is noticed, and told in one line; the rest is in test_operation."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.operations.judging import SHOWN, different, found_catalog, found_rows

# Rows are judged as they are.
AS_IS: Any = SimpleNamespace(plain=tuple)
RIGHT = [(1, "a", Decimal("1.50")), (2, "b", Decimal("2.50"))]


def test_right_rows_are_right() -> None:
    assert different(RIGHT, RIGHT) is None
    assert found_rows(AS_IS, [list(row) for row in RIGHT], RIGHT) is None


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (RIGHT[:1], "1 rows instead of 2"),
        (RIGHT[::-1], "in row 0 (2, 'b', Decimal('2.50')) instead of (1, 'a', Decimal('1.50'))"),
        ([RIGHT[0], (2, "b", 2.5)], "in row 1 (2, 'b', 2.5) instead of (2, 'b', Decimal('2.50'))"),
        ([RIGHT[0], (2, "b")], "in row 1 (2, 'b') instead of (2, 'b', Decimal('2.50'))"),
    ],
    ids=["one missing", "another order", "another type", "a column missing"],
)
def test_wrong_rows_are_told(rows: list[tuple[Any, ...]], problem: str) -> None:
    assert different(rows, RIGHT) == problem


def test_a_long_row_is_cut() -> None:
    found = different([("x" * 1000,)], [("y" * 1000,)])
    assert found is not None
    assert len(found) < 2 * SHOWN + 50


def test_the_catalog_has_no_order_and_two_kinds_of_characters() -> None:
    expected = [("int4", "N"), ("text", "S")]
    assert found_catalog(AS_IS, [("text", b"S"), ("int4", b"N")], expected) is None
    assert found_catalog(AS_IS, [("text", b"S"), ("int4", b"S")], expected) is not None
    assert found_catalog(AS_IS, [("text", b"S")], expected) == "1 rows instead of 2"
