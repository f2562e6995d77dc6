import pytest

from benchmarks.gate.judging import (
    Finding,
    Quantity,
    Subject,
    is_clear,
    judge_instructions,
    judge_time,
)
from benchmarks.statistic import Interval, Verdict

SUBJECT = Subject("find_many", "data_bridge_orm")


def counted(ratio: float) -> Finding:
    return judge_instructions(SUBJECT, 1_000_000, round(1_000_000 * ratio))


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        # Five percent of decoding, which is a quarter of a search by the driver.
        (1_012_300, Verdict.SLOWER),
        (1_007_000, Verdict.EQUAL),
        (1_000_000, Verdict.EQUAL),
        (995_000, Verdict.EQUAL),
        (985_000, Verdict.FASTER),
    ],
)
def test_instructions_are_judged_to_less_than_a_percent(head: int, expected: Verdict) -> None:
    found = judge_instructions(SUBJECT, 1_000_000, head)
    assert found.verdict is expected
    assert found.ratio.value == head / 1_000_000
    assert found.quantity is Quantity.INSTRUCTIONS


def test_a_time_is_slower_where_all_of_its_interval_is() -> None:
    assert judge_time(Interval(1.08, 1.06, 1.10), None) is Verdict.SLOWER
    assert judge_time(Interval(1.08, 1.03, 1.12), None) is Verdict.EQUAL
    assert judge_time(Interval(0.90, 0.88, 0.92), None) is Verdict.FASTER


def test_the_same_instructions_excuse_what_the_machine_may_do() -> None:
    ratio = Interval(1.08, 1.06, 1.09)
    assert judge_time(ratio, counted(1.0005)) is Verdict.EQUAL
    assert judge_time(ratio, counted(1.005)) is Verdict.SLOWER
    assert judge_time(ratio, counted(0.99)) is Verdict.SLOWER
    assert judge_time(Interval(1.2, 1.15, 1.3), counted(1)) is Verdict.SLOWER


def test_what_is_clear() -> None:
    assert is_clear(Interval(1.01, 0.99, 1.03))
    assert is_clear(Interval(1.2, 1.1, 1.3))
    assert not is_clear(Interval(1.03, 0.98, 1.08))
