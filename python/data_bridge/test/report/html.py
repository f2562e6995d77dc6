"""A run as a page that stands alone: no script, and nothing that is fetched from elsewhere.

The charts are SVG of the template's own, whose places are percentages: on a screen of any width the
bars keep their height, and the page its letters. (pygal, which was tried, scales letters with the
chart, prints values over the marks of intervals, lets the marks of a logarithmic axis run into
each other, has no lying box plot, and brings a style sheet and a script with each chart.)
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from data_bridge.test.comparison import Comparison
from data_bridge.test.report.against import Change, all_moved
from data_bridge.test.report.chart import Strips, growths, strips
from data_bridge.test.report.console import figures
from data_bridge.test.report.record import COMPLETE, Report
from data_bridge.test.report.scale import Unit, unit_for
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
    verdict_words,
    winner_words,
)
from data_bridge.test.statistic import summarize


@dataclass(frozen=True)
class Row:
    """A row of a group's table: an implementation, and its figures in words."""

    name: str
    first: bool
    verdict: str
    kind: str
    cells: list[str]


@dataclass(frozen=True)
class Section:
    """A group, ready to be laid out."""

    anchor: str
    comparison: Comparison
    winner: str
    best: str
    lead: str
    chart: Strips | None
    unit: Unit
    head: list[str]
    rows: list[Row]
    absent: list[tuple[str, str, str]]
    partial: str | None
    moved: str | None
    command: str


def render_report(report: Report) -> str:
    """The page."""
    # It comes with data-bridge[test], and only this format needs it.
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415
    from markupsafe import Markup  # noqa: PLC0415

    folder = resources.files(__package__)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string((folder / "page.html.jinja").read_text(encoding="utf-8"))
    # The project's own, and no input.
    style = Markup((folder / "page.css").read_text(encoding="utf-8"))  # noqa: S704
    text = page.render(
        style=style,
        report=report,
        complete=report.state == COMPLETE,
        sections=[_section(*each, report) for each in enumerate(report.comparisons, start=1)],
        growths=list(growths(report.comparisons)),
        rules=[RULE, OUTLIERS, *([MEMORY] if _has_memory(report.comparisons) else [])],
        interval=INTERVAL,
    )
    # What the template's own lines leave.
    return re.sub(r"\n\s*\n+", "\n", text)


def _section(number: int, comparison: Comparison, report: Report) -> Section:
    judged = comparison.judge()
    against = report.against
    changes = [] if against is None else against.changes(comparison)
    ranking = comparison.ranking
    unit = unit_for(ranking[0].measurement.milliseconds if ranking else 1.0)
    leader = judged.first[0] if judged.first else None
    moved = all_moved(changes)
    return Section(
        anchor=f"group-{number}",
        comparison=comparison,
        winner=winner_words(comparison),
        best=", ".join(standing.entry.name for standing in judged.first) or "none",
        lead=f"{unit.words(leader.entry.measurement.milliseconds)} {unit.name}" if leader else "",
        chart=strips(comparison) if ranking else None,
        unit=unit,
        head=_head(comparison, report),
        rows=list(_rows(comparison, unit, report, changes)),
        absent=[
            (entry.name, *absence_words(comparison, entry))
            for entry in comparison.entries
            if not comparison.counts(entry)
        ],
        partial=progress_words(comparison) if comparison.interrupted else None,
        moved=moved and f"All are {moved}: the machine may have changed, not the code.",
        command=f"dbtest {shlex.quote(f'{comparison.file}::{comparison.title}')}",
    )


def _head(comparison: Comparison, report: Report) -> list[str]:
    head = [INTERVAL, "mean", "stddev", "p95", "min", "outliers", "calls/s"]
    if _has_memory([comparison]):
        head += ["Python peak", "process peak"]
    return head if report.against is None else [*head, f"against {report.against.name}"]


def _rows(
    comparison: Comparison, unit: Unit, report: Report, changes: list[Change]
) -> Iterator[Row]:
    changed = {change.name: change.speedup for change in changes}
    first = comparison.judge().first
    for standing in comparison.judge().standings:
        entry = standing.entry
        summary = summarize(entry.measurement.calls)
        median, *others = ("-" if each is None else unit.words(each) for each in figures(summary))
        cells = [
            "" if standing.is_baseline else interval_words(standing.speedup),
            *others,
            f"{summary.outliers} of {summary.calls}",
            f"{entry.measurement.per_second:,.0f}",
        ]
        if _has_memory([comparison]):
            memory = entry.memory
            peaks = (None, None) if memory is None else (memory.python, memory.process)
            cells += map(memory_words, peaks)
        if report.against is not None:
            ratio = changed.get(entry.name)
            words = f"{speedup_words(ratio)} ({interval_words(ratio)})" if ratio else "not there"
            cells.append(words)
        yield Row(
            entry.name,
            standing in first,
            verdict_words(standing),
            standing.verdict,
            [median, *cells],
        )


def _has_memory(comparisons: list[Comparison]) -> bool:
    return any(entry.memory is not None for each in comparisons for entry in each.ranking)
