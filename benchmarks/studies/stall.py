"""For how long does a large result keep the event loop from everybody else?

One task fetches 100,000 rows, while another one wants to run every millisecond, and notes by how
much it came too late. What it waits for is a client that decodes without a pause.

The rows are not read here, as they are elsewhere: to read them all at a stretch would be the
program's own stall. A loop's timers are as coarse as a millisecond, so that a lateness below that
means nothing.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar

from benchmarks.adapters.adapter import Adapter
from benchmarks.figure import Failure, Figure, Unit
from benchmarks.measurement import no_garbage
from benchmarks.studies.finds import percentile
from benchmarks.studies.many_rows import EVERYBODY, check, many_rows
from benchmarks.studies.study import Context, Entrant, Profile, Study

ROWS: Mapping[Profile, int] = {"quick": 10_000, "regular": 100_000, "full": 100_000}
TICK = 0.001
WARM_ROWS = 100
READERS = ("read_attributes", "read_names", "read_positions")


class Stall(Study):
    """How late a task is while another one fetches rows."""

    name = "stall"
    title = "Stall of the event loop"
    question = "For how long does a large result keep the event loop from everybody else?"
    # Of the latenesses: their 99th percentile, and the largest. And of the whole fetch.
    units: ClassVar[Mapping[str, Unit]] = {"p99": "s", "max": "s", "wall": "s"}
    whole = ("find_many",)
    rounds: ClassVar[Mapping[Profile, int]] = {"quick": 2, "regular": 3, "full": 15}

    def measure(self, context: Context, subject: str) -> Iterator[Figure | Failure]:
        """One round is one fetch."""
        rows = ROWS[context.profile]
        kinds = context.of_kind("async")
        entrants = [
            Entrant(name, partial(stalled, context, kind, method, rows), way, {"rows": rows})
            for name, kind in kinds.items()
            for way, method in kind.method_names("find_many").items()
        ]
        with many_rows(context, kinds.values(), rows):
            self.race(context, entrants)
        yield from self.found(subject, entrants)


def stalled(context: Context, kind: type[Adapter], method: str, rows: int) -> Mapping[str, float]:
    """Fetch rows once, beside a task that wants to run every millisecond, and check them.

    Raises:
        WrongResultError: other rows were found.
    """
    with context.opened(kind, 1, 1) as adapter:
        find = getattr(adapter, method)
        with unread(adapter), no_garbage():
            context.bench.wait(find(EVERYBODY, WARM_ROWS))
            late, wall, found = context.bench.wait(beside_ticks(partial(find, EVERYBODY, rows)))
        check(adapter, found, rows)
    ordered = sorted(late)
    return {"p99": percentile(ordered, 0.99), "max": ordered[-1], "wall": wall}


async def beside_ticks(
    call: Callable[[], Awaitable[Any]],
) -> tuple[list[float], float, Any]:
    """Await a call, and tick meanwhile.

    Returns:
        By how many seconds each tick was late, the seconds of the call, and what it returned.
    """
    late: list[float] = []
    done = False

    async def tick() -> None:
        # The last one comes after the call: it is as late as the call let it be.
        while not done:
            due = time.perf_counter() + TICK
            await asyncio.sleep(TICK)
            late.append(max(time.perf_counter() - due, 0.0))

    ticker = asyncio.create_task(tick())
    await asyncio.sleep(0)
    begin = time.perf_counter()
    try:
        found = await call()
        wall = time.perf_counter() - begin
    finally:
        done = True
        await ticker
    return late, wall, found


@contextmanager
def unread(adapter: Adapter) -> Iterator[None]:
    """Let an adapter return rows without reading all their values."""
    module = sys.modules[type(adapter).__module__]
    present = {name: getattr(module, name) for name in READERS if hasattr(module, name)}
    for name in present:
        setattr(module, name, lambda _rows: None)
    try:
        yield
    finally:
        for name, function in present.items():
            setattr(module, name, function)
