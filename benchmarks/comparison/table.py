"""The comparison as a table: a row an operation, a column a framework; below it the targets."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.comparison.quantity import duration, ratio
from benchmarks.comparison.result import FLOOR, Result, Series
from benchmarks.comparison.target import Verdict, judge
from benchmarks.operations import BY_NAME

# Two series this close cannot be told apart by one run.
EQUAL_WITHIN = 1.03
# Where the output is no terminal, it is as wide as it has to be.
FILE_WIDTH = 160
COLUMN_WIDTH = 13
FIRST_COLUMNS = 40


def show(console: Console, result: Result) -> None:
    """Print the whole report."""
    for columns in chunks(result.frameworks(), console.width):
        console.print(comparison(result, columns))
    for line in notes(result):
        console.print(Text(line))
    # A target of an operation that was not asked for says nothing.
    run = {series.operation for series in result.series}
    verdicts = [verdict for verdict in judge(result) if verdict.target.operation in run]
    if any(verdict.reached is not None for verdict in verdicts):
        console.print(target_table(verdicts))


def chunks(frameworks: Sequence[str], width: int) -> list[list[str]]:
    """The columns that fit side by side; more than one list where the terminal is too narrow."""
    fit = max(2, (width - FIRST_COLUMNS) // COLUMN_WIDTH)
    return [list(frameworks[start : start + fit]) for start in range(0, len(frameworks), fit)]


def comparison(result: Result, frameworks: Sequence[str]) -> Table:
    """The table of times."""
    table = Table(
        title=f"Time of one call, {result.loop}: wall, ratio to data-bridge, client CPU",
        box=box.SIMPLE_HEAD,
        padding=(0, 1),
        show_lines=True,
    )
    table.add_column("operation", no_wrap=False, min_width=12)
    titles = {series.framework: series.title for series in result.series}
    for framework in frameworks:
        table.add_column(titles[framework], justify="right")
    table.add_column("quickest")
    for name in dict.fromkeys(series.operation for series in result.series):
        row = [cell(result, name, framework) for framework in frameworks]
        table.add_row(BY_NAME[name].title, *row, ", ".join(winners(result, name)))
    return table


def cell(result: Result, operation: str, framework: str) -> Text:
    """The quickest way of one framework; what went wrong is said below the table."""
    best = result.best(operation, framework)
    if best is None:
        failed = any(
            (series.operation, series.framework) == (operation, framework)
            for series in result.failures()
        )
        return Text("failed", style="red") if failed else Text("-", style="dim")
    first = best.label in winners(result, operation)
    text = Text(duration(best.wall), style="bold green" if first else "")
    baseline = result.baseline(operation)
    if baseline is not None:
        text.append(f"\n{ratio(best.wall / baseline.wall)}")
    if best.cpu is not None:
        text.append(f"\ncpu {duration(best.cpu)}", style="dim")
    if best.way:
        text.append(f"\n{best.way}", style="dim")
    return text


def winners(result: Result, operation: str) -> list[str]:
    """The quickest framework, and those that this run cannot tell from it; never the floor."""
    bests = [
        best
        for framework in result.frameworks()
        if framework != FLOOR and (best := result.best(operation, framework)) is not None
    ]
    bests.sort(key=lambda series: series.wall)
    return [best.label for best in bests if best.wall <= bests[0].wall * EQUAL_WITHIN]


def notes(result: Result) -> list[str]:
    """What a reader of the table must know."""
    lines = [
        f"PostgreSQL {result.server}, Python {result.python}, "
        + ("server and client on one core." if result.core is not None else "not pinned to a core.")
    ]
    if result.floor == "python":
        lines.append("The floor is Python's, some 3 us a call above the compiled one.")
    lines += [f"Left out: {name}: {reason}" for name, reason in result.left_out.items()]
    for operation in dict.fromkeys(series.operation for series in result.series):
        others = [
            series
            for framework in result.frameworks()
            for series in result.ways(operation, framework)[1:]
        ]
        if others:
            lines.append(f"{BY_NAME[operation].title}, other ways: {listed(result, others)}")
    for series in result.failures():
        lines.append(f"Failed: {BY_NAME[series.operation].title}, {series.label}: {series.failure}")
    return lines


def listed(result: Result, others: Sequence[Series]) -> str:
    """The slower ways of an operation, with their times and ratios."""
    baseline = result.baseline(others[0].operation)
    parts = []
    for series in others:
        quotient = f" ({ratio(series.wall / baseline.wall)})" if baseline else ""
        parts.append(f"{series.label} {duration(series.wall)}{quotient}")
    return "; ".join(parts) + "."


def target_table(verdicts: Sequence[Verdict]) -> Table:
    """The table of targets."""
    table = Table(title="Targets", box=box.SIMPLE_HEAD, padding=(0, 1))
    for heading in ("operation", "ours", "against"):
        table.add_column(heading)
    for heading in ("asked for", "measured", "floor gives", "ours / floor"):
        table.add_column(heading, justify="right")
    table.add_column("reached")
    for verdict in verdicts:
        target = verdict.target
        most = target.cpu or target.most
        peer = verdict.peer.label if verdict.peer else " ".join((target.peer, *target.ways[:1]))
        style = {True: "green", False: "red", None: "dim"}[verdict.reached]
        table.add_row(
            BY_NAME[target.operation].title,
            target.ours.replace("_", "-"),
            f"{peer}, CPU" if target.cpu else peer,
            f"{'at most' if most else 'at least'} {ratio(target.figure)}"
            + (f", or {ratio(target.or_floor)} of the floor" if target.or_floor else ""),
            ratio(verdict.ratio) if verdict.ratio is not None else "-",
            ratio(verdict.limit) if verdict.limit is not None else "-",
            ratio(verdict.floor) if verdict.floor is not None else "-",
            Text({True: "yes", False: "no", None: "not measured"}[verdict.reached], style=style),
        )
    return table
