"""How benchmarks and tables of them are shown."""

from rich.console import Console
from rich.table import Table

from benchmarks.history.results import Series

# Of what is no terminal.
FILE_WIDTH = 140


def titled(series: Series) -> str:
    """A benchmark with its parameters: `find.FindOne.track_time(asyncpg)`."""
    name, parameters = series
    return f"{name.removeprefix('suites.')}({', '.join(parameters)})"


def factors(*headings: str, title: str | None = None, show_lines: bool = False) -> Table:
    """A table without rows yet, whose last column is a factor.

    What is too long goes on below: a benchmark is of no use without its parameters.
    """
    table = Table(title=title, show_lines=show_lines)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    table.add_column("factor", justify="right")
    return table


def show(table: Table) -> None:
    """Print a table."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=FILE_WIDTH)
    console.print(table)
