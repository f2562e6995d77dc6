"""One timed round of one operation by one framework, with everything around it that makes it fair.

Before the clock: the table put back if it was changed, the arguments in the framework's own form,
garbage collected, one call as a warm-up. In the clock: the operation's calls, one after the other,
in one coroutine. After it: every returned value checked, and the table's rows.
"""

import asyncio
import contextlib
import gc
import inspect
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.adapters.adapter import Adapter
from benchmarks.operations import Arguments, Operation
from benchmarks.shared_tables import SharedTable
from benchmarks.tables import Tables

LOOPS = ("asyncio", "uvloop")
# Counted up by whoever changes what the clock sees, so that asv does not go on with old results.
METHOD = 1
# The SQLSTATE of a missing table.
UNDEFINED_TABLE = "42P01"
# No round takes a hundredth of it; a framework that waits for a server that is gone must not hang.
ROUND_SECONDS = 120.0
CLOSE_SECONDS = 10.0


class WrongResultError(Exception):
    """A framework returned a wrong value, or left wrong rows. The message is one line."""


@dataclass(frozen=True)
class Sample:
    """What one round took.

    Attributes:
        wall: seconds a call.
        cpu: seconds a call of this process's CPU time; None for the floor, which has its own.
    """

    wall: float
    cpu: float | None


class Values:
    """What every call of a round returned."""

    def __init__(self) -> None:
        self.returned: list[Any] = []
        self.keep = self.returned.append

    def values(self) -> Iterable[tuple[int, Any]]:
        """The number of each call whose value is to be judged, and its value."""
        return enumerate(self.returned, start=1)


class Last:
    """The rows of a round's last call, and how many each call found.

    Not the rows of every call: those would never be freed in the timed part, as a user's are.
    """

    def __init__(self) -> None:
        self.counts: list[int] = []
        self.rows: Sequence[Any] = ()

    def keep(self, rows: Sequence[Any]) -> None:
        """Take the rows of one call."""
        self.counts.append(len(rows))
        self.rows = rows

    def values(self) -> Iterable[tuple[int, Any]]:
        """As `Values.values`: the last call, for all.

        Raises:
            WrongResultError: not all calls found as many rows.
        """
        if len(set(self.counts)) > 1:
            raise WrongResultError(f"the calls returned {self.counts} rows")
        return [(len(self.counts), self.rows)]


class Bench:
    """The frameworks of a run, opened, each with its table.

    Args:
        dsn: the database.
        tables: where the tables are made.
        loop: event loop of the async frameworks, "asyncio" or "uvloop".
    """

    def __init__(self, dsn: str, tables: Tables, loop: str = "asyncio") -> None:
        self.dsn = dsn
        self.tables = tables
        self.runner = asyncio.Runner(loop_factory=loop_factory(loop))
        self.opened: dict[type[Adapter], Adapter] = {}
        # What the loop runs for us, or ran last.
        self.under_way: asyncio.Task[Any] | None = None
        # Tables that do not hold the rows of a filled one.
        self.changed: set[str] = set()

    def open(self, kind: type[Adapter]) -> Adapter:
        """Make a framework's table and open its pool; later calls return the same adapter."""
        if kind not in self.opened:
            self.tables.create(kind.table)
            self.changed.add(kind.table)
            adapter = kind()
            self.wait(adapter.open(self.dsn))
            self.opened[kind] = adapter
            # What the frameworks loaded stays: a collection before each round need not look at it.
            gc.collect()
            gc.freeze()
        return self.opened[kind]

    def close(self) -> None:
        """Close the pools, whatever state their connections are in."""
        # A signal may have left a round in the middle, which would go on while its pool is closed.
        self.end([task for task in [self.under_way] if task and not task.done()])
        for adapter in self.opened.values():
            # The server may be gone, and a framework may raise anything then.
            with contextlib.suppress(Exception):
                self.wait(adapter.close(), CLOSE_SECONDS)
        self.opened.clear()
        gc.unfreeze()
        loop = self.runner.get_loop()
        if self.end(asyncio.all_tasks(loop)):
            self.runner.close()
        else:
            # The runner's own way would wait for them, however long.
            loop.close()

    def end(self, tasks: Collection[asyncio.Task[Any]]) -> bool:
        """Cancel tasks and wait for them, but not for ever; returns whether all have ended."""
        for task in tasks:
            task.cancel()
        if not tasks:
            return True
        ending = asyncio.wait(tasks, timeout=CLOSE_SECONDS)
        _, left = self.runner.get_loop().run_until_complete(ending)
        return not left

    def wait(self, value: Any, seconds: float = ROUND_SECONDS) -> Any:
        """The value, or what a coroutine returns."""
        if not inspect.isawaitable(value):
            return value

        async def bounded() -> Any:
            self.under_way = asyncio.current_task()
            async with asyncio.timeout(seconds):
                return await value

        return self.runner.run(bounded())

    def round(self, operation: Operation, adapter: Adapter, way: str = "") -> Sample:
        """Measure one round.

        Raises:
            WrongResultError: a value or the table's rows are not what the operation says.
            Exception: whatever the framework raises.
        """
        if adapter.table in self.changed:
            self.tables.restore(adapter.table)
            self.changed.discard(adapter.table)
        if operation.changes:
            self.changed.add(adapter.table)
        for table in operation.needs:
            self.tables.share(table)
        if operation.fills is not None:
            self.tables.empty(operation.fills)
        inputs = [operation.arguments(k) for k in range(operation.calls + 1)]
        if adapter.kind == "external":
            sample = self.external_round(operation, adapter, way, inputs)
        else:
            sample = self.own_round(operation, adapter, way, inputs)
        if operation.changes:
            self.check_table(operation, adapter)
        if operation.fills is not None:
            self.check_filled(operation, operation.fills)
        return sample

    def own_round(
        self, operation: Operation, adapter: Adapter, way: str, inputs: Sequence[Arguments]
    ) -> Sample:
        """A round of a framework in this process."""
        prepare = adapter.preparation(operation, way)
        if prepare is not None:
            inputs = [self.wait(prepare(*arguments)) for arguments in inputs]
        warm, *timed = inputs
        function = adapter.way(operation, way)
        kept = Last() if operation.large else Values()
        with no_garbage():
            if adapter.kind == "async":
                wall, cpu = self.wait(clock_coroutines(function, warm, timed, kept.keep))
            else:
                wall, cpu = clock_functions(function, warm, timed, kept.keep)
        if operation.reference is not None:
            rows = self.tables.connection.execute(operation.reference).fetchall()
            operation = replace(operation, expected=lambda _k: rows)
        for k, value in kept.values():
            check_value(operation, adapter, k, value)
        return Sample(wall / operation.calls / 1e9, cpu / operation.calls / 1e9)

    def external_round(
        self, operation: Operation, adapter: Adapter, way: str, inputs: Sequence[Arguments]
    ) -> Sample:
        """A round of the floor."""
        function = adapter.way(operation, way)
        warm, *timed = [function(*arguments) for arguments in inputs]
        sender: Any = adapter.sender  # type: ignore[attr-defined]  # what makes an adapter external
        sender.exchange([warm.requests])
        answer = sender.exchange([exchange.requests for exchange in timed])
        if not answer.tag.startswith(timed[-1].tag):
            raise WrongResultError(f"the server said {answer.tag!r} instead of {timed[-1].tag!r}")
        return Sample(answer.nanoseconds / operation.calls / 1e9, None)

    def check_table(self, operation: Operation, adapter: Adapter) -> None:
        """Compare the table's rows with what the operation must leave."""
        key = (operation.name, operation.calls)
        expected = self.tables.expected(key, lambda: operation.after(operation.calls))
        actual = self.tables.checksum(adapter.table)
        if actual != expected:
            raise WrongResultError(
                f"the table holds {actual[0]} rows that are not the {expected[0]} expected"
            )

    def check_filled(self, operation: Operation, table: SharedTable) -> None:
        """Compare the rows of a table that all calls have filled with what they were given."""
        expected, actual = Counter(operation.filled()), Counter(self.tables.shared_rows(table))
        if actual != expected:
            raise WrongResultError(
                f"{table.name} holds {actual.total()} rows that are not the"
                f" {expected.total()} expected"
            )


def check_value(operation: Operation, adapter: Adapter, k: int, value: Any) -> None:
    """Compare what call k returned with what it must return.

    Raises:
        WrongResultError: they differ.
    """
    problem = operation.problem(adapter, k, value)
    if problem is not None:
        raise WrongResultError(problem)


async def clock_coroutines(
    function: Callable[..., Any],
    warm: Arguments,
    inputs: Sequence[Arguments],
    keep: Callable[[Any], None],
) -> tuple[int, int]:
    """Wall and CPU time of all calls together, in nanoseconds, of a coroutine function."""
    await function(*warm)
    cpu = time.process_time_ns()
    wall = time.perf_counter_ns()
    for arguments in inputs:
        keep(await function(*arguments))
    wall = time.perf_counter_ns() - wall
    return wall, time.process_time_ns() - cpu


def clock_functions(
    function: Callable[..., Any],
    warm: Arguments,
    inputs: Sequence[Arguments],
    keep: Callable[[Any], None],
) -> tuple[int, int]:
    """Wall and CPU time of all calls together, in nanoseconds, of a plain function."""
    function(*warm)
    cpu = time.process_time_ns()
    wall = time.perf_counter_ns()
    for arguments in inputs:
        keep(function(*arguments))
    wall = time.perf_counter_ns() - wall
    return wall, time.process_time_ns() - cpu


@contextlib.contextmanager
def no_garbage() -> Iterator[None]:
    """Collect garbage now and not again until the end."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def loop_factory(name: str) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes an event loop of a kind; None for asyncio's own.

    Raises:
        ImportError: uvloop is asked for and not installed.
    """
    if name == "asyncio":
        return None
    import uvloop

    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def one_line(error: BaseException) -> str:
    """An exception on one line, its type before its message."""
    message = " ".join(str(error).split())
    line = f"{type(error).__name__}: {message}"[:300]
    if getattr(error, "sqlstate", None) == UNDEFINED_TABLE:
        line += "; somebody dropped it: run again with the database to yourself"
    return line
