import pytest

from benchmarks import frameworks
from benchmarks.comparison.target import (
    TARGETS,
    Outcome,
    Target,
    Verdict,
    either,
    judge,
    reached,
    verdict,
)
from benchmarks.operations import BY_NAME
from benchmarks.statistic import Interval

from .comparisons import control, result, series

DRIVER = "data_bridge_driver"


def test_targets_name_what_there_is() -> None:
    names = frameworks.names()
    for target in TARGETS:
        assert target.operation in BY_NAME
        assert target.ours in names
        assert target.peer in names


def find_one(target: Target, ours: float = 20, loop: str = "asyncio") -> Verdict:
    found = result(
        series("find_one", DRIVER, ours, cpu=ours / 2),
        series("find_one", "asyncpg", 80, cpu=50),
        series("find_one", "asyncpg", 30, way="connection"),
        series("find_one", "fastpg", 25, cpu=12.5),
        series("find_one", "floor", 16),
        loop=loop,
    )
    return verdict(found, target)


def value(interval: Interval | None) -> float | None:
    return None if interval is None else interval.value


REACHED, MISSED, CLOSE = Outcome.REACHED, Outcome.MISSED, Outcome.CLOSE


@pytest.mark.parametrize(("figure", "outcome"), [(3.9, REACHED), (4.0, CLOSE), (4.1, MISSED)])
def test_at_least_so_many_times_as_fast(figure: float, outcome: Outcome) -> None:
    found = find_one(Target("find_one", DRIVER, "asyncpg", figure, ways=("",)))
    assert value(found.ratio) == pytest.approx(4.0)
    assert found.outcome is outcome
    assert value(found.floor) == pytest.approx(1.25)
    assert value(found.limit) == pytest.approx(5.0)


def test_the_quickest_of_all_ways_is_the_peer_unless_ways_are_named() -> None:
    ratio = find_one(Target("find_one", DRIVER, "asyncpg", 1.5)).ratio
    assert value(ratio) == pytest.approx(1.5)


@pytest.mark.parametrize(("figure", "outcome"), [(0.82, REACHED), (0.8, CLOSE), (0.78, MISSED)])
def test_client_cpu_at_most(figure: float, outcome: Outcome) -> None:
    found = find_one(Target("find_one", DRIVER, "fastpg", figure, cpu=True))
    assert value(found.ratio) == pytest.approx(0.8)
    assert found.outcome is outcome
    assert found.limit is None


@pytest.mark.parametrize(("figure", "outcome"), [(0.82, REACHED), (0.8, CLOSE), (0.78, MISSED)])
def test_wall_time_at_most(figure: float, outcome: Outcome) -> None:
    found = find_one(Target("find_one", DRIVER, "fastpg", figure, most=True))
    assert value(found.ratio) == pytest.approx(0.8)
    assert found.outcome is outcome


@pytest.mark.parametrize(
    ("or_floor", "outcome"), [(1.3, REACHED), (1.25, CLOSE), (1.2, MISSED), (None, MISSED)]
)
def test_near_the_floor_is_enough_where_the_target_says_so(
    or_floor: float | None, outcome: Outcome
) -> None:
    target = Target("find_one", DRIVER, "fastpg", 9.0, or_floor=or_floor)
    assert find_one(target).outcome is outcome


def test_an_interval_around_the_figure_says_neither() -> None:
    wide = Interval(1.6, 1.2, 2.0)
    for at_most in (True, False):
        assert reached(wide, 1.5, at_most=at_most, noise=0.02) is CLOSE
    assert reached(wide, 1.1, at_most=False, noise=0.02) is REACHED
    assert reached(wide, 1.1, at_most=True, noise=0.02) is MISSED
    assert reached(wide, 2.1, at_most=False, noise=0.02) is MISSED
    assert reached(wide, 2.1, at_most=True, noise=0.02) is REACHED


def test_a_noisy_run_calls_less() -> None:
    found = result(series("find_one", DRIVER, 20), series("find_one", "asyncpg", 80))
    target = Target("find_one", DRIVER, "asyncpg", 3.8)
    assert verdict(found, target).outcome is REACHED
    found.controls.append(control(found.series[1], 1.1))
    assert verdict(found, target).outcome is CLOSE


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (MISSED, REACHED, REACHED),
        (CLOSE, REACHED, REACHED),
        (CLOSE, MISSED, CLOSE),
        (MISSED, MISSED, MISSED),
    ],
)
def test_one_of_two_ways_is_enough(one: Outcome, other: Outcome, expected: Outcome) -> None:
    assert either(one, other) is either(other, one) is expected


def test_what_was_not_measured_is_neither_reached_nor_missed() -> None:
    for target in (
        Target("find_one", DRIVER, "sqlalchemy", 1.0),
        Target("count", DRIVER, "asyncpg", 1.0),
        Target("find_one", DRIVER, "asyncpg", 1.0, ways=("copy",)),
    ):
        assert find_one(target).outcome is Outcome.UNMEASURED
        assert find_one(target).ratio is None


def test_each_loop_has_its_targets() -> None:
    for loop, other in (("asyncio", "uvloop"), ("uvloop", "asyncio")):
        loops = {found.target.loop for found in judge(result(loop=loop))}
        assert loop in loops
        assert other not in loops
