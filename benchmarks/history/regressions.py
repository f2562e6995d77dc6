"""Say which commits made something slower, from the results there are.

    python -m benchmarks.history.regressions [RANGE]

Ends with 0 if nothing is slower, 1 if something is, 2 if there is nothing to look at.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks import machine
from benchmarks.history.commit import Commit, HistoryError, list_commits
from benchmarks.history.results import CONFIGURATION, Results
from benchmarks.history.step import Regression, regressions
from benchmarks.suites.profile import FULL

SLOWER = 1
NOTHING = 2
FILE_WIDTH = 140
# Fewer have no before and after.
FEWEST = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Look for regressions; returns the exit status."""
    options = parser().parse_args(arguments)
    try:
        commits, found = search(options)
    except (HistoryError, LookupError) as error:
        print(f"error: {error}", file=sys.stderr)
        return NOTHING
    print(f"{len(commits)} commits with results, {commits[0]} to {commits[-1]}.")
    if not found:
        print("Nothing became slower.")
        return 0
    console = Console()
    if not console.is_terminal:
        console = Console(width=FILE_WIDTH)
    console.print(table(commits, found))
    return SLOWER


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    found = argparse.ArgumentParser(
        prog="python -m benchmarks.history.regressions",
        description="Say which commits made something slower.",
    )
    found.add_argument("range", nargs="?", help="commits, as git log takes them (default: all)")
    found.add_argument("--machine", help="whose results (default: this machine's)")
    return found


def search(options: argparse.Namespace) -> tuple[list[Commit], list[Regression]]:
    """The commits that have results, the oldest first, and what became slower among them.

    Raises:
        HistoryError: there are no results to compare.
    """
    from asv.config import Config

    environment = f"virtualenv:{sys.version_info.major}.{sys.version_info.minor}"
    results = Results(options.machine or machine.neutral_name(), environment, FULL)
    if not results.known():
        known = ", ".join(sorted(one.parent.name for one in results.folder.glob("*/machine.json")))
        raise HistoryError(
            f"machine {results.machine} has no results; choose one by --machine: {known or 'none'}"
        )
    commits, history = [], []
    for commit in reversed(list_commits(options.range)):
        figures = results.figures(commit.identifier)
        if figures:
            commits.append(commit)
            history.append(figures)
    if len(commits) < FEWEST:
        raise HistoryError("fewer than two of these commits have results; run make history first")
    configuration: Any = Config.load(str(CONFIGURATION))
    return commits, regressions(history, configuration.regressions_thresholds)


def table(commits: Sequence[Commit], found: Sequence[Regression]) -> Table:
    """The regressions as a table."""
    shown = Table(title="Slower, and not quicker again since", show_lines=True)
    for heading in ("commit", "benchmark", "before", "after"):
        shown.add_column(heading)
    shown.add_column("factor", justify="right")
    for one in found:
        name, parameters = one.series
        between = one.bad - one.good - 1
        several = f", or one of {between} before it" if between else ""
        shown.add_row(
            Text(f"{commits[one.bad]}{several}"),
            Text(f"{name.removeprefix('suites.')}({', '.join(parameters)})"),
            f"{one.before:.4g}",
            f"{one.after:.4g}",
            f"{one.factor:.3f}",
        )
    return shown


if __name__ == "__main__":
    sys.exit(main())
