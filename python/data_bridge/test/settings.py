"""What a run was asked for, checked before anything is measured."""

import math
from dataclasses import dataclass

import pytest

from data_bridge.test.report.against import Earlier
from data_bridge.test.report.destination import Destination, DestinationError
from data_bridge.test.report.formats import FORMATS, format_of, missing_for
from data_bridge.test.report.saved import SavedRunError, load


@dataclass(frozen=True)
class Settings:
    """The options of `dbtest`.

    Attributes:
        format: what stdout gets, where no file is asked for.
        destinations: the files that get the report.
        baseline: the implementation that all groups are to be held against.
        rounds: timed rounds, in place of the schedule's.
        against: the earlier run to compare with.
        fail_slower: percent that an implementation may be slower than in that run.
        memory: whether the memory of calls is measured.
        list: whether the groups are listed and not run.
        throughput: whether operations a second are shown.
        traceback: whether tracebacks are shown.
    """

    format: str
    destinations: tuple[Destination, ...]
    baseline: str | None
    rounds: int | None
    against: Earlier | None
    fail_slower: float | None
    memory: bool
    list: bool
    throughput: bool
    traceback: bool

    @property
    def tables(self) -> bool:
        """Whether each group's table is shown when it is done."""
        return self.format == "console" or bool(self.destinations)


def settings_of(config: pytest.Config) -> Settings:
    """The settings that the command line gives.

    Raises:
        pytest.UsageError: one of them cannot be met.
    """
    option = config.getoption
    if option("dist", "no") != "no":
        raise pytest.UsageError(
            "dbtest measures in one process, one after the other: leave out the options of xdist "
            "(-n, --dist), also in PYTEST_ADDOPTS"
        )
    wanted: str | None = option("--dbtest-format")
    if wanted is not None and wanted not in FORMATS:
        raise pytest.UsageError(f"unknown format {wanted!r}: choose {', '.join(FORMATS)}")
    destinations = tuple(
        Destination(path, wanted or format_of(path)) for path in option("--dbtest-output")
    )
    for name in {wanted or "console", *(each.format for each in destinations)}:
        lacking = missing_for(name)
        if lacking is not None:
            todo = 'uv pip install "data-bridge[test]"'
            raise pytest.UsageError(f"--format {name} needs {lacking}: {todo}")
    try:
        for destination in destinations:
            destination.check()
        against = option("--dbtest-against")
        earlier = None if against is None else Earlier(against, load(against))
    except (DestinationError, SavedRunError) as error:
        raise pytest.UsageError(str(error)) from None
    fail_slower = _percent(option("--dbtest-fail-slower"))
    if fail_slower is not None and earlier is None:
        raise pytest.UsageError("--fail-slower needs --against FILE, the run to compare with")
    return Settings(
        format=wanted or "console",
        destinations=destinations,
        baseline=option("--dbtest-baseline"),
        rounds=_rounds(option("--dbtest-rounds")),
        against=earlier,
        fail_slower=fail_slower,
        memory=option("--dbtest-memory"),
        list=option("--dbtest-list"),
        throughput=option("--dbtest-throughput"),
        traceback=option("--dbtest-traceback"),
    )


def _rounds(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise pytest.UsageError(f"--rounds is a number from 1 up, not {text!r}")
    return int(text)


def _percent(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        percent = float(text.removesuffix("%"))
    except ValueError:
        percent = math.nan
    # Not a number is not 0 or more, either.
    if not 0 <= percent < math.inf:
        raise pytest.UsageError(f"--fail-slower is a percentage from 0 up, not {text!r}")
    return percent


SETTINGS = pytest.StashKey[Settings]()
