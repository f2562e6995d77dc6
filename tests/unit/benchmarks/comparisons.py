"""Results of comparisons that nobody ran."""

from benchmarks.comparison.result import Result, Series
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


def series(
    operation: str, framework: str, wall: float, cpu: float | None = None, way: str = ""
) -> Series:
    """A series of three samples around a median, in microseconds."""
    samples = [Sample(wall * factor * 1e-6, cpu and cpu * 1e-6) for factor in (1.1, 1, 0.9)]
    return Series(operation, framework, TITLES[framework], way, samples)


def result(*found: Series, loop: str = "asyncio") -> Result:
    """A result that consists of these series."""
    return Result(loop, 1, "18.6", "3.13.0", series=list(found))
