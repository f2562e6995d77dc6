"""Runs made up for the reports."""

from datetime import UTC, datetime

from data_bridge.test.comparison import Comparison, Entry
from data_bridge.test.measurement import Measurement
from data_bridge.test.report.record import COMPLETE, Environment, Report
from data_bridge.test.schedule import Schedule

SCHEDULE = Schedule(iterations=1, rounds=5, warmups=1)


def group(baseline: str | None = None, /, **milliseconds: float) -> Comparison:
    """A group whose implementations took these times, the same in each of five rounds."""
    entries = [
        Entry(name.replace("_", "-"), Measurement([[round(each * 1e6)]] * 5))
        for name, each in milliseconds.items()
    ]
    return Comparison("Insert One", entries, SCHEDULE, baseline, file="here/bench_insert.py")


def report(*comparisons: Comparison, state: str = COMPLETE) -> Report:
    return Report(
        started=datetime(2026, 11, 24, 12, 30, tzinfo=UTC),
        environment=Environment("CPython 3.13.0", "Linux x86_64", "AMD EPYC", 2),
        comparisons=list(comparisons),
        state=state,
    )
