"""What a study found, as a table: a line for each framework under each set of parameters."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.comparison.quantity import digits, duration
from benchmarks.figure import Failure, Figure, Parameter, Unit
from benchmarks.statistic import median_interval
from benchmarks.studies.study import Study

# Where the output is no terminal, it is as wide as it has to be.
FILE_WIDTH = 160
KIB, MIB = 1024, 1024 * 1024
Line = tuple[tuple[tuple[str, Parameter], ...], str, str]


def show(console: Console, study: Study, subject: str, found: Sequence[Figure | Failure]) -> None:
    """Print what was found of one subject; under it, why a framework has no figures."""
    figures = [one for one in found if isinstance(one, Figure)]
    metrics = list(dict.fromkeys(figure.metric for figure in figures))
    table = Table(title=f"{study.title}: {subject}", box=box.SIMPLE_HEAD, padding=(0, 1))
    for heading in ("", "framework", *metrics):
        table.add_column(heading, justify="right" if heading in metrics else "left")
    cells = {(line_of(figure), figure.metric): figure for figure in figures}
    lines = sorted({line for line, _ in cells}, key=lambda line: line[0])
    before: object = None
    order = {line: number for number, (line, _) in enumerate(cells)}
    for line in sorted(lines, key=lambda line: (line[0], order[line])):
        parameters, framework, way = line
        if before not in {None, parameters}:
            table.add_section()
        table.add_row(
            named(parameters) if parameters != before else "",
            f"{framework} {way}".strip(),
            *(cell(cells.get((line, metric))) for metric in metrics),
        )
        before = parameters
    if figures:
        console.print(table)
    for one in found:
        if isinstance(one, Failure):
            words = " ".join((one.framework, one.way, named(tuple(one.parameters.items()))))
            console.print(Text(f"No figures: {' '.join(words.split())}: {one.reason}"))


def line_of(figure: Figure) -> Line:
    """Which line of the table a figure stands in."""
    return tuple(figure.parameters.items()), figure.framework, figure.way


def named(parameters: Sequence[tuple[str, Parameter]]) -> str:
    """Parameters for people: `tasks 1,000, pool 10`."""
    return ", ".join(
        f"{name} {value:,}" if isinstance(value, int) else f"{value}" for name, value in parameters
    )


def cell(figure: Figure | None) -> Text:
    """A median, and how far its interval reaches to both sides."""
    if figure is None:
        return Text("-", style="dim")
    interval = median_interval(figure.samples)
    text = Text(quantity(interval.value, figure.unit))
    if interval.width:
        text.append(f" ±{interval.width / 2:.0%}", style="dim")
    return text


def quantity(value: float, unit: Unit) -> str:
    """A value with its unit."""
    if unit == "s":
        return duration(value)
    if unit == "1/s":
        return f"{value:,.0f}/s"
    if unit == "B":
        if abs(value) >= MIB:
            return f"{digits(value / MIB)} MiB"
        return f"{digits(value / KIB)} KiB" if abs(value) >= KIB else f"{value:.0f} B"
    return f"{value:,.0f}"
