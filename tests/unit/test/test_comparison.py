import math

import pytest

from data_bridge.test.comparison import Comparison, Entry
from data_bridge.test.measurement import Measurement
from data_bridge.test.parameters import Combination
from data_bridge.test.schedule import Schedule

ONCE = Schedule(iterations=1, rounds=1, warmups=1)


def entry(name: str, milliseconds: float) -> Entry:
    return Entry(name, Measurement([[round(milliseconds * 1e6)]]))


def compare(*names: str, baseline: str | None = None) -> Comparison:
    entries = [entry(name, 1 + place) for place, name in enumerate(names)]
    return Comparison("Insert One", entries, ONCE, baseline)


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
    comparison.entries[2].failure = "ValueError: wrong rows"
    assert baseline_of(comparison) == "asyncpg"
    assert [entry.name for entry in comparison.ranking] == ["ours", "asyncpg"]


def test_speedup_is_how_many_times_as_fast() -> None:
    first, second = compare("ours", "asyncpg").judge().standings
    assert (first.speedup.value, first.verdict) == (2.0, "faster")
    assert (second.speedup.value, second.verdict) == (1.0, "baseline")


def test_no_time_at_all_is_infinitely_faster_than_some() -> None:
    comparison = Comparison("Nothing", [entry("ours", 0), entry("asyncpg", 1)], ONCE)
    assert comparison.judge().standings[0].speedup.value == math.inf


def test_nothing_measured_has_no_baseline_and_nobody_is_first() -> None:
    comparison = Comparison("Insert One", [Entry("ours")], ONCE)
    assert comparison.baseline is None
    assert comparison.judge().first == []


def test_those_that_are_equal_to_the_first_are_first_as_well() -> None:
    entries = [entry("slow", 2), entry("ours", 1.0), entry("theirs", 1.01)]
    judged = Comparison("Insert One", entries, ONCE).judge()
    assert [standing.entry.name for standing in judged.first] == ["ours", "theirs"]
    assert [standing.verdict for standing in judged.standings] == ["faster", "faster", "baseline"]


def test_what_is_measured_later_is_judged_anew() -> None:
    comparison = compare("ours", "asyncpg")
    comparison.judge()
    comparison.entries[0].measurement.rounds += [[8_000_000], [8_000_000]]
    assert comparison.judge().standings[0].entry.name == "asyncpg"


def test_the_title_says_the_parameters() -> None:
    comparison = compare("ours")
    assert comparison.title == "Insert One"
    comparison.combination = Combination({"rows": 10}, {"rows": "10"})
    assert comparison.title == "Insert One[rows=10]"
