"""Journals that nobody measured."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.figure import Failure, Figure
from benchmarks.journal import Journal, Run, Writer

RUN = Run(
    commit="0123456789abcdef0123456789abcdef01234567",
    subject="Make it quick",
    date="2026-11-24T12:00:00+00:00",
    machine="made-up",
    hardware={"cpu": "none", "num_cpu": "2"},
    loop="asyncio",
    profile="quick",
    pinned=True,
    server="18.6",
    settings={"fsync": "off"},
    python="3.13.0",
    versions={},
    left_out={"psqlpy": "psqlpy is not installed"},
    command="python -m benchmarks.measure --profile quick",
)
# The weather of the rounds. It comes to each framework at another time: no ratio is quite sure.
WEATHER = (1.02, 0.98, 1.0, 1.05, 0.99)
MICROSECOND = 1e-6


def times(operation: str, framework: str, wall: float, way: str = "") -> list[Figure]:
    """The figures of one operation in one way, around a median in microseconds."""
    turn = len(framework) % len(WEATHER)
    walls = [wall * MICROSECOND * factor for factor in WEATHER[turn:] + WEATHER[:turn]]
    figure = Figure("operations", operation, framework, way, "wall", "s", walls)
    if framework == "floor":
        return [figure]
    return [figure, replace(figure, metric="cpu", samples=[one / 2 for one in walls])]


def race(operation: str, walls: Mapping[str, float]) -> list[Figure]:
    """An operation by several frameworks."""
    return [figure for name, wall in walls.items() for figure in times(operation, name, wall)]


def journal(
    figures: Sequence[Figure] = (), failures: Sequence[Failure] = (), run: Run = RUN
) -> Journal:
    """A whole journal of these."""
    measured: list[Figure | Failure] = [*figures, *failures]
    done = list(dict.fromkeys((one.study, one.subject) for one in measured))
    versions = dict.fromkeys((one.framework for one in measured), "1.0")
    return Journal(replace(run, versions=versions), list(figures), list(failures), done, whole=True)


def write(results: Path, found: Journal) -> Path:
    """Write a journal where a run would have; returns its path."""
    with Writer(results, found.run) as writer:
        for figure in found.figures:
            writer.figure(figure)
        for failure in found.failures:
            writer.failure(failure)
        for study, subject in found.done:
            writer.subject_done(study, subject)
        return writer.finish()
