import math

import pytest

from data_bridge.test.comparison import Comparison, Entry
from data_bridge.test.measurement import Measurement


def entry(name: str, milliseconds: float) -> Entry:
    return Entry(name, Measurement([[round(milliseconds * 1e6)]]))


def compare(*names: str, baseline: str | None = None) -> Comparison:
    entries = [entry(name, 1 + place) for place, name in enumerate(names)]
    return Comparison("Insert One", entries, 5, baseline)


def baseline_of(comparison: Comparison) -> str:
    assert comparison.baseline is not None
    return comparison.baseline.name


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["data-bridge", "psycopg2", "asyncpg", "SQLAlchemy"], "SQLAlchemy"),
        (["data-bridge", "psycopg2", "AsyncPG"], "AsyncPG"),
        (["data-bridge", "psycopg2", "other"], "psycopg2"),
        (["quick", "slow"], "slow"),
    ],
)
def test_the_baseline_is_the_orm_else_a_driver_else_the_slowest(
    names: list[str], expected: str
) -> None:
    assert baseline_of(compare(*names)) == expected


def test_a_group_can_name_its_baseline_in_any_case() -> None:
    assert baseline_of(compare("ours", "SQLAlchemy", "asyncpg", baseline="OURS")) == "ours"


def test_of_several_ways_of_a_framework_the_fastest_is_the_baseline() -> None:
    assert baseline_of(compare("ours", "asyncpg copy", "asyncpg unnest")) == "asyncpg copy"
    assert baseline_of(compare("asyncpg copy", "ours", "asyncpg")) == "asyncpg"
    assert baseline_of(compare("asyncpgx", "ours")) == "ours"


def test_a_baseline_that_failed_gives_way_to_the_next() -> None:
    comparison = compare("ours", "asyncpg", "SQLAlchemy")
    comparison.entries[2].failure = ValueError("wrong rows")
    assert baseline_of(comparison) == "asyncpg"
    assert [entry.name for entry in comparison.ranking] == ["ours", "asyncpg"]


def test_speedup_is_how_many_times_as_fast() -> None:
    comparison = compare("ours", "asyncpg")
    assert comparison.speedup(comparison.entries[0]) == 2.0
    assert comparison.speedup(comparison.entries[1]) == 1.0


def test_no_time_at_all_is_infinitely_faster_than_some() -> None:
    comparison = Comparison("Nothing", [entry("ours", 0), entry("asyncpg", 1)], 5)
    assert comparison.speedup(comparison.entries[0]) == math.inf


def test_nothing_measured_has_no_baseline() -> None:
    comparison = Comparison("Insert One", [Entry("ours")], 5)
    assert comparison.baseline is None
    with pytest.raises(ValueError, match="nothing was measured in 'Insert One'"):
        comparison.speedup(comparison.entries[0])
