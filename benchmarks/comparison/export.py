"""The comparison as JSON: every sample, so that somebody else may count differently."""

import json
from pathlib import Path
from typing import Any

from benchmarks.comparison.result import Result, Series
from benchmarks.comparison.target import judge


def write(result: Result, path: Path) -> None:
    """Write a result; times are seconds a call."""
    path.write_text(json.dumps(document(result), indent=1) + "\n")


def document(result: Result) -> dict[str, Any]:
    """The result as JSON has it."""
    return {
        "format": 1,
        "loop": result.loop,
        "pinned": result.core is not None,
        "postgresql": result.server,
        "python": result.python,
        "versions": result.versions,
        "floor": result.floor,
        "left_out": result.left_out,
        "ended": result.ended,
        "series": [describe(result, series) for series in result.series],
        "targets": [
            {
                "operation": verdict.target.operation,
                "ours": verdict.target.ours,
                "peer": verdict.peer.label if verdict.peer else verdict.target.peer,
                "cpu": verdict.target.cpu,
                "at_most": verdict.target.cpu or verdict.target.most,
                "figure": verdict.target.figure,
                "ratio": verdict.ratio,
                "ours_to_floor": verdict.floor,
                "reached": verdict.reached,
            }
            for verdict in judge(result)
        ],
    }


def describe(result: Result, series: Series) -> dict[str, Any]:
    """One series as JSON has it."""
    baseline = result.baseline(series.operation)
    return {
        "operation": series.operation,
        "framework": series.framework,
        "way": series.way,
        "wall": series.wall if series.samples else None,
        "cpu": series.cpu,
        "ratio": series.wall / baseline.wall if series.usable and baseline else None,
        "failure": series.failure,
        "walls": [sample.wall for sample in series.samples],
        "cpus": [sample.cpu for sample in series.samples],
    }
