"""Hold two measured commits against each other.

    python -m benchmarks.history.compare [--base COMMIT] [--head COMMIT]

Head is the newest commit that has results, base the newest before it. Ends with 0 if nothing is
slower, 1 if something is, 2 if there is nothing to compare.
"""

import argparse
import sys
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from benchmarks.history.change import Change, changes, weather
from benchmarks.history.commit import Commit, HistoryError, list_commits
from benchmarks.history.results import Results, kept, thresholds
from benchmarks.history.showing import factors, show, titled
from benchmarks.statistic import Interval, Verdict

SLOWER = 1
NOTHING = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare; returns the exit status."""
    options = parser().parse_args(arguments)
    try:
        results = kept(options.machine)
        base, head = chosen(results, options.base, options.head)
        before, after = (results.intervals(one.identifier) for one in (base, head))
        found = changes(before, after, thresholds())
        if not found:
            raise HistoryError(f"{base} and {head} have no results of the same benchmarks")
    except (HistoryError, LookupError) as error:
        print(f"error: {error}", file=sys.stderr)
        return NOTHING
    report(base, head, found, weather(before, after))
    return SLOWER if any(one.verdict is Verdict.SLOWER for one in found) else 0


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    found = argparse.ArgumentParser(
        prog="python -m benchmarks.history.compare",
        description="Hold two measured commits against each other.",
    )
    found.add_argument("--base", help="a commit (default: the newest measured one before head)")
    found.add_argument("--head", help="a commit (default: the newest measured one)")
    found.add_argument("--machine", help="whose results (default: this machine's)")
    return found


def chosen(results: Results, base: str | None, head: str | None) -> tuple[Commit, Commit]:
    """The two commits, both of them with results.

    Raises:
        HistoryError: git does not know one of them, or it has no results.
    """
    later = measured(results, head or "HEAD", exactly=bool(head))
    return measured(results, base or f"{later.identifier}~1", exactly=bool(base)), later


def measured(results: Results, name: str, *, exactly: bool) -> Commit:
    """A commit that has results; the newest one from there back, unless just that is wanted."""
    commits = list_commits(name, 1 if exactly else None)
    for commit in commits:
        if results.figures(commit.identifier):
            return commit
    what = f"{commits[0]} has" if exactly else f"{commits[0]} and those before it have"
    raise HistoryError(
        f"{what} no results on {results.machine}; "
        f"run make history RANGE={commits[0].identifier[:8]}^!"
    )


def report(base: Commit, head: Commit, found: Sequence[Change], machine: Interval) -> None:
    """Print what is slower or faster, and how many figures are neither."""
    print(f"Base: {base}")
    print(f"Head: {head}")
    print(
        f"The peers took {machine.value:.2f}x as long ({machine.low:.2f}x to {machine.high:.2f}x):"
        " that did the machine, and it is taken out of our times."
    )
    told = [one for one in found if one.verdict is not Verdict.EQUAL]
    if told:
        show(table(told))
    counts = ", ".join(
        f"{sum(one.verdict is verdict for one in found)} {verdict.value}" for verdict in Verdict
    )
    print(f"{len(found)} figures: {counts}.")


def table(found: Sequence[Change]) -> Table:
    """The changes as a table."""
    shown = factors("", "benchmark", "base", "head")
    for one in found:
        factor = one.factor
        shown.add_row(
            one.verdict.value,
            Text(titled(one.series)),
            f"{one.before:.4g}",
            f"{one.after:.4g}",
            f"{factor.value:.3f} ({factor.low:.3f} to {factor.high:.3f})",
        )
    return shown


if __name__ == "__main__":
    sys.exit(main())
