"""The race behind the asv suites."""

import pytest

from benchmarks import frameworks
from benchmarks.adapters.data_bridge_driver import DataBridgeDriverAdapter
from benchmarks.frameworks import MissingFrameworkError
from benchmarks.suites.find import Count
from benchmarks.suites.suite import PROFILE, Measured, measure


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, bench_dsn: str) -> None:
    monkeypatch.setenv("DATABASE_URL", bench_dsn)
    monkeypatch.setenv(PROFILE, "quick")


def figures(measured: Measured) -> dict[str, float]:
    suite = Count()
    return {name: suite.track_time(measured, name)["samples"][0] for name in measured}


def test_one_race_measures_all_frameworks(quick: None) -> None:
    measured = Count().setup_cache()
    assert set(measured) >= {"data_bridge_orm", "asyncpg", "psycopg2", "sqlalchemy", "floor"}
    assert len({len(series.samples) for series in measured.values()}) == 1
    assert all(0 < figure < 1 for figure in figures(measured).values())
    ratios = Count().track_ratio(measured, "data_bridge_orm", "floor")["samples"]
    assert len(ratios) == len(measured["floor"].samples) > 3


def test_what_an_older_package_lacks_is_passed_over(
    quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = frameworks.load

    def older(name: str) -> object:
        if name == "data_bridge_orm":
            raise MissingFrameworkError("this build lacks it")
        return load(name)

    async def count(self: DataBridgeDriverAdapter, above: int) -> int:
        raise AttributeError("no such method yet")

    async def wrong(self: object, above: int) -> int:
        return 1

    monkeypatch.setattr(frameworks, "load", older)
    monkeypatch.setattr(DataBridgeDriverAdapter, "count", count)
    monkeypatch.setattr(load("asyncpg"), "count", wrong)
    measured = measure("count")["count"]
    assert "data_bridge_orm" not in measured
    assert "data_bridge_driver" not in measured
    assert measured["asyncpg"].failure == "call 1 returned 1 instead of 7800"
    with pytest.raises(RuntimeError, match="instead of 7800"):
        Count().track_time(measured, "asyncpg")
    assert "psycopg2" in figures({"psycopg2": measured["psycopg2"]})
