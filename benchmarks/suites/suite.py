"""What the suites have in common: one race of all frameworks, read by several benchmarks.

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
from benchmarks.operations import BY_NAME, OPERATIONS, Operation
from benchmarks.pinning import one_core
from benchmarks.server import server
from benchmarks.suites.profile import PROFILES
from benchmarks.tables import Tables

# The environment: how thorough, and the postmaster to pin where DATABASE_URL names a server.
PROFILE = "DATA_BRIDGE_BENCH_PROFILE"
POSTMASTER = "DATA_BRIDGE_BENCH_POSTMASTER"

OURS = ("data_bridge_orm", "data_bridge_driver", "data_bridge_sync")
# Those whose series stand in every commit's results: the quickest, and those that ours are held
# against. The others can be no best peer, and cost each commit a minute that says nothing of it.
RIVALS = ("asyncpg", "fastpg", "sqlalchemy", "psycopg2", "psycopg", FLOOR)
RACING = (*OURS, *RIVALS)
OTHERS = tuple(name for name in frameworks.names() if name not in RACING)
BEST_PEER = "best peer"
# The first round of a way prepares its statements, the second tells how quick it is.
WARM_ROUNDS = 2
# How an older package says that it lacks something; the benchmark is n/a then, and not failed.
LACKING = ("AttributeError", "ImportError", "NotImplementedError", "TypeError")

Function = TypeVar("Function", bound=Callable[..., object])

# Framework -> its best way's samples.
Measured = dict[str, Series]
# The same by operation.
AllMeasured = dict[str, Measured]


def figure(unit: str, **parameters: Sequence[str]) -> Callable[[Function], Function]:
    """Give a benchmark its unit and its parameters, where asv reads them: on the function."""

    def mark(function: Function) -> Function:
        vars(function).update(
            unit=unit, params=tuple(parameters.values()), param_names=tuple(parameters)
        )
        return function

    return mark


class Suite(ABC):
    """The benchmarks of one class: `class Rows(Suite, profile=QUICK)`.

    Attributes:
        by_profile: the suites as asv names them, by the smallest profile that holds them.
        version: what defines the results: with another one, earlier results do not count.
    """

    by_profile: ClassVar[dict[str, list[str]]] = {name: [] for name in PROFILES}
    version: ClassVar[str]
    timeout = 900.0

    def __init_subclass__(cls, profile: str | None = None) -> None:
        super().__init_subclass__()
        if profile is not None:
            module = cls.__module__.removeprefix("benchmarks.")
            Suite.by_profile[profile].append(f"{module}.{cls.__name__}")

    @abstractmethod
    def setup_cache(self) -> Any:
        """Measure; written in each class, as asv tells them apart by the line where they stand."""


class OperationSuite(Suite):
    """One operation: `class FindOne(OperationSuite, profile=QUICK, operation="find_one")`."""

    def __init_subclass__(cls, profile: str, operation: str) -> None:
        super().__init_subclass__(profile)
        cls.version = version([BY_NAME[operation]], RACING)

    def setup(self, measured: Measured, *parameters: str) -> None:
        """Pass over what the package under test, or this machine, does not have."""
        require(measured, *parameters)

    @figure("seconds", framework=RACING)
    def track_time(self, measured: Measured, framework: str) -> dict[str, Any]:
        """Wall time of a call."""
        return times(measured[framework])

    @figure("seconds", framework=[name for name in RACING if name != FLOOR])
    def track_cpu(self, measured: Measured, framework: str) -> dict[str, Any]:
        """CPU time of the client in a call."""
        found = [one.cpu for one in checked(measured[framework]).samples]
        return values([time for time in found if time is not None])

    @figure("x", ours=OURS, to=(BEST_PEER, "asyncpg", FLOOR))
    def track_ratio(self, measured: Measured, ours: str, to: str) -> dict[str, Any]:
        """Our wall time divided by a peer's, or by the floor's, round by round."""
        return ratios(measured, ours, to)


class FamilySuite(Suite):
    """All operations of a family: `class Queries(FamilySuite, profile=REGULAR, family="query")`."""

    def __init_subclass__(cls, profile: str, family: str) -> None:
        super().__init_subclass__(profile)
        operations = [one for one in OPERATIONS if one.family == family]
        names = [operation.name for operation in operations]

        # Written here since asv reads parameters off the functions, and these are the family's own.
        @figure("seconds", operation=names, framework=RACING)
        def track_time(
            self: FamilySuite, measured: AllMeasured, operation: str, framework: str
        ) -> dict[str, Any]:
            """Wall time of a call."""
            return times(measured[operation][framework])

        @figure("x", operation=names, ours=OURS, to=(BEST_PEER, FLOOR))
        def track_ratio(
            self: FamilySuite, measured: AllMeasured, operation: str, ours: str, to: str
        ) -> dict[str, Any]:
            """Our wall time divided by a peer's, or by the floor's, round by round."""
            return ratios(measured[operation], ours, to)

        # mypy knows no methods that come to a class later.
        vars_of: Any = cls
        vars_of.track_time, vars_of.track_ratio = track_time, track_ratio
        cls.version = version(operations, RACING)

    def setup(self, measured: AllMeasured, operation: str, *parameters: str) -> None:
        """Pass over what the package under test, or this machine, does not have."""
        require(measured[operation], *parameters)


def require(measured: Measured, *parameters: str) -> None:
    """See to it that frameworks were measured.

    Raises:
        NotImplementedError: one was not; asv shows its benchmark as n/a.
    """
    for name in parameters:
        if name == BEST_PEER:
            best_peer(measured)
        elif name not in measured:
            raise NotImplementedError(f"{name} is not there")


def values(found: Sequence[float]) -> dict[str, Any]:
    """What asv takes for samples of one call each."""
    return {"samples": list(found), "number": 1}


def times(series: Series) -> dict[str, Any]:
    """Wall times of a call, one a round."""
    return values([one.wall for one in checked(series).samples])


def ratios(measured: Measured, ours: str, to: str) -> dict[str, Any]:
    """Our wall times divided by another one's, round by round."""
    other = best_peer(measured) if to == BEST_PEER else checked(measured[to])
    pairs = zip(checked(measured[ours]).samples, other.samples, strict=False)
    return values([round(one.wall / two.wall, 4) for one, two in pairs])


def checked(series: Series) -> Series:
    """A series in which nothing went wrong.

    Raises:
        RuntimeError: it failed, or returned something wrong; asv shows the message.
    """
    if not series.usable:
        raise RuntimeError(f"{series.label}: {series.failure}")
    return series


def best_peer(measured: Measured) -> Series:
    """The quickest of the others.

    Raises:
        NotImplementedError: none of them can do it.
    """
    others = [one for one in measured.values() if one.framework not in {*OURS, FLOOR}]
    usable = [one for one in others if one.usable]
    if not usable:
        raise NotImplementedError("no peer is there")
    return min(usable, key=lambda series: series.wall)


def measure(*names: str, racing: Sequence[str] = RACING) -> AllMeasured:
    """Race frameworks through operations, one after the other, on one server."""
    profile = PROFILES[os.environ.get(PROFILE, "full")]
    found: AllMeasured = {}
    with server() as running, Tables(running.dsn) as tables:
        pid = running.pid or int(os.environ.get(POSTMASTER, "0")) or None
        with one_core(pid), closing(Bench(running.dsn, tables)) as bench:
            for name in names:
                operation = BY_NAME[name]
                series = contestants(bench, operation, racing)
                race(bench, operation, series, max(3, round(operation.rounds * profile.rounds)))
                found[name] = {one.framework: one for one, _ in series if not lacking(one)}
    return found


def measure_family(family: str) -> AllMeasured:
    """Race all frameworks that are there through all operations of a family."""
    return measure(*(operation.name for operation in OPERATIONS if operation.family == family))


def contestants(bench: Bench, operation: Operation, racing: Sequence[str]) -> list[Entry]:
    """The best way of each framework that is there and can do it."""
    found = []
    for name in racing:
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
