"""The speeds that data-bridge is held to, as ratios within one run, and which it reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from benchmarks import statistic
from benchmarks.comparison.result import FLOOR, Result, Series
from benchmarks.statistic import Interval, ratio_interval

ORM = "data_bridge_orm"
DRIVER = "data_bridge_driver"
SYNC = "data_bridge_sync"


@dataclass(frozen=True)
class Target:
    """One figure to reach: the peer's time divided by ours, unless it says otherwise.

    Attributes:
        operation: name of the operation.
        ours: our framework.
        peer: the framework it is compared with.
        figure: the ratio peer / ours to reach at least; for `cpu` and `most` ours / peer, at most.
        ways: the peer's ways that count; the best of all if empty.
        loop: the event loop for which it is asked; None for any.
        cpu: compares CPU time of the client instead of wall time.
        most: compares wall time the other way round, as a limit.
        or_floor: reached also where ours is within this factor of the floor: the server is all
            there is then.
    """

    operation: str
    ours: str
    peer: str
    figure: float
    ways: tuple[str, ...] = ()
    loop: str | None = None
    cpu: bool = False
    most: bool = False
    or_floor: float | None = None


class Outcome(Enum):
    """What became of a target, for people."""

    REACHED = "reached"
    MISSED = "not reached"
    CLOSE = "too close to call"
    UNMEASURED = "not measured"


@dataclass(frozen=True)
class Verdict:
    """What became of a target.

    Attributes:
        target: the target.
        ratio: the ratio it speaks of; None if either side was not measured.
        floor: ours divided by the floor; None if either was not measured.
        limit: what the ratio would be if ours were the floor; None for CPU time, and without floor.
        peer: the series that was compared with.
        outcome: whether the target was reached, as far as the run can tell.
    """

    target: Target
    ratio: Interval | None
    floor: Interval | None
    limit: Interval | None
    peer: Series | None
    outcome: Outcome


def single(operation: str) -> Target:
    """The target of an operation where the server does most of the work."""
    return Target(operation, DRIVER, "asyncpg", 1.1, or_floor=1.15)


TARGETS = (
    Target("find_one", DRIVER, "asyncpg", 4.0, ways=("",), loop="asyncio"),
    Target("find_one", DRIVER, "asyncpg", 3.0, ways=("",), loop="uvloop"),
    Target("find_one", DRIVER, "asyncpg", 1.3, ways=("connection",), loop="asyncio"),
    Target("find_one", DRIVER, "asyncpg", 1.2, ways=("connection",), loop="uvloop"),
    Target("find_one", DRIVER, "fastpg", 1.15),
    Target("find_one", DRIVER, "fastpg", 0.8, cpu=True),
    Target("find_one", ORM, "sqlalchemy", 10.0),
    Target("find_one", ORM, DRIVER, 1.25, most=True),
    Target("find_many", ORM, "asyncpg", 1.6),
    Target("find_many", ORM, "sqlalchemy", 12.0),
    Target("find_many", ORM, "fastpg", 1.3),
    Target("find_many", ORM, "fastpg", 0.65, cpu=True),
    Target("insert_1000", ORM, "asyncpg", 1.15, ways=("copy", "unnest", "unnest_ids")),
    Target("insert_1000", ORM, "asyncpg", 2.2, ways=("executemany",)),
    # SQLAlchemy's bulk statement skips the work of a session, which `add_all` does.
    Target("insert_1000", ORM, "sqlalchemy", 10.0, ways=("add_all",)),
    Target("insert_1000", ORM, "sqlalchemy", 10.0),
    Target("update_each", ORM, "asyncpg", 1.3, ways=("executemany",)),
    Target("update_each", ORM, "sqlalchemy", 10.0),
    single("count"),
    single("insert_one"),
    single("update_one"),
    single("update_many"),
    single("delete_many"),
    Target("find_one", SYNC, "psycopg2", 1.5),
    Target("find_one", SYNC, "psycopg", 1.3),
)


def judge(result: Result, targets: Sequence[Target] = TARGETS) -> list[Verdict]:
    """What became of the targets that are asked for with the result's event loop."""
    return [verdict(result, target) for target in targets if target.loop in {None, result.run.loop}]


def verdict(result: Result, target: Target) -> Verdict:
    """What became of one target."""
    ours = result.best(target.operation, target.ours)
    peers = result.ways(target.operation, target.peer)
    peer = next((one for one in peers if not target.ways or one.way in target.ways), None)
    floor = result.best(target.operation, FLOOR)
    above_floor = ours.ratio(floor) if ours and floor else None
    ratio = compared(target, ours, peer)
    limit = None if target.cpu else compared(target, floor, peer)
    outcome = Outcome.UNMEASURED
    if ratio is not None:
        at_most = target.cpu or target.most
        outcome = reached(ratio, target.figure, at_most=at_most, noise=result.noise)
        if target.or_floor is not None and above_floor is not None:
            near = reached(above_floor, target.or_floor, at_most=True, noise=result.noise)
            outcome = either(outcome, near)
    return Verdict(target, ratio, above_floor, limit, peer, outcome)


def reached(ratio: Interval, figure: float, *, at_most: bool, noise: float) -> Outcome:
    """Whether a ratio lies on the right side of a figure, with all its interval and the noise."""
    match statistic.verdict(ratio / figure, noise):
        case statistic.Verdict.EQUAL:
            return Outcome.CLOSE
        case statistic.Verdict.SLOWER:
            return Outcome.MISSED if at_most else Outcome.REACHED
        case statistic.Verdict.FASTER:
            return Outcome.REACHED if at_most else Outcome.MISSED


def either(one: Outcome, other: Outcome) -> Outcome:
    """What becomes of a target that may be reached in one of two ways."""
    order = (Outcome.REACHED, Outcome.CLOSE, Outcome.MISSED)
    return min(one, other, key=order.index)


def compared(target: Target, ours: Series | None, peer: Series | None) -> Interval | None:
    """The ratio that a target speaks of."""
    if ours is None or peer is None:
        return None
    if target.cpu:
        return ratio_interval(ours.cpus, peer.cpus) if ours.cpus and peer.cpus else None
    return ours.ratio(peer) if target.most else peer.ratio(ours)
