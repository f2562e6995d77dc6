"""A whole run: its comparisons, and what one must know to judge them."""

import os
import platform
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from data_bridge.test.comparison import Comparison
from data_bridge.test.report.against import Earlier

# How a run ended; UNFINISHED is one that still goes on, or was killed.
UNFINISHED, COMPLETE, INTERRUPTED, STOPPED = "unfinished", "complete", "interrupted", "stopped"


@dataclass(frozen=True)
class Environment:
    """Where a run was made: what tells two machines apart, but not the host's name."""

    python: str
    system: str
    processor: str
    cores: int


@dataclass
class Report:
    """A run, as far as it got.

    Attributes:
        started: when it began, with its time zone.
        environment: where it was made.
        comparisons: the groups that are over, in their order.
        errors: what else went wrong, in a line each: files that cannot be imported, fixtures.
        state: COMPLETE, or why it is not.
        against: the earlier run that it is compared with.
        throughput: whether operations a second are shown.
    """

    started: datetime
    environment: Environment
    comparisons: list[Comparison] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    state: str = UNFINISHED
    against: Earlier | None = None
    throughput: bool = False


def begin() -> Report:
    """A report of a run that begins now, here."""
    return Report(datetime.now(UTC).replace(microsecond=0), _environment())


def _environment() -> Environment:
    version = sys.version_info
    free_threaded = "" if getattr(sys, "_is_gil_enabled", lambda: True)() else ", free-threaded"
    number = f"{version.major}.{version.minor}.{version.micro}"
    return Environment(
        python=f"{platform.python_implementation()} {number}{free_threaded}",
        system=f"{platform.system()} {platform.machine()}",
        processor=_processor(),
        cores=os.cpu_count() or 1,
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or platform.machine()
