"""Say which commits made something slower, from the results there are.

    python -m benchmarks.history.regressions [RANGE]

Ends with 0 if nothing is slower, 1 if something is, 2 if there is nothing to look at.
"""

import argparse
import sys
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from benchmarks.history.commit import Commit, HistoryError, list_commits
from benchmarks.history.results import kept, thresholds
from benchmarks.history.showing import factors, show, titled
from benchmarks.history.step import Regression, regressions

SLOWER = 1
NOTHING = 2
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
    show(table(commits, found))
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
    results = kept(options.machine)
    commits, history = [], []
    for commit in reversed(list_commits(options.range)):
        figures = results.figures(commit.identifier)
        if figures:
            commits.append(commit)
            history.append(figures)
    if len(commits) < FEWEST:
        raise HistoryError("fewer than two of these commits have results; run make history first")
    return commits, regressions(history, thresholds())


def table(commits: Sequence[Commit], found: Sequence[Regression]) -> Table:
    """The regressions as a table."""
    title = "Slower, and not quicker again since"
    shown = factors("commit", "benchmark", "before", "after", title=title, show_lines=True)
    for one in found:
        between = one.bad - one.good - 1
        several = f", or one of {between} before it" if between else ""
        shown.add_row(
            Text(f"{commits[one.bad]}{several}"),
            Text(titled(one.series)),
            f"{one.before:.4g}",
            f"{one.after:.4g}",
            f"{one.factor:.3f}",
        )
    return shown


if __name__ == "__main__":
    sys.exit(main())
