import pytest

from data_bridge.test.statistic import summarize


def test_the_figures_are_milliseconds_of_all_calls() -> None:
    summary = summarize([1_000_000, 2_000_000, 3_000_000, 4_000_000, 10_000_000])
    assert summary.calls == 5
    assert summary.median == 3.0
    assert summary.mean == 4.0
    assert summary.stddev == pytest.approx(3.5355339)
    assert summary.minimum == 1.0
    assert summary.maximum == 10.0
    assert summary.quartiles == (2.0, 4.0)
    # Between the fourth call and the fifth, four fifths of the way.
    assert summary.p95 == pytest.approx(8.8)


def test_outliers_lie_beyond_the_fences_on_either_side() -> None:
    # The middle half is 2 to 4, so the fences stand at -1 and 7.
    times = [1.0, 2.0, 3.0, 4.0, 7.0]
    assert summarize([round(time * 1e6) for time in times]).outliers == 0
    assert summarize([round(time * 1e6) for time in [*times[:-1], 7.1]]).outliers == 1
    slow = [100] * 20 + [1, 1]
    assert summarize([time * 1_000_000 for time in slow]).outliers == 2


def test_a_single_call_has_no_deviation() -> None:
    summary = summarize([2_000_000])
    assert summary.stddev is None
    assert (summary.median, summary.p95, summary.outliers) == (2.0, 2.0, 0)
