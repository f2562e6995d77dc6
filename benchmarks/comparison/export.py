"""The comparison as JSON: every sample, so that somebody else may count differently."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.comparison.result import Control, Result, Series
from benchmarks.comparison.target import judge
from benchmarks.statistic import Interval, verdict

FORMAT = 2


def write(result: Result, path: Path) -> None:
    """Write a result; times are seconds a call.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_text(json.dumps(document(result), indent=1) + "\n")


def document(result: Result) -> dict[str, Any]:
    """The result as JSON has it."""
    return {
        "format": FORMAT,
        "run": asdict(result.run),
        "ended": result.ended,
        "noise": result.noise,
        "controls": [entered_twice(control) for control in result.controls],
        "series": [describe(result, series) for series in result.series],
        "targets": [
            {
                "operation": found.target.operation,
                "ours": found.target.ours,
                "peer": found.peer.label if found.peer else found.target.peer,
                "cpu": found.target.cpu,
                "at_most": found.target.cpu or found.target.most,
                "figure": found.target.figure,
                "ratio": interval(found.ratio),
                "ours_to_floor": interval(found.floor),
                "outcome": found.outcome.value,
            }
            for found in judge(result)
        ],
    }


def describe(result: Result, series: Series) -> dict[str, Any]:
    """One series as JSON has it."""
    baseline = result.baseline(series.operation)
    ratio = series.ratio(baseline) if series.usable and baseline else None
    return {
        "operation": series.operation,
        "framework": series.framework,
        "way": series.way,
        "wall": series.wall if series.samples else None,
        "cpu": series.cpu,
        "ratio": interval(ratio),
        # Than data-bridge, whose time the ratio is made to.
        "verdict": verdict(ratio, result.noise).value if ratio else None,
        "failure": series.failure,
        "unsteady": series.unsteady,
        "walls": series.walls,
        "cpus": series.cpus,
    }


def entered_twice(control: Control) -> dict[str, Any]:
    """A control as JSON has it."""
    first, second = control.first, control.second
    return {
        "operation": first.operation,
        "framework": first.framework,
        "way": first.way,
        "ratio": second.wall / first.wall if control.usable else None,
        "walls": second.walls,
    }


def interval(found: Interval | None) -> dict[str, float] | None:
    """An interval as JSON has it."""
    return None if found is None else asdict(found)
