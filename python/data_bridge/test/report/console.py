"""A comparison as text."""

from collections.abc import Iterator, Sequence

from data_bridge.test.comparison import Comparison
from data_bridge.test.report.against import Change, Earlier, all_moved
from data_bridge.test.report.record import COMPLETE, Report
from data_bridge.test.report.wording import (
    INTERVAL,
    absence_words,
    interval_words,
    memory_words,
    progress_words,
    speedup_words,
    table_decimals,
    verdict_words,
    winner_words,
)
from data_bridge.test.statistic import Summary, summarize

_RULE = "=" * 60
_NAME_WIDTH = 15
_FIGURE_WIDTH = 9
_COLUMN = 9


def render_report(report: Report) -> str:
    """All tables of a run, and how it ended."""
    blocks = [
        render(each, throughput=report.throughput, against=report.against)
        for each in report.comparisons
    ]
    ends = [f"ERROR: {error}" for error in report.errors]
    if report.state != COMPLETE:
        ends.append(f"The run is {report.state}.")
    return "\n\n".join([*blocks, *(["\n".join(ends)] if ends else [])]) + "\n"


def render(
    comparison: Comparison, *, throughput: bool = False, against: Earlier | None = None
) -> str:
    """The table of a group, the fastest first, and below it its statistics.

    With `throughput` it shows operations a second as well, with `against` what changed since.
    """
    lines = [_RULE, f"Benchmark: {comparison.title}", _RULE, ""]
    judged = comparison.judge()
    width = _width(comparison)
    decimals = table_decimals(comparison)
    for standing in judged.standings:
        entry = standing.entry
        figure = f"{entry.measurement.milliseconds:>{_FIGURE_WIDTH}.{decimals}f} ms"
        verdict = f"({verdict_words(standing)})"
        if throughput:
            verdict = f"{verdict:<18}{entry.measurement.per_second:>14,.0f} ops/s"
        lines.append(f"  {entry.name:<{width}}:{figure}  {verdict}")
    for entry in comparison.entries:
        if not comparison.counts(entry):
            word, why = absence_words(comparison, entry)
            lines.append(f"  {entry.name:<{width}}:{word:>{_FIGURE_WIDTH}}     ({why})")
    lines += ["", f"Winner: {winner_words(comparison)}"]
    if comparison.interrupted:
        lines.append(f"Partial: {progress_words(comparison)}")
    if judged.standings:
        lines += ["", *_statistics(comparison, width, decimals)]
    if any(entry.memory is not None for entry in comparison.ranking):
        lines += ["", *_memory(comparison, width)]
    if against is not None:
        lines += ["", *_changes(against.changes(comparison), against.name, width)]
    return "\n".join(lines)


def _statistics(comparison: Comparison, width: int, decimals: int) -> Iterator[str]:
    names = ("median", "mean", "stddev", "p95", "min")
    head = "".join(f"{name:>{_COLUMN}}" for name in names)
    yield f"  {'ms':<{width}} {head}{'outliers':>{_COLUMN + 1}}  {INTERVAL}"
    for standing in comparison.judge().standings:
        summary = summarize(standing.entry.measurement.calls)
        shown = [
            f"{'-' if figure is None else f'{figure:.{decimals}f}':>{_COLUMN}}"
            for figure in figures(summary)
        ]
        outliers = f"{summary.outliers}/{summary.calls}"
        row = f"  {standing.entry.name:<{width}} {''.join(shown)}{outliers:>{_COLUMN + 1}}"
        ratio = standing.speedup
        interval = "" if standing.is_baseline else f"  {ratio.low:.2f}x to {ratio.high:.2f}x"
        yield row + interval


def figures(summary: Summary) -> tuple[float | None, ...]:
    """Median, mean, standard deviation, 95th percentile and minimum, in milliseconds."""
    return summary.median, summary.mean, summary.stddev, summary.p95, summary.minimum


def _memory(comparison: Comparison, width: int) -> Iterator[str]:
    yield f"  {'peak memory':<{width}} {'Python':>{_COLUMN + 2}}{'process':>{_COLUMN + 2}}"
    for entry in comparison.ranking:
        if entry.memory is not None:
            python, process = map(memory_words, (entry.memory.python, entry.memory.process))
            yield f"  {entry.name:<{width}} {python:>{_COLUMN + 2}}{process:>{_COLUMN + 2}}"


def _changes(changes: Sequence[Change], name: str, width: int) -> Iterator[str]:
    yield f"Against {name}:" + ("" if changes else " nothing to compare with")
    for change in changes:
        words = f"{speedup_words(change.speedup):<14}"
        yield f"  {change.name:<{width}}: {words} ({interval_words(change.speedup)})"
    moved = all_moved(changes)
    if moved is not None:
        yield f"All are {moved}: the machine may have changed, not the code."


def _width(comparison: Comparison) -> int:
    return max([_NAME_WIDTH, *(len(entry.name) + 1 for entry in comparison.entries)])
