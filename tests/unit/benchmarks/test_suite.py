from typing import Any

import pytest

from benchmarks import frameworks
from benchmarks.suites.families import Queries, Types
from benchmarks.suites.find import FindOne
from benchmarks.suites.profile import PROFILES, included
from benchmarks.suites.suite import (
    LACKING,
    OTHERS,
    RACING,
    FamilySuite,
    OperationSuite,
    best_peer,
    lacking,
)

from .comparisons import series

MEASURED = {
    one.framework: one
    for one in (
        series("find_one", "data_bridge_orm", 16, cpu=8),
        series("find_one", "asyncpg", 24, cpu=15),
        series("find_one", "fastpg", 20, cpu=12),
        series("find_one", "floor", 12),
    )
}


def test_figures_are_the_samples_of_the_race() -> None:
    suite = FindOne()
    found = suite.track_time(MEASURED, "asyncpg")
    assert found["number"] == 1
    assert found["samples"] == [sample.wall for sample in MEASURED["asyncpg"].samples]
    assert len(suite.track_cpu(MEASURED, "asyncpg")["samples"]) == 3


@pytest.mark.parametrize(
    ("to", "ratio"), [("asyncpg", 0.6667), ("best peer", 0.8), ("floor", 1.3333)]
)
def test_ratios_are_ours_to_theirs_round_by_round(to: str, ratio: float) -> None:
    found = FindOne().track_ratio(MEASURED, "data_bridge_orm", to)
    assert found["samples"] == [pytest.approx(ratio, abs=1e-4)] * 3


def test_the_best_peer_is_neither_ours_nor_the_floor() -> None:
    assert best_peer(MEASURED).framework == "fastpg"


def test_what_is_not_there_is_passed_over() -> None:
    suite = FindOne()
    suite.setup(MEASURED, "asyncpg")
    suite.setup(MEASURED, "data_bridge_orm", "best peer")
    with pytest.raises(NotImplementedError, match="data_bridge_driver"):
        suite.setup(MEASURED, "data_bridge_driver")


def test_what_failed_fails() -> None:
    failed = series("find_one", "asyncpg", 20)
    failed.failure = "WrongResultError: wrong"
    with pytest.raises(RuntimeError, match="asyncpg: WrongResultError: wrong"):
        FindOne().track_time({"asyncpg": failed}, "asyncpg")


def test_an_older_package_lacks_things_and_a_peer_fails() -> None:
    for reason in LACKING:
        ours, peer = series("count", "data_bridge_orm", 1), series("count", "asyncpg", 1)
        ours.failure = peer.failure = f"{reason}: no such thing"
        assert lacking(ours)
        assert not lacking(peer)
    assert not lacking(series("count", "data_bridge_orm", 1))


def test_without_a_peer_there_is_no_best_one() -> None:
    with pytest.raises(NotImplementedError, match="no peer is there"):
        best_peer({"floor": series("find_one", "floor", 12)})


def test_the_bases_are_no_suites() -> None:
    assert OperationSuite.__abstractmethods__ == FamilySuite.__abstractmethods__ == {"setup_cache"}


def test_a_family_reads_each_of_its_operations() -> None:
    suite: Any = Queries()
    measured = {"join": MEASURED, "cte": {}}
    suite.setup(measured, "join", "asyncpg")
    with pytest.raises(NotImplementedError, match="asyncpg is not there"):
        suite.setup(measured, "cte", "asyncpg")
    assert suite.track_ratio(measured, "join", "data_bridge_orm", "floor")["samples"]


def test_each_family_has_parameters_of_its_own() -> None:
    first, second = (vars(suite)["track_time"].params for suite in (Queries, Types))
    assert first != second
    assert first[1] == second[1] == RACING


def test_every_framework_is_in_some_profile() -> None:
    assert {*RACING, *OTHERS} == set(frameworks.names())


def test_a_quick_profile_still_has_rounds() -> None:
    shares = [profile.rounds for profile in PROFILES.values()]
    assert 0 < shares[0] <= shares[1] <= shares[2] == 1
    assert included("quick") < included("regular") < included("full") == set(PROFILES)
