import json
from itertools import product

import pytest

from benchmarks.figure import Failure, Figure
from benchmarks.site.document import report
from benchmarks.site.headline import ratio_of
from benchmarks.statistic import NOISE, ratio_interval
from tests.unit.benchmarks.journals import MICROSECOND, WEATHER, journal, race, times


def test_every_pair_of_frameworks_has_its_ratio() -> None:
    walls = {"data_bridge_driver": 10.0, "asyncpg": 24.0, "psycopg2": 15.0, "floor": 8.0}
    figures = race("find_one", walls)
    (run,) = report([journal(figures)])["runs"]
    operation = run["operations"]["find_one"]
    samples = {one.framework: one.samples for one in figures if one.metric == "wall"}
    for above, below in product(walls, repeat=2):
        found, exact = (
            ratio_of(operation, above, below),
            ratio_interval(samples[above], samples[below]),
        )
        assert found is not None
        wanted = pytest.approx((exact.value, exact.low, exact.high), rel=2e-3)
        assert (found.value, found.low, found.high) == wanted
    assert ratio_of(operation, "asyncpg", "nobody") is None


def test_the_best_way_stands_for_a_framework_and_all_are_kept() -> None:
    figures = [
        *times("insert_1000", "asyncpg", 5000, "executemany"),
        *times("insert_1000", "asyncpg", 2000, "copy"),
        *times("insert_1000", "asyncpg", 10, "magic"),
        Figure("operations", "insert_1000", "asyncpg", "copy", "unsteady", "1", [7]),
    ]
    failures = [Failure("operations", "insert_1000", "asyncpg", "magic", "no rows")]
    (run,) = report([journal(figures, failures)])["runs"]
    found = run["operations"]["insert_1000"]
    ways = [
        (way, wall[0], cpu[0], unsteady) for way, wall, cpu, unsteady in found["series"]["asyncpg"]
    ]
    assert ways == [("copy", 0.002, 0.001, True), ("executemany", 0.005, 0.0025, False)]
    assert found["failures"] == {"asyncpg": [["magic", "no rows"]]}


def test_the_floor_has_no_cpu_time_and_no_ratio_of_it() -> None:
    (run,) = report([journal(race("count", {"asyncpg": 2.0, "floor": 1.0}))])["runs"]
    operation = run["operations"]["count"]
    assert operation["series"]["floor"][0][2] is None
    assert ratio_of(operation, "asyncpg", "floor", "cpu") is None
    assert ratio_of(operation, "asyncpg", "floor") is not None


def test_noise_is_what_one_framework_differs_by_from_itself() -> None:
    figures = race("count", {"asyncpg": 100.0})
    again = [100.0 * MICROSECOND * factor * 1.1 for factor in WEATHER]
    twice = Figure("operations", "count", "asyncpg", "", "wall_again", "s", again)
    (quiet,) = report([journal(figures)])["runs"]
    (noisy,) = report([journal([*figures, twice])])["runs"]
    assert quiet["noise"] == NOISE
    assert noisy["noise"] == pytest.approx(0.1)


def test_studies_keep_their_parameters_and_failures() -> None:
    figures = [
        Figure("load", "find_one", "asyncpg", "", "p99", "s", [1.0, 3.0, 2.0], {"tasks": 10}),
        Figure("load", "find_one", "asyncpg", "", "throughput", "1/s", [], {"tasks": 10}),
    ]
    failures = [Failure("load", "find_one", "fastpg", "", "too slow", {"tasks": 100})]
    (run,) = report([journal(figures, failures)])["runs"]
    study = run["studies"]["load"]
    assert study["rows"] == [
        ["find_one", "asyncpg", "", {"tasks": 10}, "p99", "s", [2, 1, 3]],
    ]
    assert study["failures"] == [["find_one", "fastpg", "", {"tasks": 100}, "too slow"]]
    assert run["operations"] == {}


def test_operations_come_in_their_order_and_unknown_ones_at_the_end() -> None:
    figures = [*race("forgotten", {"asyncpg": 1.0}), *race("count", {"asyncpg": 1.0})]
    found = report([journal([*figures, *race("insert_one", {"asyncpg": 1.0})])])
    rows = [(one["name"], one["family"]) for one in found["operations"]]
    assert rows == [("insert_one", "basic"), ("count", "basic"), ("forgotten", "other")]
    assert found["families"] == ["basic", "other"]


def test_columns_are_all_frameworks_that_a_run_knows_of() -> None:
    figures = race("count", {"floor": 1.0, "sqlalchemy": 4.0, "asyncpg": 2.0})
    ours = Figure("load", "count", "data_bridge_driver", "", "p50", "s", [1.0])
    found = report([journal([*figures, ours])])
    names = [one["name"] for one in found["frameworks"]]
    assert names == ["data_bridge_driver", "asyncpg", "psqlpy", "sqlalchemy", "floor"]


def test_it_is_json() -> None:
    found = report([journal(race("count", {"asyncpg": 2.0}))])
    assert json.loads(json.dumps(found)) == found
