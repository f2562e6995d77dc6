"""What a comparison measured: one series of samples for each operation, framework and way."""

from dataclasses import dataclass, field
from statistics import median

from benchmarks.measurement import Sample

FLOOR = "floor"
# What ratios are made to, the first of these that was measured.
BASELINES = ("data_bridge_orm", "data_bridge_driver", "data_bridge_sync")


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
    """

    operation: str
    framework: str
    title: str
    way: str
    samples: list[Sample] = field(default_factory=list)
    failure: str | None = None

    @property
    def wall(self) -> float:
        """Median wall time of a call in seconds."""
        return median(sample.wall for sample in self.samples)

    @property
    def cpu(self) -> float | None:
        """Median CPU time of a call in the client, in seconds; None for the floor."""
        times = [sample.cpu for sample in self.samples if sample.cpu is not None]
        return median(times) if times else None

    @property
    def usable(self) -> bool:
        """Whether it was measured and nothing was wrong."""
        return bool(self.samples) and self.failure is None

    @property
    def label(self) -> str:
        """The framework and the way."""
        return f"{self.title} {self.way}".strip()


@dataclass
class Result:
    """A whole comparison.

    Attributes:
        loop: event loop of the async frameworks.
        core: the core that server and client were pinned to; None if they were not.
        server: version of the PostgreSQL server.
        python: version of the interpreter.
        versions: of the frameworks' packages, by name.
        floor: what sent the floor's bytes, "compiled" or "python"; None without floor.
        left_out: frameworks that could not run, and why.
        series: what was measured.
        ended: why the run ended before its end, in one line; None if it did not.
    """

    loop: str
    core: int | None
    server: str
    python: str
    versions: dict[str, str] = field(default_factory=dict)
    floor: str | None = None
    left_out: dict[str, str] = field(default_factory=dict)
    series: list[Series] = field(default_factory=list)
    ended: str | None = None

    def frameworks(self) -> list[str]:
        """The frameworks that were measured, in the order of columns."""
        return list(dict.fromkeys(series.framework for series in self.series))

    def ways(self, operation: str, framework: str) -> list[Series]:
        """All usable series of an operation by a framework, the quickest first."""
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
        measured = (self.best(operation, framework) for framework in BASELINES)
        return next((series for series in measured if series is not None), None)

    def failures(self) -> list[Series]:
        """The series that went wrong."""
        return [series for series in self.series if series.failure is not None]
