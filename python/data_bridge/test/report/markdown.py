"""A run as Markdown, to paste into a pull request."""

import re
from collections.abc import Iterator

from data_bridge.test.comparison import Comparison
from data_bridge.test.report.against import Change, all_moved
from data_bridge.test.report.console import figures
from data_bridge.test.report.record import COMPLETE, Report
from data_bridge.test.report.wording import (
    INTERVAL,
    MEMORY,
    OUTLIERS,
    RULE,
    absence_words,
    interval_words,
    memory_words,
    progress_words,
    speedup_words,
    table_decimals,
    verdict_words,
    winner_words,
)
from data_bridge.test.statistic import summarize

_HEAD = ("", "median, ms", "vs. baseline", INTERVAL, "mean", "stddev", "p95", "min", "outliers")
_LEFT = ("", "vs. baseline", INTERVAL)


def render_report(report: Report) -> str:
    """A heading and a table for each group, and how to read them."""
    where = report.environment
    lines = ["## Benchmarks", ""]
    if report.state != COMPLETE:
        lines += [f"**The run is {report.state}: this is what was measured until then.**", ""]
    for comparison in report.comparisons:
        lines += [*_group(comparison, report), ""]
    if report.errors:
        lines += [*(f"- ERROR: {_text(error)}" for error in report.errors), ""]
    rules = [f"Medians of single calls. {RULE} {OUTLIERS}"]
    if any(entry.memory for each in report.comparisons for entry in each.entries):
        rules.append(MEMORY)
    rules.append(
        f"{where.python} on {where.system}, {where.processor}, {where.cores} cores, "
        f"{report.started:%Y-%m-%d %H:%M} UTC."
    )
    return "\n".join([*lines, *(f"<sub>{_text(rule)}</sub>  " for rule in rules)]) + "\n"


def _group(comparison: Comparison, report: Report) -> Iterator[str]:
    yield f"### {_text(comparison.title)}"
    yield ""
    changes: dict[str, Change] = {}
    head = list(_HEAD)
    memory = any(entry.memory for entry in comparison.ranking)
    if memory:
        head += ["Python peak", "process peak"]
    if report.against is not None:
        changes = {change.name: change for change in report.against.changes(comparison)}
        head.append(f"against {_text(report.against.name)}")
    if comparison.judge().standings:
        yield _row(head)
        yield _row([":--" if name in _LEFT else "--:" for name in head])
    decimals = table_decimals(comparison)
    first = [standing.entry for standing in comparison.judge().first]
    for standing in comparison.judge().standings:
        entry, ratio = standing.entry, standing.speedup
        summary = summarize(entry.measurement.calls)
        median, *others = (
            "-" if figure is None else f"{figure:.{decimals}f}" for figure in figures(summary)
        )
        name = _text(entry.name)
        cells = [
            f"**{name}**" if entry in first else name,
            median,
            verdict_words(standing),
            "" if standing.is_baseline else interval_words(ratio),
            *others,
            f"{summary.outliers} of {summary.calls}",
        ]
        if memory:
            peaks = (entry.memory.python, entry.memory.process) if entry.memory else (None, None)
            cells += map(memory_words, peaks)
        if report.against is not None:
            change = changes.get(entry.name)
            cells.append(
                f"{speedup_words(change.speedup)} ({interval_words(change.speedup)})"
                if change
                else "not there"
            )
        yield _row(cells)
    yield ""
    yield f"Winner: {_text(winner_words(comparison))}"
    moved = all_moved(list(changes.values()))
    if moved is not None:
        yield f"All are {moved}: the machine may have changed, not the code."
    if comparison.interrupted:
        yield f"Partial: {progress_words(comparison)}"
    for entry in comparison.entries:
        if not comparison.counts(entry):
            word, why = absence_words(comparison, entry)
            yield f"- {_text(entry.name)}: {word} ({_text(why)})"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(words: str) -> str:
    """Words that mean themselves: nothing in them is markup, nor ends a table's cell."""
    return re.sub(r"([\\`*_\[\]<>|#&~@])", r"\\\1", " ".join(words.split()))
