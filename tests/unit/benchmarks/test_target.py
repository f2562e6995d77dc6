import pytest

from benchmarks import frameworks
from benchmarks.comparison.target import TARGETS, Target, Verdict, judge, verdict
from benchmarks.operations import BY_NAME

from .comparisons import result, series

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


@pytest.mark.parametrize(("figure", "reached"), [(4.0, True), (4.01, False)])
def test_at_least_so_many_times_as_fast(figure: float, reached: bool) -> None:
    found = find_one(Target("find_one", DRIVER, "asyncpg", figure, ways=("",)))
    assert found.ratio == pytest.approx(4.0)
    assert found.reached is reached
    assert found.floor == pytest.approx(1.25)
    assert found.limit == pytest.approx(5.0)


def test_the_quickest_of_all_ways_is_the_peer_unless_ways_are_named() -> None:
    assert find_one(Target("find_one", DRIVER, "asyncpg", 1.5)).ratio == pytest.approx(1.5)


@pytest.mark.parametrize(("figure", "reached"), [(0.8, True), (0.79, False)])
def test_client_cpu_at_most(figure: float, reached: bool) -> None:
    found = find_one(Target("find_one", DRIVER, "fastpg", figure, cpu=True))
    assert found.ratio == pytest.approx(0.8)
    assert found.reached is reached
    assert found.limit is None


@pytest.mark.parametrize(("figure", "reached"), [(0.8, True), (0.79, False)])
def test_wall_time_at_most(figure: float, reached: bool) -> None:
    found = find_one(Target("find_one", DRIVER, "fastpg", figure, most=True))
    assert found.ratio == pytest.approx(0.8)
    assert found.reached is reached


@pytest.mark.parametrize(("or_floor", "reached"), [(1.25, True), (1.2, False), (None, False)])
def test_near_the_floor_is_enough_where_the_target_says_so(
    or_floor: float | None, reached: bool
) -> None:
    target = Target("find_one", DRIVER, "fastpg", 9.0, or_floor=or_floor)
    assert find_one(target).reached is reached


def test_what_was_not_measured_is_neither_reached_nor_missed() -> None:
    for target in (
        Target("find_one", DRIVER, "sqlalchemy", 1.0),
        Target("count", DRIVER, "asyncpg", 1.0),
        Target("find_one", DRIVER, "asyncpg", 1.0, ways=("copy",)),
    ):
        assert find_one(target).reached is None
        assert find_one(target).ratio is None


def test_each_loop_has_its_targets() -> None:
    for loop, other in (("asyncio", "uvloop"), ("uvloop", "asyncio")):
        loops = {found.target.loop for found in judge(result(loop=loop))}
        assert loop in loops
        assert other not in loops
