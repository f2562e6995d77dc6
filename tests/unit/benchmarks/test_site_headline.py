from typing import Any

from benchmarks.site import headline
from benchmarks.site.document import report
from tests.unit.benchmarks.journals import journal, race


def comparisons(**operations: dict[str, float]) -> list[dict[str, Any]]:
    figures = [figure for name, walls in operations.items() for figure in race(name, walls)]
    (run,) = report([journal(figures)])["runs"]
    return headline.comparisons(run)


def test_ours_is_held_against_the_quickest_of_its_like() -> None:
    (found,) = comparisons(
        find_one={
            "data_bridge_driver": 10.0,
            "asyncpg": 40.0,
            "fastpg": 12.0,
            # Neither a driver nor async, and the floor is nobody's peer.
            "sqlalchemy": 5.0,
            "psycopg2": 5.0,
            "floor": 5.0,
        }
    )
    assert (found["title"], found["ours"]) == ("Async drivers", "data_bridge_driver")
    assert found["peers"] == ["asyncpg", "fastpg"]
    ((operation, peer, ratio, *_, said),) = found["results"]
    assert (operation, peer, round(ratio, 2), said) == ("find_one", "fastpg", 1.2, "faster")


def test_defeats_and_draws_are_counted_as_victories_are() -> None:
    (found,) = comparisons(
        find_one={"data_bridge_sync": 10.0, "psycopg2": 15.0},
        count={"data_bridge_sync": 10.0, "psycopg2": 10.1},
        insert_1000={"data_bridge_sync": 10.0, "psycopg": 7.0},
        update_one={"psycopg": 7.0},
    )
    assert [result[5] for result in found["results"]] == ["faster", "equal", "slower"]
    assert round(found["typical"], 2) == 1.01


def test_nothing_of_ours_or_of_theirs_is_no_comparison() -> None:
    assert comparisons(find_one={"asyncpg": 1.0}, count={"data_bridge_driver": 1.0}) == []
