from random import Random

import pytest

from benchmarks.history.results import Series
from benchmarks.history.step import regressions, weather

OURS: Series = ("suites.find.FindOne.track_time", ("data_bridge_orm",))
PEERS: list[Series] = [
    ("suites.find.FindOne.track_time", (name,)) for name in ("asyncpg", "fastpg", "floor")
]
RATIO: Series = ("suites.find.FindOne.track_ratio", ("data_bridge_orm", "best peer"))
COUNT: Series = ("suites.instructions.Instructions.track_instructions", ("find_one", "driver"))
THRESHOLDS = {".*track_time.*": 0.15, ".*track_ratio.*": 0.10, ".*track_instructions.*": 0.01}
COMMITS = 14
STEP = 8


def history(
    slower: float = 1.0, storms: bool = False, until: int = COMMITS
) -> list[dict[Series, float]]:
    """Figures of some commits; ours become slower at one of them, the machine at another."""
    random = Random(5)
    found = []
    for k in range(COMMITS):
        machine = (1.5 if storms and k >= 5 else 1.0) * random.uniform(0.98, 1.02)
        change = slower if STEP <= k < until else 1.0
        figures = dict.fromkeys(PEERS, machine * 2e-05)
        figures[OURS] = machine * change * 15e-6 * random.uniform(0.99, 1.01)
        figures[RATIO] = change * 0.75 * random.uniform(0.99, 1.01)
        figures[COUNT] = round(50_000 * change * random.uniform(0.9999, 1.0001))
        found.append(figures)
    return found


def test_a_step_is_found_where_it_is() -> None:
    found = {one.series: one for one in regressions(history(1.3), THRESHOLDS)}
    assert set(found) == {OURS, RATIO, COUNT}
    for one in found.values():
        assert (one.good, one.bad) == (STEP - 1, STEP)
        assert one.factor == pytest.approx(1.3, rel=0.03)


def test_five_percent_show_in_the_instructions_alone() -> None:
    assert [one.series for one in regressions(history(1.05), THRESHOLDS)] == [COUNT]


def test_nothing_is_found_where_nothing_is() -> None:
    assert regressions(history(), THRESHOLDS) == []
    assert regressions([], THRESHOLDS) == []


def test_the_machine_is_not_blamed_on_a_commit() -> None:
    assert regressions(history(storms=True), THRESHOLDS) == []


def test_the_machine_hides_no_step() -> None:
    found = {one.series for one in regressions(history(1.3, storms=True), THRESHOLDS)}
    assert found == {OURS, RATIO, COUNT}


def test_what_was_taken_back_is_forgiven() -> None:
    assert regressions(history(1.3, until=11), THRESHOLDS) == []


def test_commits_without_results_are_passed_over() -> None:
    known = history(1.3)
    known[STEP] = {}
    known[STEP + 1].pop(COUNT)
    found = {one.series: one for one in regressions(known, THRESHOLDS)}
    assert (found[RATIO].good, found[RATIO].bad) == (STEP - 1, STEP + 1)
    assert (found[COUNT].good, found[COUNT].bad) == (STEP - 1, STEP + 2)


def test_the_weather_is_what_the_peers_felt() -> None:
    slow = weather(history(storms=True))
    assert slow[10] / slow[0] == pytest.approx(1.5, rel=0.1)
    assert weather([{OURS: 1.0}]) == [1.0]
