"""Results of comparisons that nobody ran."""

from collections.abc import Sequence
from dataclasses import replace

from benchmarks.comparison.result import Control, Result, Series
from benchmarks.journal import Run
from benchmarks.measurement import Sample

TITLES = {
    "data_bridge_orm": "data-bridge",
    "data_bridge_driver": "data-bridge driver",
    "data_bridge_sync": "data-bridge sync",
    "asyncpg": "asyncpg",
    "fastpg": "fastpg",
    "sqlalchemy": "SQLAlchemy",
    "floor": "floor",
}


RUN = Run(
    commit="0123456789abcdef0123456789abcdef01234567",
    subject="Make it quick",
    date="2026-11-24T12:00:00+00:00",
    machine="some-machine",
    hardware={"cpu": "some", "num_cpu": "2", "os": "Linux"},
    loop="asyncio",
    profile="quick",
    pinned=True,
    server="18.6",
    settings={"fsync": "off"},
    python="3.13.0",
    versions={"asyncpg": "0.32.0"},
    left_out={},
    command="make measure",
)


def series(
    operation: str, framework: str, wall: float, cpu: float | None = None, way: str = ""
) -> Series:
    """A series of three samples around a median, in microseconds."""
    return from_walls(operation, framework, [wall * 1.1, wall, wall * 0.9], cpu, way)


def from_walls(
    operation: str,
    framework: str,
    walls: Sequence[float],
    cpu: float | None = None,
    way: str = "",
) -> Series:
    """A series of these samples, in microseconds."""
    samples = [Sample(wall * 1e-6, cpu and cpu * 1e-6) for wall in walls]
    return Series(operation, framework, TITLES[framework], way, samples)


def result(*found: Series, loop: str = "asyncio") -> Result:
    """A result that consists of these series."""
    return Result(replace(RUN, loop=loop), list(found))


def control(first: Series, factor: float) -> Control:
    """The same series entered once more, and slower by a factor."""
    samples = [Sample(sample.wall * factor, sample.cpu) for sample in first.samples]
    return Control(first, replace(first, samples=samples))
