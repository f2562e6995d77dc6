"""Round after round, every framework in its turn."""

from collections.abc import Callable, Sequence

from benchmarks import termination
from benchmarks.adapters.adapter import Adapter
from benchmarks.comparison.result import FLOOR, OURS, Control, Result, Series
from benchmarks.measurement import Bench, WrongResultError, one_line
from benchmarks.operations import Operation

Entry = tuple[Series, Adapter]
Tick = Callable[[str], None]

# A series is warm when as many rounds in a row were hardly quicker than the quickest before them.
STEADY_ROUNDS = 3
HARDLY = 0.03
# A series that has not become warm in as many is measured as it is, and the result says so.
WARM_LIMIT = 12


class ServerGoneError(Exception):
    """The server stopped answering in the middle of the run. The message is one line."""


def entries(operation: Operation, adapters: Sequence[tuple[str, Adapter]]) -> list[Entry]:
    """All ways of all frameworks that have the operation, each with a series without samples."""
    return [
        (Series(operation.name, name, adapter.title, way), adapter)
        for name, adapter in adapters
        for way in adapter.method_names(operation.method)
    ]


def measure(
    bench: Bench,
    operation: Operation,
    adapters: Sequence[tuple[str, Adapter]],
    rounds: int,
    result: Result,
    tick: Tick = lambda _label: None,
) -> None:
    """Race all frameworks through one operation, from the first warm-up on.

    The series and the control come into the result before the race, so that an interrupted one
    leaves what it has.

    Args:
        bench: where the frameworks are open.
        operation: what is measured.
        adapters: the frameworks, by name.
        rounds: how many samples each series gets.
        result: what gets the series.
        tick: called after each timed round of each series, with the series' label.

    Raises:
        ServerGoneError: the server does not answer any more.
    """
    racing = entries(operation, adapters)
    warm_up(bench, operation, racing)
    second = entered_twice(racing)
    for series, _ in racing:
        series.samples.clear()
    result.series += [series for series, _ in racing]
    if second is not None:
        first, adapter = second
        again = Series(first.operation, first.framework, first.title, first.way)
        result.controls.append(Control(first, again))
        racing = [*racing, (again, adapter)]
    race(bench, operation, racing, rounds, tick)


def warm_up(bench: Bench, operation: Operation, racing: Sequence[Entry]) -> None:
    """Run rounds until each series has stopped growing quicker; their samples stay in the series.

    Raises:
        ServerGoneError: the server does not answer any more.
    """
    cold = list(racing)
    for _ in range(WARM_LIMIT):
        race(bench, operation, cold, 1)
        cold = [
            (series, adapter)
            for series, adapter in cold
            if series.failure is None and not is_warm(series.walls)
        ]
        if not cold:
            return
    for series, _ in cold:
        series.unsteady = len(series.samples)


def is_warm(walls: Sequence[float]) -> bool:
    """Whether the last rounds were no quicker than the quickest before them, or hardly."""
    before, last = walls[:-STEADY_ROUNDS], walls[-STEADY_ROUNDS:]
    return bool(before) and min(last) >= min(before) * (1 - HARDLY)


def entered_twice(racing: Sequence[Entry]) -> Entry | None:
    """The entry that races once more, to show how far apart two series of one thing lie.

    It is the quickest way of the first peer, which no commit of ours can change, after the warm-up.
    """
    usable = [entry for entry in racing if entry[0].usable]
    others = [entry for entry in usable if entry[0].framework not in {*OURS, FLOOR}]
    if not usable:
        return None
    name = (others or usable)[0][0].framework
    ways = [entry for entry in usable if entry[0].framework == name]
    return min(ways, key=lambda entry: entry[0].wall)


def race(
    bench: Bench,
    operation: Operation,
    racing: Sequence[Entry],
    rounds: int,
    tick: Tick = lambda _label: None,
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
            termination.check()
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
        raise_interruption(error)
        # Any framework may raise anything: the others go on without it, unless the server is gone.
        if not bench.tables.alive():
            raise ServerGoneError(
                f"the server stopped answering during {operation.title!r}"
            ) from error
        series.failure = one_line(error)


def raise_interruption(error: BaseException) -> None:
    """Go on with Ctrl-C or SIGTERM where an error took its place.

    A driver that cleans up after an interruption may fail in it, and then that is what it raises.

    Raises:
        KeyboardInterrupt: the error came of it.
        SystemExit: the error came of it.
    """
    before = error.__context__
    while before is not None:
        if isinstance(before, KeyboardInterrupt | SystemExit):
            raise before
        before = before.__context__
