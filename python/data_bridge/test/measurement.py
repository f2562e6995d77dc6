"""Timing: the calls of one round, and the figures made of them."""

import asyncio
import gc
import inspect
import statistics
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

# Nanoseconds; read through the module, so that a test can put another clock in its place.
clock: Callable[[], int] = time.perf_counter_ns

# Runs a coroutine to its end on the event loop that everything shares.
Run = Callable[[Coroutine[Any, Any, Any]], Any]


def _nothing() -> None:
    """What is set up where nothing is to be."""


@dataclass(frozen=True)
class Call:
    """An implementation with its fixtures filled in, ready to be called again and again."""

    function: Callable[..., Any]
    arguments: dict[str, Any]
    setup: Callable[[], object]
    check: Callable[[Any], object]
    setup_round: Callable[[], object] = _nothing
    teardown_round: Callable[[], object] = _nothing

    def measure(self, count: int, run: Run) -> list[int]:
        """A round of `count` calls; gives the nanoseconds of each, setups and checks left out."""
        with self._round(run), _garbage_left_alone():
            if self._is_async():
                # One coroutine for all calls: entering the loop costs more than some queries.
                times: list[int] = run(self._measure_async(count))
                return times
            return self._measure_sync(count, run)

    def watch(self, watchers: Iterable[AbstractContextManager[None]], run: Run) -> None:
        """A round of one call inside each of the watchers, with its setup and check outside."""
        with self._round(run):
            for watcher in watchers:
                _settle_from_outside(self.setup(), run)
                with watcher:
                    result = self.function(**self.arguments)
                    if self._is_async():
                        result = run(result)
                _settle_from_outside(self.check(result), run)
                del result

    @contextmanager
    def _round(self, run: Run) -> Iterator[None]:
        """Set a round up and tear it down, also when it fails; its own error goes first."""
        _settle_from_outside(self.setup_round(), run)
        try:
            yield
        except BaseException as error:
            try:
                _settle_from_outside(self.teardown_round(), run)
            # Whatever it is, it is not what went wrong first.
            except Exception as second:  # noqa: BLE001
                error.add_note(f"teardown_round failed as well: {second!r}")
            raise
        _settle_from_outside(self.teardown_round(), run)

    def _is_async(self) -> bool:
        """Whether calling the function gives a coroutine; a callable object may do so as well."""
        return inspect.iscoroutinefunction(self.function) or inspect.iscoroutinefunction(
            type(self.function).__call__
        )

    async def _measure_async(self, count: int) -> list[int]:
        function, arguments, now = self.function, self.arguments, clock
        times = []
        for _ in range(count):
            await _settle(self.setup())
            start = now()
            result = await function(**arguments)
            times.append(now() - start)
            _refuse_unawaited(result)
            await _settle(self.check(result))
        return times

    def _measure_sync(self, count: int, run: Run) -> list[int]:
        function, arguments, now = self.function, self.arguments, clock
        times = []
        for _ in range(count):
            _settle_from_outside(self.setup(), run)
            start = now()
            result = function(**arguments)
            times.append(now() - start)
            _refuse_unawaited(result)
            _settle_from_outside(self.check(result), run)
        return times


def _refuse_unawaited(result: object) -> None:
    """Let nobody be quick by not doing what is measured.

    A pool may be awaited as well, and is a result nevertheless. A driver's own awaitable is a
    future to asyncio.

    Raises:
        TypeError: the result is still to be awaited.
    """
    if inspect.iscoroutine(result):
        result.close()
    elif asyncio.isfuture(result):
        result.cancel()
    else:
        return
    raise TypeError(
        "the function returned what is still to be awaited: await it there, in an async def"
    )


async def _settle(value: object) -> None:
    if isinstance(value, Awaitable):
        await value


def _settle_from_outside(value: object, run: Run) -> None:
    if isinstance(value, Awaitable):
        run(_settle(value))


@contextmanager
def _garbage_left_alone() -> Iterator[None]:
    """Collect garbage now, so that it is not collected in the middle of somebody's timing."""
    enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@dataclass
class Measurement:
    """The nanoseconds of every timed call, round by round."""

    rounds: list[list[int]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.rounds)

    @property
    def calls(self) -> list[int]:
        """The nanoseconds of all calls."""
        return [time for times in self.rounds for time in times]

    @property
    def milliseconds(self) -> float:
        """The latency: the median of all calls."""
        return statistics.median(self.calls) / 1e6

    @property
    def per_second(self) -> float:
        """Operations a second at that latency; infinite when the clock saw no time pass."""
        return 1e3 / self.milliseconds if self.milliseconds else float("inf")
