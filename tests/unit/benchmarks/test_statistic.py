from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.statistic import (
    NOISE,
    Interval,
    Verdict,
    drift,
    median_interval,
    noise,
    ratio_interval,
    verdict,
)

times = st.lists(st.floats(1e-6, 10.0), min_size=1, max_size=30)


@given(times)
def test_the_interval_holds_the_median(samples: list[float]) -> None:
    interval = median_interval(samples)
    assert interval.value == median(samples)
    assert interval.low <= interval.value <= interval.high


@given(times)
def test_the_same_samples_have_the_same_interval(samples: list[float]) -> None:
    assert median_interval(samples) == median_interval(samples)


def test_more_rounds_make_the_interval_narrower() -> None:
    random = Random(1)
    few = [random.gauss(10, 1) for _ in range(10)]
    many = few + [random.gauss(10, 1) for _ in range(200)]
    assert median_interval(many).width < median_interval(few).width


def test_what_both_sides_suffer_in_a_round_is_no_difference() -> None:
    random = Random(2)
    weather = [random.uniform(1, 5) for _ in range(40)]
    ratio = ratio_interval([1.3 * one for one in weather], weather)
    assert (ratio.low, ratio.value, ratio.high) == pytest.approx((1.3, 1.3, 1.3))


def test_rounds_that_one_side_lacks_do_not_count() -> None:
    assert ratio_interval([2.0, 2.0, 50.0], [1.0, 1.0]).value == 2.0


def test_one_round_has_an_interval_without_width() -> None:
    assert ratio_interval([3.0], [2.0]) == Interval(1.5, 1.5, 1.5)


@pytest.mark.parametrize("sides", [([], []), ([1.0], [])])
def test_nothing_to_compare_is_said(sides: tuple[list[float], list[float]]) -> None:
    with pytest.raises(ValueError, match="no round"):
        ratio_interval(*sides)
    with pytest.raises(ValueError, match="no samples"):
        median_interval([])


def test_a_surer_interval_is_wider() -> None:
    random = Random(3)
    samples = [random.gauss(10, 1) for _ in range(30)]
    assert median_interval(samples, 0.99).width > median_interval(samples, 0.8).width


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (Interval(1.3, 1.2, 1.4), Verdict.SLOWER),
        (Interval(0.7, 0.6, 0.8), Verdict.FASTER),
        # Sure, and within what the machine does by itself.
        (Interval(1.01, 1.005, 1.015), Verdict.EQUAL),
        # Far, and unsure.
        (Interval(1.3, 0.9, 1.6), Verdict.EQUAL),
        (Interval(0.7, 0.5, 0.99), Verdict.EQUAL),
    ],
)
def test_a_difference_lies_outside_the_noise_with_all_its_interval(
    interval: Interval, expected: Verdict
) -> None:
    assert verdict(interval) is expected


def test_one_series_against_itself_is_equal() -> None:
    random = Random(4)
    for _ in range(50):
        one = [random.gauss(100, 3) for _ in range(30)]
        two = [random.gauss(100, 3) for _ in range(30)]
        assert verdict(ratio_interval(one, two)) is Verdict.EQUAL


def test_drift_is_what_most_peers_did() -> None:
    found = drift([1.18, 1.2, 1.22, 1.2, 3.0])
    assert found.value == 1.2
    assert (found.low, found.high) == (1.18, 3.0)
    assert drift([]) == Interval(1.0, 1.0, 1.0)


def test_the_noise_is_what_nine_in_ten_stay_within() -> None:
    quiet = [1.001, 0.999] * 9
    assert noise(quiet) == NOISE
    assert noise([*quiet, 1.5, 1.4]) == NOISE
    # Slower and quicker by as much are equally far.
    assert noise([*quiet, 1 / 1.1, 1.1, 1.1, 3.0]) == pytest.approx(0.1)


def test_the_noise_is_never_less_than_what_is_known_of_machines() -> None:
    assert noise([]) == NOISE
    assert noise([1.0]) == NOISE
    assert noise([0.5]) == pytest.approx(1.0)
