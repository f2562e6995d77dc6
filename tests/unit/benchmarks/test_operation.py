from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks import data
from benchmarks.data import TABLE_ROWS
from benchmarks.operations import (
    BASIC,
    BY_NAME,
    FAMILIES,
    OPERATIONS,
    Operation,
    basic,
    pgbench,
    query,
)
from benchmarks.operations.judging import count_of, count_or_none

METHODS = {
    "insert_one",
    "insert_many",
    "find_one",
    "find_many",
    "count",
    "update_one",
    "update_many",
    "update_each",
    "delete_many",
    "transaction",
}

FIND_MANY = BY_NAME["find_many"]
# Rows are judged as they are.
AS_IS: Any = SimpleNamespace(values=tuple)

each_operation = pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.name)


def test_every_operation_is_there() -> None:
    assert {one.method for one in BASIC} == METHODS
    assert [BY_NAME[f"insert_{size}"].batch for size in (1000, 10000)] == [1000, 10000]
    assert len(BY_NAME) == len(OPERATIONS)


@each_operation
def test_only_what_changes_the_table_changes_it(one: Operation) -> None:
    assert (one.after(2) != list(data.table())) is one.changes


@each_operation
def test_every_call_of_a_round_has_arguments_of_its_own(one: Operation) -> None:
    """Or it has them all alike: a call never finds another's work already done."""
    arguments = [repr(one.arguments(k)) for k in range(1, one.calls + 1)]
    assert len(set(arguments)) in {1, len(arguments)}


def test_inserts_are_known_by_their_ids() -> None:
    one = BY_NAME["insert_one"]
    rows = one.after(2)
    assert len(rows) == TABLE_ROWS + 3
    assert [one.expected(k) for k in range(3)] == [TABLE_ROWS + 1 + k for k in range(3)]
    assert rows[one.expected(2) - 1] == one.arguments(2)[0]


def test_a_bulk_insert_adds_its_batch() -> None:
    one = BY_NAME["insert_1000"]
    assert len(one.after(1)) == TABLE_ROWS + 2000
    assert one.arguments(0)[0] + one.arguments(1)[0] == one.after(1)[TABLE_ROWS:]


def test_a_filter_finds_nobody_in_the_warm_up_and_everybody_after_it() -> None:
    delete, update = BY_NAME["delete_many"], BY_NAME["update_many"]
    assert delete.expected(0) == 0
    assert delete.expected(1) == delete.batch == TABLE_ROWS - len(delete.after(1)) == 1800
    assert all(row.age <= basic.CHANGE_ABOVE for row in delete.after(1))
    # Of the ages from 61 to 69, the even ones are active: four in fifty.
    assert sum(row.active for row in update.after(1)) == 5000 - 800


def test_each_of_a_thousand_rows_gets_its_own_score() -> None:
    (changes,) = BY_NAME["update_each"].arguments(1)
    assert len({identifier for identifier, _ in changes}) == 1000
    assert len({score for _, score in changes}) == 1000
    after = BY_NAME["update_each"].after(1)
    assert all(after[identifier - 1].score == score for identifier, score in changes)


def test_a_transaction_returns_what_it_inserted_and_read() -> None:
    one = BY_NAME["transaction"]
    _, identifier, score = one.arguments(2)
    assert one.expected(2) == (TABLE_ROWS + 3, score)
    assert one.after(2)[identifier - 1].score == score


def right_rows() -> list[data.StoredRow]:
    rows = [data.stored(identifier) for identifier in range(1, TABLE_ROWS + 1)]
    return [row for row in rows if row[3] > basic.FIND_ABOVE][: basic.FIND_LIMIT]


def test_right_rows_are_right_in_any_order() -> None:
    assert FIND_MANY.problem(AS_IS, 1, right_rows()) is None
    assert FIND_MANY.problem(AS_IS, 1, right_rows()[::-1]) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda rows: rows[:-1],
        lambda rows: [*rows[:-1], rows[0]],
        lambda rows: [*rows[:-1], data.stored(1)],
        lambda rows: [*rows[:-1], (*rows[-1][:-1], not rows[-1][-1])],
        lambda rows: [],
    ],
    ids=["one missing", "one twice", "too young", "wrong value", "none"],
)
def test_wrong_rows_are_not(spoil) -> None:  # type: ignore[no-untyped-def]
    assert FIND_MANY.problem(AS_IS, 1, spoil(right_rows())) is not None


def test_an_operation_can_be_made_shorter() -> None:
    """As the tests with a server do."""
    assert len(replace(BY_NAME["insert_one"], calls=1).after()) == TABLE_ROWS + 2


def test_a_bulk_call_may_answer_in_three_ways() -> None:
    assert count_of(3) == 3
    assert count_of([4, 5, 9]) == 3
    with pytest.raises(ValueError, match="ascending"):
        count_of([4, 4])
    assert [count_or_none(AS_IS, value, 3) for value in (None, 3, [4, 5, 9])] == [None] * 3
    assert count_or_none(AS_IS, [4, 5], 3) == "2 instead of 3"


@pytest.mark.parametrize("size", [2, 10, 100])
def test_a_transaction_changes_as_many_rows_as_it_has_statements(size: int) -> None:
    one = BY_NAME[f"transaction_{size}"]
    before, after = list(data.table()), one.after(0)
    assert (
        one.expected(0) == sum(old != new for old, new in zip(before, after, strict=True)) == size
    )


def test_no_row_is_changed_twice_in_a_round_of_transactions() -> None:
    for one in OPERATIONS:
        if one.family == "transaction":
            calls = range(one.calls + 1)
            changed = [identifier for k in calls for identifier, _ in one.arguments(k)[0]]
            assert len(set(changed)) == len(changed), one.name


def test_every_second_savepoint_leaves_nothing() -> None:
    one = BY_NAME["savepoints"]
    (changes,) = one.arguments(0)
    after = one.after(0)
    stayed = [after[identifier - 1].score == score for identifier, score in changes]
    assert stayed == [True, False] * 5
    assert one.expected(0) == 5


def test_queries_find_as_many_rows_as_they_say() -> None:
    for one in OPERATIONS:
        if one.family == "query":
            assert len(one.expected(1)) == one.batch, one.name
    assert len({row[0] for row in BY_NAME["subquery"].expected(1)}) == query.SUBQUERY_ROWS


def test_what_is_filled_holds_the_rows_of_all_calls() -> None:
    one = replace(BY_NAME["pgbench_batch"], calls=2)
    assert one.filled() == [pgbench.ROW] * 3000


def test_families_are_shown_in_their_order() -> None:
    assert FAMILIES == ("basic", "transaction", "query", "prepared", "types", "pgbench")
