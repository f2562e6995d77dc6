"""What a comparison measured: one series of samples for each operation, framework and way."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks import statistic
from benchmarks.journal import Run
from benchmarks.measurement import Sample
from benchmarks.statistic import Interval, Verdict, ratio_interval

FLOOR = "floor"
# What ratios are made to, the first of these that was measured.
OURS = ("data_bridge_orm", "data_bridge_driver", "data_bridge_sync")


@dataclass
class Series:
    """The samples of one operation by one framework in one way.

    Attributes:
        operation: name of the operation.
        framework: name of the framework.
        title: the framework's name for people.
        way: the way of doing it, empty where there is only one.
        samples: one a round.
        failure: why there are no more samples, in one line.
        unsteady: rounds of warm-up after which it still grew quicker; None if it did not.
    """

    operation: str
    framework: str
    title: str
    way: str
    samples: list[Sample] = field(default_factory=list)
    failure: str | None = None
    unsteady: int | None = None

    @property
    def walls(self) -> list[float]:
        """Wall time of a call in seconds, round by round."""
        return [sample.wall for sample in self.samples]

    @property
    def cpus(self) -> list[float]:
        """CPU time of a call in the client, in seconds, round by round; none for the floor."""
        return [sample.cpu for sample in self.samples if sample.cpu is not None]

    @property
    def wall(self) -> float:
        """Median wall time of a call in seconds."""
        return median(self.walls)

    @property
    def cpu(self) -> float | None:
        """Median CPU time of a call in the client, in seconds; None for the floor."""
        return median(self.cpus) if self.cpus else None

    @property
    def usable(self) -> bool:
        """Whether it was measured and nothing was wrong."""
        return bool(self.samples) and self.failure is None

    @property
    def label(self) -> str:
        """The framework and the way."""
        return f"{self.title} {self.way}".strip()

    def ratio(self, other: "Series") -> Interval:
        """Its wall time divided by another one's of the same race."""
        return ratio_interval(self.walls, other.walls)


@dataclass(frozen=True)
class Control:
    """One series of a race, and the same framework entered in it a second time."""

    first: Series
    second: Series

    @property
    def usable(self) -> bool:
        """Whether both were measured."""
        return self.first.usable and self.second.usable


@dataclass
class Result:
    """A whole comparison.

    Attributes:
        run: what was measured, where and with what.
        series: what was measured.
        controls: what was entered twice, one an operation.
        ended: why the run ended before its end, in one line; None if it did not.
    """

    run: Run
    series: list[Series] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    ended: str | None = None

    @property
    def noise(self) -> float:
        """How far apart two series may lie in this run when nothing is different, as a share."""
        usable = [control for control in self.controls if control.usable]
        return statistic.noise(one.second.wall / one.first.wall for one in usable)

    def frameworks(self) -> list[str]:
        """The frameworks that were measured, in the order of columns."""
        return list(dict.fromkeys(series.framework for series in self.series))

    def operations(self) -> list[str]:
        """The operations that were measured, in their order."""
        return list(dict.fromkeys(series.operation for series in self.series))

    def ways(self, operation: str, framework: str) -> list[Series]:
        """The ways of an operation by a framework, the quickest first."""
        found = [
            series
            for series in self.series
            if (series.operation, series.framework) == (operation, framework) and series.usable
        ]
        return sorted(found, key=lambda series: series.wall)

    def best(self, operation: str, framework: str, way: str | None = None) -> Series | None:
        """The quickest series of an operation by a framework, or the one of a way."""
        found = self.ways(operation, framework)
        return next((series for series in found if way in {None, series.way}), None)

    def baseline(self, operation: str) -> Series | None:
        """What the ratios of an operation are made to."""
        measured = (self.best(operation, framework) for framework in OURS)
        return next((series for series in measured if series is not None), None)

    def winners(self, operation: str) -> list[Series]:
        """The quickest framework, and those that this run cannot tell from it; never the floor."""
        bests = [
            best
            for framework in self.frameworks()
            if framework != FLOOR and (best := self.best(operation, framework)) is not None
        ]
        bests.sort(key=lambda series: series.wall)
        return self.equals(bests[0], bests) if bests else []

    def equals(self, one: Series, others: Sequence[Series]) -> list[Series]:
        """Those series, and the one itself, that lie within the noise of one."""
        noise = self.noise
        return [
            other
            for other in others
            if other is one or statistic.verdict(other.ratio(one), noise) is Verdict.EQUAL
        ]

    def failures(self) -> list[Series]:
        """The series that went wrong."""
        return [series for series in self.series if series.failure is not None]
