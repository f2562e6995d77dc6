import pytest

from benchmarks.comparison.quantity import bounds, duration, give_or_take, ratio, share
from benchmarks.statistic import Interval


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (16.52e-6, "16.5 us"),
        (0.4e-6, "0.40 us"),
        (999e-6, "999 us"),
        (1.234e-3, "1.23 ms"),
        (0.4567, "457 ms"),
        (12.3, "12.3 s"),
    ],
)
def test_times_have_three_digits_and_a_unit(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("value", "text"), [(1, "1.00x"), (12.34, "12.3x"), (123.4, "123x")])
def test_ratios(value: float, text: str) -> None:
    assert ratio(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0.0 %"), (0.0213, "2.1 %"), (0.144, "14 %"), (1.5, "150 %")]
)
def test_shares(value: float, text: str) -> None:
    assert share(value) == text


def test_a_ratio_is_told_with_its_interval() -> None:
    interval = Interval(2.0, 1.9, 2.3)
    assert give_or_take(interval) == "2.00x ±15 %"
    assert bounds(interval) == "2.00x (1.90 to 2.30)"
