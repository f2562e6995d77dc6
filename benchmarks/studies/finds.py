"""Many finds at once, by tasks of the event loop or by threads, and what became of each.

The callers are a closed loop: each asks again when it has its answer, so that as many finds are
under way as there are callers, and no more.
"""

import asyncio
import math
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks import data
from benchmarks.adapters.adapter import Adapter
from benchmarks.figure import Unit
from benchmarks.measurement import WrongResultError, one_line
from benchmarks.operations.basic import spread

NANOSECOND = 1e-9
PERCENTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}
UNITS: Mapping[str, Unit] = {
    "throughput": "1/s",
    **dict.fromkeys(PERCENTILES, "s"),
    "errors": "1",
}


@dataclass
class Finds:
    """What a number of finds took, and what they found.

    Attributes:
        wall: nanoseconds from the first call to the last answer.
        latencies: nanoseconds of each call that was answered, in the order of the answers.
        found: the number of each such call, and the row.
        errors: what the other calls raised.
    """

    wall: int = 0
    latencies: list[int] = field(default_factory=list)
    found: list[tuple[int, Any]] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def check(self, adapter: Adapter) -> None:
        """Compare all rows with those that were asked for.

        Raises:
            WrongResultError: a row is another one, or no call was answered.
        """
        if not self.found:
            reason = one_line(self.errors[0]) if self.errors else "nothing was asked"
            raise WrongResultError(f"all {len(self.errors)} calls failed: {reason}")
        for k, row in self.found:
            expected = data.stored(spread(k))
            values = None if row is None else adapter.values(row)
            if values != expected:
                raise WrongResultError(f"call {k} returned {values!r} instead of {expected!r}")

    def metrics(self) -> Mapping[str, float]:
        """Answers per second, exact percentiles of the latencies in seconds, and errors."""
        ordered = sorted(self.latencies)
        return {
            "throughput": len(ordered) / (self.wall * NANOSECOND),
            **{
                name: percentile(ordered, share) * NANOSECOND for name, share in PERCENTILES.items()
            },
            "errors": len(self.errors),
        }


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest of ordered values that is not exceeded by this share of them."""
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def shares(callers: int, calls: int) -> list[range]:
    """The numbers of the calls that each caller makes: all of them together, as even as can be."""
    return [range(caller, calls, callers) for caller in range(callers)]


async def by_tasks(find: Callable[[int], Awaitable[Any]], tasks: int, calls: int) -> Finds:
    """Make the calls from as many tasks."""
    finds = Finds()
    clock = time.perf_counter_ns

    async def caller(numbers: range) -> None:
        for k in numbers:
            begin = clock()
            try:
                row = await find(spread(k))
            except Exception as error:  # noqa: BLE001 - what it was is told, the load goes on
                finds.errors.append(error)
            else:
                finds.latencies.append(clock() - begin)
                finds.found.append((k, row))

    begin = clock()
    async with asyncio.TaskGroup() as group:
        for numbers in shares(tasks, calls):
            group.create_task(caller(numbers))
    finds.wall = clock() - begin
    return finds


def by_threads(finders: Sequence[Callable[[int], Any]], calls: int) -> Finds:
    """Make the calls from as many threads as there are functions, each with its own."""
    finds = Finds()
    clock = time.perf_counter_ns
    # This thread is one of them, so that the clock starts with the callers.
    start = threading.Barrier(len(finders) + 1)

    def caller(find: Callable[[int], Any], numbers: range) -> None:
        start.wait()
        for k in numbers:
            begin = clock()
            try:
                row = find(spread(k))
            except Exception as error:  # noqa: BLE001 - as above
                finds.errors.append(error)
            else:
                finds.latencies.append(clock() - begin)
                finds.found.append((k, row))

    with started(
        [
            threading.Thread(target=caller, args=(find, numbers))
            for find, numbers in zip(finders, shares(len(finders), calls), strict=True)
        ]
    ):
        start.wait()
        begin = clock()
    finds.wall = clock() - begin
    return finds


@contextmanager
def started(threads: Sequence[threading.Thread]) -> Iterator[None]:
    """Start threads, and wait for their end."""
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join()


def pooled(adapter: Adapter) -> Callable[[int], Any]:
    """The framework's way of finding one row through its pool, where it has one."""
    ways = adapter.method_names("find_one")
    find: Callable[[int], Any] = getattr(adapter, ways.get("") or next(iter(ways.values())))
    return find
