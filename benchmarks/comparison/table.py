"""The comparison as a table: a row an operation, a column a framework; below it the targets."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks import provenance
from benchmarks.comparison.choice import LEAST_ROUNDS
from benchmarks.comparison.quantity import bounds, duration, give_or_take, ratio, share
from benchmarks.comparison.result import FLOOR, Result, Series
from benchmarks.comparison.target import Outcome, Target, Verdict, judge
from benchmarks.operations import BY_NAME
from benchmarks.statistic import TOO_MUCH_NOISE, Interval
from benchmarks.statistic import Verdict as Difference
from benchmarks.statistic import verdict as difference

# Where the output is no terminal, it is as wide as it has to be.
FILE_WIDTH = 160
COLUMN_WIDTH = 15
INTERVALS = (
    "± is the 95 % interval of a ratio, by bootstrap over the rounds. = is no difference that this "
    "run can tell: the interval reaches into the noise. For that reason several may be quickest."
)
FIRST_COLUMNS = 40
# Of the quickest, so that a noisy run does not fill the screen.
NAMED = 3
STYLES = {
    Outcome.REACHED: "green",
    Outcome.MISSED: "red",
    Outcome.CLOSE: "yellow",
    Outcome.UNMEASURED: "dim",
}


def show(console: Console, result: Result) -> None:
    """Print the whole report."""
    for columns in chunks(result.frameworks(), console.width):
        console.print(comparison(result, columns))
    for line in notes(result):
        console.print(Text(line))
    # A target of an operation that was not asked for says nothing.
    run = result.operations()
    verdicts = [verdict for verdict in judge(result) if verdict.target.operation in run]
    if any(verdict.outcome is not Outcome.UNMEASURED for verdict in verdicts):
        console.print(target_table(verdicts))


def chunks(frameworks: Sequence[str], width: int) -> list[list[str]]:
    """The columns that fit side by side; more than one list where the terminal is too narrow."""
    fit = max(2, (width - FIRST_COLUMNS) // COLUMN_WIDTH)
    return [list(frameworks[start : start + fit]) for start in range(0, len(frameworks), fit)]


def comparison(result: Result, frameworks: Sequence[str]) -> Table:
    """The table of times."""
    table = Table(
        title=f"Time of one call, {result.run.loop}: wall, ratio to data-bridge, client CPU",
        box=box.SIMPLE_HEAD,
        padding=(0, 1),
        show_lines=True,
    )
    table.add_column("operation", no_wrap=False, min_width=12)
    titles = {series.framework: series.title for series in result.series}
    for framework in frameworks:
        table.add_column(titles[framework], justify="right")
    table.add_column("quickest")
    for name in result.operations():
        winners = result.winners(name)
        row = [cell(result, name, framework, winners) for framework in frameworks]
        table.add_row(title_of(name), *row, named([winner.label for winner in winners]))
    return table


def title_of(operation: str) -> str:
    """An operation for people; its name where a recorded run had one that is gone."""
    return BY_NAME[operation].title if operation in BY_NAME else operation


def named(labels: Sequence[str]) -> str:
    """The first of many, and how many more there are."""
    more = f" and {len(labels) - NAMED} more" if len(labels) > NAMED else ""
    return ", ".join(labels[:NAMED]) + more


def cell(result: Result, operation: str, framework: str, winners: Sequence[Series]) -> Text:
    """The quickest way of one framework; what went wrong is said below the table."""
    best = result.best(operation, framework)
    if best is None:
        failed = any(
            (series.operation, series.framework) == (operation, framework)
            for series in result.failures()
        )
        return Text("failed", style="red") if failed else Text("-", style="dim")
    text = Text(duration(best.wall), style="bold green" if best in winners else "")
    baseline = result.baseline(operation)
    if baseline is best:
        text.append(f"\n{ratio(1)}")
    elif baseline is not None:
        text.append(f"\n{ratio_of(best.ratio(baseline), result.noise)}")
    if best.cpu is not None:
        text.append(f"\ncpu {duration(best.cpu)}", style="dim")
    if best.way:
        text.append(f"\n{best.way}", style="dim")
    return text


def ratio_of(found: Interval, noise: float) -> str:
    """A ratio to data-bridge, marked where it is no difference."""
    equal = difference(found, noise) is Difference.EQUAL
    return f"{'=' if equal else ''}{give_or_take(found)}"


def notes(result: Result) -> list[str]:
    """What a reader of the table must know."""
    run = result.run
    pinned = "server and client on one core." if run.pinned else "not pinned to a core."
    lines = [
        f"PostgreSQL {run.server}, Python {run.python}, {pinned}",
        provenance.one_line(run),
        INTERVALS,
        noise_of(result),
    ]
    few = min((len(one.samples) for one in result.series if one.usable), default=LEAST_ROUNDS)
    if few < LEAST_ROUNDS:
        lines.append(f"With {few} rounds the intervals say little; {LEAST_ROUNDS} are the least.")
    if run.versions.get(FLOOR) == "python":
        lines.append("The floor is Python's, some 3 us a call above the compiled one.")
    lines += [f"Left out: {name}: {reason}" for name, reason in run.left_out.items()]
    for operation in result.operations():
        others = [
            series
            for framework in result.frameworks()
            for series in result.ways(operation, framework)[1:]
        ]
        if others:
            lines.append(f"{title_of(operation)}, other ways: {listed(result, others)}")
    for series in result.failures():
        lines.append(f"Failed: {title_of(series.operation)}, {series.label}: {series.failure}")
    lines += [line for name in result.operations() for line in unsteady(result, name)]
    return lines


def unsteady(result: Result, operation: str) -> list[str]:
    """Who had not come to rest when the clock began to count: one line, or none."""
    found = [
        series
        for series in result.series
        if series.operation == operation and series.usable and series.unsteady is not None
    ]
    rounds = max((series.unsteady or 0 for series in found), default=0)
    labels = ", ".join(series.label for series in found)
    told = f"Not steady after {rounds} rounds of warm-up: {title_of(operation)}: {labels}."
    return [told] if found else []


def noise_of(result: Result) -> str:
    """How far apart two series lie when nothing is different."""
    usable = [control for control in result.controls if control.usable]
    if not usable:
        return f"The noise was not measured in this run; {share(result.noise)} is taken for it."
    labels = dict.fromkeys(control.first.title for control in usable)
    operations = "one operation" if len(usable) == 1 else f"{len(usable)} operations"
    told = (
        f"Noise of this run: {share(result.noise)}, by entering {' or '.join(labels)} twice in "
        f"{operations}."
    )
    if result.noise <= TOO_MUCH_NOISE:
        return told
    return f"{told} That is too much: measure again on a quieter machine."


def listed(result: Result, others: Sequence[Series]) -> str:
    """The slower ways of an operation, with their times and ratios."""
    baseline = result.baseline(others[0].operation)
    parts = []
    for series in others:
        told = ratio_of(series.ratio(baseline), result.noise) if baseline else ""
        parts.append(f"{series.label} {duration(series.wall)}" + (f" ({told})" if told else ""))
    return "; ".join(parts) + "."


def target_table(verdicts: Sequence[Verdict]) -> Table:
    """The table of targets."""
    table = Table(title="Targets", box=box.SIMPLE_HEAD, padding=(0, 1))
    for heading in ("operation", "ours", "against"):
        table.add_column(heading)
    for heading in ("asked for", "measured", "floor gives", "ours / floor"):
        table.add_column(heading, justify="right")
    table.add_column("outcome")
    for verdict in verdicts:
        target = verdict.target
        peer = verdict.peer.label if verdict.peer else " ".join((target.peer, *target.ways[:1]))
        table.add_row(
            title_of(target.operation),
            target.ours.replace("_", "-"),
            f"{peer}, CPU" if target.cpu else peer,
            asked_for(target),
            bounds(verdict.ratio) if verdict.ratio else "-",
            ratio(verdict.limit.value) if verdict.limit else "-",
            ratio(verdict.floor.value) if verdict.floor else "-",
            Text(verdict.outcome.value, style=STYLES[verdict.outcome]),
        )
    return table


def asked_for(target: Target) -> str:
    """The figure of a target."""
    most = "at most" if target.cpu or target.most else "at least"
    floor = f", or {ratio(target.or_floor)} of the floor" if target.or_floor else ""
    return f"{most} {ratio(target.figure)}{floor}"
