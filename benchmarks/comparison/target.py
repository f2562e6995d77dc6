"""The speeds that data-bridge is held to, as ratios within one run, and which it reached."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.comparison.result import FLOOR, Result, Series

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


@dataclass(frozen=True)
class Verdict:
    """What became of a target.

    Attributes:
        target: the target.
        ratio: the ratio it speaks of; None if either side was not measured.
        floor: ours divided by the floor; None if either was not measured.
        limit: what the ratio would be if ours were the floor; None for CPU time, and without floor.
        peer: the series that was compared with.
        reached: None if not measured.
    """

    target: Target
    ratio: float | None
    floor: float | None
    limit: float | None
    peer: Series | None
    reached: bool | None


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
    return [verdict(result, target) for target in targets if target.loop in {None, result.loop}]


def verdict(result: Result, target: Target) -> Verdict:
    """What became of one target."""
    ours = result.best(target.operation, target.ours)
    peers = result.ways(target.operation, target.peer)
    peer = next((one for one in peers if not target.ways or one.way in target.ways), None)
    floor = result.best(target.operation, FLOOR)
    above_floor = ours.wall / floor.wall if ours and floor else None
    ratio = compared(target, ours, peer)
    limit = None if target.cpu else compared(target, floor, peer)
    reached = None
    if ratio is not None:
        reached = ratio <= target.figure if target.cpu or target.most else ratio >= target.figure
        if target.or_floor is not None and above_floor is not None:
            reached = reached or above_floor <= target.or_floor
    return Verdict(target, ratio, above_floor, limit, peer, reached)


def compared(target: Target, ours: Series | None, peer: Series | None) -> float | None:
    """The ratio that a target speaks of."""
    if ours is None or peer is None:
        return None
    if target.cpu:
        return ours.cpu / peer.cpu if ours.cpu and peer.cpu else None
    return ours.wall / peer.wall if target.most else peer.wall / ours.wall
