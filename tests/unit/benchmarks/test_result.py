import pytest

from benchmarks import statistic
from benchmarks.comparison.result import Series

from .comparisons import control, from_walls, result, series


def test_figures_are_medians() -> None:
    one = series("find_one", "asyncpg", 20, cpu=12)
    assert one.wall == pytest.approx(20e-6)
    assert one.cpu == pytest.approx(12e-6)
    assert series("find_one", "floor", 15).cpu is None


def test_the_quickest_way_counts() -> None:
    found = result(
        series("insert_1000", "asyncpg", 5000, way="executemany"),
        series("insert_1000", "asyncpg", 2700, way="copy"),
    )
    best = found.best("insert_1000", "asyncpg")
    assert best is not None
    assert best.label == "asyncpg copy"
    assert [one.way for one in found.ways("insert_1000", "asyncpg")] == ["copy", "executemany"]
    assert found.best("insert_1000", "asyncpg", "executemany") is found.series[0]
    assert found.best("insert_1000", "fastpg") is None


def test_a_failed_series_does_not_count() -> None:
    failed = series("find_one", "asyncpg", 1)
    failed.failure = "wrong"
    found = result(failed, Series("find_one", "fastpg", "fastpg", ""))
    assert found.best("find_one", "asyncpg") is None
    assert found.best("find_one", "fastpg") is None
    assert found.failures() == [failed]


def test_ratios_are_made_to_the_orm_if_it_was_measured() -> None:
    orm, driver = series("count", "data_bridge_orm", 2), series("count", "data_bridge_driver", 1)
    assert result(driver, orm).baseline("count") is orm
    assert result(driver).baseline("count") is driver
    assert result(series("count", "asyncpg", 1)).baseline("count") is None


def labels(found: list[Series]) -> list[str]:
    return [one.label for one in found]


def test_what_cannot_be_told_apart_wins_together() -> None:
    ours = series("find_one", "data_bridge_orm", 16)
    found = result(ours, series("find_one", "fastpg", 16.2), series("find_one", "floor", 12))
    assert labels(found.winners("find_one")) == ["data-bridge", "fastpg"]
    found.series[1] = series("find_one", "fastpg", 17)
    assert labels(found.winners("find_one")) == ["data-bridge"]
    assert found.winners("count") == []


def test_a_difference_that_some_rounds_deny_is_none() -> None:
    ours = from_walls("find_one", "data_bridge_orm", [16.0] * 10)
    unsure = from_walls("find_one", "fastpg", [15.0, 20.0] * 5)
    sure = from_walls("find_one", "asyncpg", [19.0, 20.0] * 5)
    found = result(ours, unsure, sure)
    assert labels(found.winners("find_one")) == ["data-bridge", "fastpg"]


def test_rounds_are_compared_with_their_own() -> None:
    weather = [10.0, 30.0, 11.0, 28.0, 12.0, 19.0]
    ours = from_walls("find_one", "data_bridge_orm", weather)
    slower = from_walls("find_one", "fastpg", [1.1 * one for one in weather])
    assert labels(result(ours, slower).winners("find_one")) == ["data-bridge"]


def test_the_noise_of_a_run_is_that_of_what_was_entered_twice() -> None:
    ours, peer = series("find_one", "data_bridge_orm", 16), series("find_one", "asyncpg", 17)
    found = result(ours, peer)
    assert found.noise == statistic.NOISE
    assert len(found.winners("find_one")) == 1
    found.controls.append(control(peer, 1 / 1.08))
    assert found.noise == pytest.approx(0.08)
    assert len(found.winners("find_one")) == 2


def test_a_control_that_failed_tells_nothing() -> None:
    found = result(series("find_one", "asyncpg", 17))
    found.controls.append(control(found.series[0], 2))
    found.controls[0].second.failure = "wrong"
    assert found.noise == statistic.NOISE
