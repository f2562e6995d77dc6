"""What the asv classes have in common: one race of all frameworks, read by several benchmarks.

asv would run each framework in a process of its own, minutes apart, and compare what the machine
did meanwhile. So `setup_cache` of each class measures all frameworks in turn, round by round, and
the benchmarks only report what it found. The rounds' samples give asv its confidence intervals.

All figures are "lower is better", as asv takes them: times, and ratios ours / peer.

The package comes from the commit under test and may be older than this suite: what it does not have
is passed over, and its benchmarks are n/a.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any, ClassVar, TypeVar

from benchmarks import floor_process, frameworks
from benchmarks.comparison.race import Entry, entries, race
from benchmarks.comparison.result import FLOOR, Series
from benchmarks.definition import version
from benchmarks.measurement import Bench
from benchmarks.operations import BY_NAME, Operation
from benchmarks.pinning import one_core
from benchmarks.server import server
from benchmarks.tables import Tables

# The environment: how thorough, and the postmaster to pin where DATABASE_URL names a server.
PROFILE = "DATA_BRIDGE_BENCH_PROFILE"
POSTMASTER = "DATA_BRIDGE_BENCH_POSTMASTER"
# Of the rounds of a full comparison.
PROFILES = {"short": 0.3, "full": 1.0}

OURS = ("data_bridge_orm", "data_bridge_driver", "data_bridge_sync")
BEST_PEER = "best peer"
# The first round of a way prepares its statements, the second tells how quick it is.
WARM_ROUNDS = 2
# How an older package says that it lacks something; the benchmark is n/a then, and not failed.
LACKING = ("AttributeError", "ImportError", "NotImplementedError")

Function = TypeVar("Function", bound=Callable[..., object])

# Framework -> its best way's samples.
Measured = dict[str, Series]


def figure(unit: str, **parameters: Sequence[str]) -> Callable[[Function], Function]:
    """Give a benchmark its unit and its parameters, where asv reads them: on the function."""

    def mark(function: Function) -> Function:
        vars(function).update(
            unit=unit, params=tuple(parameters.values()), param_names=tuple(parameters)
        )
        return function

    return mark


class OperationSuite(ABC):
    """The benchmarks of one operation: `class FindOne(OperationSuite, operation="find_one")`."""

    version: ClassVar[str]
    timeout = 300.0

    def __init_subclass__(cls, operation: str) -> None:
        super().__init_subclass__()
        cls.version = version(BY_NAME[operation])

    @abstractmethod
    def setup_cache(self) -> Measured:
        """Measure; written in each class, as asv tells them apart by the line where they stand."""

    def setup(self, measured: Measured, *parameters: str) -> None:
        """Pass over what the package under test, or this machine, does not have."""
        for name in parameters:
            if name != BEST_PEER and name not in measured:
                raise NotImplementedError(f"{name} is not there")

    @figure("seconds", framework=frameworks.names())
    def track_time(self, measured: Measured, framework: str) -> dict[str, Any]:
        """Wall time of a call."""
        return values([one.wall for one in checked(measured[framework]).samples])

    @figure("seconds", framework=[name for name in frameworks.names() if name != FLOOR])
    def track_cpu(self, measured: Measured, framework: str) -> dict[str, Any]:
        """CPU time of the client in a call."""
        times = [one.cpu for one in checked(measured[framework]).samples]
        return values([time for time in times if time is not None])

    @figure("x", ours=OURS, to=(BEST_PEER, "asyncpg", FLOOR))
    def track_ratio(self, measured: Measured, ours: str, to: str) -> dict[str, Any]:
        """Our wall time divided by a peer's, or by the floor's, round by round."""
        other = best_peer(measured) if to == BEST_PEER else checked(measured[to])
        pairs = zip(checked(measured[ours]).samples, other.samples, strict=False)
        return values([round(one.wall / two.wall, 4) for one, two in pairs])


def values(found: Sequence[float]) -> dict[str, Any]:
    """What asv takes for samples of one call each."""
    return {"samples": list(found), "number": 1}


def checked(series: Series) -> Series:
    """A series in which nothing went wrong.

    Raises:
        RuntimeError: it failed, or returned something wrong; asv shows the message.
    """
    if not series.usable:
        raise RuntimeError(f"{series.label}: {series.failure}")
    return series


def best_peer(measured: Measured) -> Series:
    """The quickest of the others."""
    others = [one for one in measured.values() if one.framework not in {*OURS, FLOOR}]
    return min((one for one in others if one.usable), key=lambda series: series.wall)


def measure(name: str) -> Measured:
    """Race all frameworks that are there through one operation."""
    operation = BY_NAME[name]
    rounds = round(operation.rounds * PROFILES[os.environ.get(PROFILE, "full")])
    with server() as running, Tables(running.dsn) as tables:
        pid = running.pid or int(os.environ.get(POSTMASTER, "0")) or None
        with one_core(pid), closing(Bench(running.dsn, tables)) as bench:
            racing = contestants(bench, operation)
            race(bench, operation, racing, rounds)
    return {series.framework: series for series, _ in racing if not lacking(series)}


def contestants(bench: Bench, operation: Operation) -> list[Entry]:
    """The best way of each framework that is there."""
    found = []
    for name in frameworks.names():
        if name == FLOOR and not floor_process.binary().exists():
            # Python's floor is another one: a series must not go from one to the other.
            continue
        try:
            adapter = bench.open(frameworks.load(name))
        except frameworks.MissingFrameworkError:
            continue
        ways = entries(operation, [(name, adapter)])
        race(bench, operation, ways, WARM_ROUNDS)
        # A failed one, if there is no other: it has to be shown.
        usable = [series for series, _ in ways if series.usable] or [one for one, _ in ways[:1]]
        for series in sorted(usable, key=quickest_round)[:1]:
            series.samples.clear()
            found.append((series, adapter))
    return found


def quickest_round(series: Series) -> float:
    """The least wall time of a call in any round; 0 without rounds."""
    return min((sample.wall for sample in series.samples), default=0.0)


def lacking(series: Series) -> bool:
    """Whether a series failed because the package is older than what the adapter uses."""
    failure = series.failure or ""
    return series.framework in OURS and failure.startswith(LACKING)
