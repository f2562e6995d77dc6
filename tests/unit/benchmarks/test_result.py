import pytest

from benchmarks.comparison.result import Series

from .comparisons import result, series


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
