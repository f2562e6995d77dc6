import random

import pytest

from data_bridge.test.noise import Draws, Ratio, Rounds, ratio_between_runs


def rounds(seed: int, median: float = 1000.0, spread: float = 0.05, count: int = 5) -> Rounds:
    generator = random.Random(seed)
    return [[generator.gauss(median, median * spread) for _ in range(50)] for _ in range(count)]


@pytest.mark.parametrize(
    ("ratio", "verdict"),
    [
        (Ratio(1.5, 1.4, 1.6), "faster"),
        (Ratio(0.5, 0.4, 0.6), "slower"),
        (Ratio(1.5, 0.9, 1.9), "equal"),
        (Ratio(1.1, 1.01, 1.2), "equal"),
        (Ratio(0.9, 0.8, 0.99), "equal"),
        (Ratio(1.0, 1.0, 1.0), "equal"),
        (Ratio(float("inf"), 1.5, float("inf")), "faster"),
        (Ratio(0.0, 0.0, 0.5), "slower"),
    ],
)
def test_a_difference_is_one_when_the_whole_interval_lies_apart_from_1(
    ratio: Ratio, verdict: str
) -> None:
    assert ratio.verdict == verdict


def test_the_inverse_turns_the_interval_round() -> None:
    assert Ratio(2.0, 1.0, 4.0).inverse == Ratio(0.5, 0.25, 1.0)
    assert Ratio(float("inf"), 2.0, float("inf")).inverse == Ratio(0.0, 0.0, 0.5)


def test_the_same_times_always_have_the_same_interval() -> None:
    ours, theirs = rounds(1), rounds(2)
    assert Draws([ours, theirs]).ratio(0, 1) == Draws([ours, theirs]).ratio(0, 1)
    assert ratio_between_runs(ours, theirs) == ratio_between_runs(ours, theirs)


def test_series_of_one_thing_are_equal_and_a_tenth_is_seen() -> None:
    same = [Draws([rounds(2 * k), rounds(2 * k + 1)]).ratio(0, 1) for k in range(6)]
    assert [ratio.verdict for ratio in same] == ["equal"] * 6
    dearer = [Draws([rounds(2 * k), rounds(2 * k + 1, 1100.0)]).ratio(1, 0) for k in range(6)]
    assert [ratio.verdict for ratio in dearer] == ["slower"] * 6


def test_the_interval_holds_the_ratio_and_narrows_with_the_calls() -> None:
    few = Draws([[[1000, 1010, 990]], [[500, 520, 480]]]).ratio(1, 0)
    many = Draws([rounds(1, spread=0.01), rounds(2, 500.0, spread=0.01)]).ratio(1, 0)
    assert few.value == pytest.approx(2.0)
    assert few.low <= few.value <= few.high
    assert many.low <= many.value <= many.high
    assert many.high - many.low < few.high - few.low


def test_rounds_are_drawn_together_for_all() -> None:
    """The machine was three times as slow in every other round, for both alike."""
    ours = [[1000.0 * (1 + 2 * (k % 2))] * 10 for k in range(6)]
    theirs = [[2000.0 * (1 + 2 * (k % 2))] * 10 for k in range(6)]
    ratio = Draws([ours, theirs]).ratio(0, 1)
    assert (ratio.low, ratio.value, ratio.high) == (2.0, 2.0, 2.0)
    assert ratio_between_runs(theirs, ours).low < 1


def test_between_runs_it_is_how_much_faster_the_later_one_is() -> None:
    ratio = ratio_between_runs(rounds(1, 1000.0), rounds(2, 500.0))
    assert ratio.value == pytest.approx(2.0, rel=0.05)
    assert ratio.verdict == "faster"


def test_one_that_an_interrupt_left_behind_is_compared_all_the_same() -> None:
    assert Draws([rounds(1), rounds(2, count=3)]).ratio(0, 1).verdict == "equal"


def test_no_time_at_all() -> None:
    assert Draws([[[0]], [[0]]]).ratio(0, 1).verdict == "equal"
    assert Draws([[[0]], [[5]]]).ratio(0, 1).value == float("inf")
