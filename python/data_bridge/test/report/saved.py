"""A run as JSON, and read again: docs/dbtest.md describes the format.

The samples are all there is to know; what is computed from them is written for other readers, and
computed anew when a run is read.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from data_bridge.test.comparison import Comparison, Entry, Standing
from data_bridge.test.measurement import Measurement
from data_bridge.test.memory import Memory
from data_bridge.test.noise import Ratio
from data_bridge.test.parameters import Combination
from data_bridge.test.report.record import Environment, Report
from data_bridge.test.schedule import Schedule
from data_bridge.test.statistic import summarize

FORMAT = "dbtest"
VERSION = 1
_HOW = "save one with dbtest --format json -o FILE"


class SavedRunError(Exception):
    """A file that is no saved run, said in a line."""


def dump(report: Report) -> str:
    """The run as JSON."""
    saved = {
        "format": FORMAT,
        "version": VERSION,
        "started": report.started.isoformat(),
        "state": report.state,
        "environment": asdict(report.environment),
        "errors": report.errors,
        "groups": [_group(comparison, report) for comparison in report.comparisons],
    }
    text = json.dumps(saved, indent=2, allow_nan=False)
    # A round on a line, not a call: no string holds a line break, so this meets only numbers.
    return re.sub(r"\[\n\s+([\d\s,]+?)\n\s+\]", _on_one_line, text) + "\n"


def load(path: str) -> Report:
    """The run that `dump` made.

    Raises:
        SavedRunError: there is no such file, or it is none, or only a part of one.
    """
    try:
        saved = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise SavedRunError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SavedRunError(f"{path} is no JSON: {_HOW}") from None
    except json.JSONDecodeError as error:
        where = f"{error.msg.lower()} in line {error.lineno}"
        raise SavedRunError(f"{path} is cut short, or no JSON ({where}): {_HOW}") from None
    if not isinstance(saved, dict) or saved.get("format") != FORMAT:
        raise SavedRunError(f"{path} is no run of dbtest: {_HOW}")
    if saved.get("version") != VERSION:
        version = saved.get("version")
        raise SavedRunError(f"{path} has version {version} of the format, not {VERSION}: {_HOW}")
    try:
        return _report(saved)
    except KeyError as error:
        raise SavedRunError(f"{path} is damaged: {error} is missing") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise SavedRunError(f"{path} is damaged: {error}") from None


def _group(comparison: Comparison, report: Report) -> dict[str, Any]:
    standings = {each.entry.name: each for each in comparison.judge().standings}
    changes = (
        {}
        if report.against is None
        else {change.name: change.speedup for change in report.against.changes(comparison)}
    )
    return {
        "file": comparison.file,
        "group": comparison.group,
        "title": comparison.title,
        "parameters": comparison.combination.labels,
        "schedule": asdict(comparison.schedule),
        "interrupted": comparison.interrupted,
        "wanted_baseline": comparison.wanted_baseline,
        "baseline": comparison.baseline and comparison.baseline.name,
        "first": [standing.entry.name for standing in comparison.judge().first],
        "implementations": [
            _implementation(entry, standings.get(entry.name), changes.get(entry.name))
            for entry in comparison.entries
        ],
    }


def _implementation(
    entry: Entry, standing: Standing | None, change: Ratio | None
) -> dict[str, Any]:
    calls = entry.measurement.calls
    return {
        "name": entry.name,
        "failure": entry.failure,
        "skipped": entry.skipped,
        "milliseconds": _milliseconds(calls) if calls else None,
        "speedup": standing and _ratio(standing.speedup),
        "verdict": standing and standing.verdict,
        "against": change and {**_ratio(change), "verdict": change.verdict},
        "memory": entry.memory and asdict(entry.memory),
        "samples_ns": entry.measurement.rounds,
    }


def _milliseconds(calls: list[int]) -> dict[str, Any]:
    summary = summarize(calls)
    return {
        "median": summary.median,
        "mean": summary.mean,
        "stddev": summary.stddev,
        "p95": summary.p95,
        "minimum": summary.minimum,
        "maximum": summary.maximum,
        "calls": summary.calls,
        "outliers": summary.outliers,
    }


def _ratio(ratio: Ratio) -> dict[str, float | None]:
    # JSON has no infinity.
    return {name: value if math.isfinite(value) else None for name, value in asdict(ratio).items()}


def _on_one_line(numbers: re.Match[str]) -> str:
    return f"[{' '.join(numbers[1].split())}]"


def _report(saved: Mapping[str, Any]) -> Report:
    return Report(
        started=datetime.fromisoformat(saved["started"]),
        environment=Environment(**saved["environment"]),
        comparisons=[_comparison(group) for group in saved["groups"]],
        errors=list(map(str, saved["errors"])),
        state=str(saved["state"]),
    )


def _comparison(saved: Mapping[str, Any]) -> Comparison:
    labels = {str(name): str(label) for name, label in saved["parameters"].items()}
    return Comparison(
        group=str(saved["group"]),
        entries=[_entry(each) for each in saved["implementations"]],
        schedule=Schedule(**saved["schedule"]),
        wanted_baseline=saved["wanted_baseline"],
        combination=Combination(labels, labels),
        file=str(saved["file"]),
        interrupted=bool(saved["interrupted"]),
    )


def _entry(saved: Mapping[str, Any]) -> Entry:
    rounds = saved["samples_ns"]
    if not all(isinstance(time, int) and time >= 0 for times in rounds for time in times):
        raise ValueError("'samples_ns' holds other things than nanoseconds")
    if not all(rounds):
        raise ValueError("'samples_ns' holds an empty round")
    return Entry(
        name=str(saved["name"]),
        measurement=Measurement(rounds),
        failure=saved["failure"],
        skipped=saved["skipped"],
        memory=saved["memory"] and Memory(**saved["memory"]),
    )
