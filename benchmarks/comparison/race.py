"""Round after round, every framework in its turn."""

from collections.abc import Callable, Sequence

from benchmarks.adapters.adapter import Adapter
from benchmarks.comparison.result import Series
from benchmarks.measurement import Bench, WrongResultError, one_line
from benchmarks.operations import Operation

Entry = tuple[Series, Adapter]


class ServerGoneError(Exception):
    """The server stopped answering in the middle of the run. The message is one line."""


def entries(operation: Operation, adapters: Sequence[tuple[str, Adapter]]) -> list[Entry]:
    """All ways of all frameworks that have the operation, each with a series without samples."""
    return [
        (Series(operation.name, name, adapter.title, way), adapter)
        for name, adapter in adapters
        for way in adapter.method_names(operation.method)
    ]


def race(
    bench: Bench,
    operation: Operation,
    racing: Sequence[Entry],
    rounds: int,
    tick: Callable[[str], None] = lambda _label: None,
) -> None:
    """Add as many samples to each series: A B C, then B C A, and so on.

    Args:
        bench: where the frameworks are open.
        operation: what is measured.
        racing: the series; one that fails is noted, and out of the race.
        rounds: how many samples each series gets.
        tick: called after each round of each series, with the series' label.

    Raises:
        ServerGoneError: the server does not answer any more.
    """
    for number in range(rounds):
        turn = number % max(len(racing), 1)
        for series, adapter in [*racing[turn:], *racing[:turn]]:
            if series.failure is None:
                run(bench, operation, adapter, series)
            tick(series.label)


def run(bench: Bench, operation: Operation, adapter: Adapter, series: Series) -> None:
    """One round of one series; what goes wrong is noted in the series."""
    try:
        series.samples.append(bench.round(operation, adapter, series.way))
    except WrongResultError as error:
        series.failure = str(error)
    except Exception as error:
        # Any framework may raise anything: the others go on without it, unless the server is gone.
        if not bench.tables.alive():
            raise ServerGoneError(
                f"the server stopped answering during {operation.title!r}"
            ) from error
        series.failure = one_line(error)
