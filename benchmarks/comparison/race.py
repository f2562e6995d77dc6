"""Operation after operation, round after round, every framework in its turn."""

from collections.abc import Callable, Sequence

from benchmarks.adapters.adapter import Adapter
from benchmarks.comparison.result import Series
from benchmarks.measurement import Bench, WrongResultError
from benchmarks.operation import Operation

# The SQLSTATE of a missing table.
UNDEFINED_TABLE = "42P01"
# Rounds of each operation before those that count.
WARM_ROUNDS = 1


class ServerGoneError(Exception):
    """The server stopped answering in the middle of the run. The message is one line."""


def race(
    bench: Bench,
    operation: Operation,
    adapters: Sequence[tuple[str, Adapter]],
    rounds: int,
    into: list[Series],
    tick: Callable[[str], None],
) -> None:
    """Measure one operation by all frameworks: A B C, then B C A, and so on.

    Args:
        bench: where the frameworks are open.
        operation: what is measured.
        adapters: the frameworks with their names; those without the operation are passed over.
        rounds: how many samples each series gets.
        into: where the series are put, at once, so that an interrupted race leaves what it has.
        tick: called after each round of each series, with the series' label.

    Raises:
        ServerGoneError: the server does not answer any more.
    """
    entries = [
        (Series(operation.name, name, adapter.title, way), adapter)
        for name, adapter in adapters
        for way in adapter.method_names(operation.method)
    ]
    into += [series for series, _ in entries]
    for number in range(WARM_ROUNDS + rounds):
        turn = number % max(len(entries), 1)
        for series, adapter in entries[turn:] + entries[:turn]:
            if series.failure is None:
                run(bench, operation, adapter, series, counted=number >= WARM_ROUNDS)
            tick(series.label)


def run(
    bench: Bench, operation: Operation, adapter: Adapter, series: Series, *, counted: bool
) -> None:
    """One round of one series; what goes wrong is noted in the series."""
    try:
        sample = bench.round(operation, adapter, series.way)
    except WrongResultError as error:
        series.failure = str(error)
    except Exception as error:
        # Any framework may raise anything: the others go on without it, unless the server is gone.
        if not bench.tables.alive():
            raise ServerGoneError(
                f"the server stopped answering during {operation.title!r}"
            ) from error
        series.failure = one_line(error)
    else:
        if counted:
            series.samples.append(sample)


def one_line(error: BaseException) -> str:
    """An exception on one line, its type before its message."""
    message = " ".join(str(error).split())
    line = f"{type(error).__name__}: {message}"[:300]
    if getattr(error, "sqlstate", None) == UNDEFINED_TABLE:
        line += "; somebody dropped it: run again with the database to yourself"
    return line
