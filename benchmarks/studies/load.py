"""How long does one find take while many are under way?

Over a pool of ten connections, 1 to 1,000 tasks of one event loop find rows by id, each again as
soon as it has its answer. The latency is that of each call as its task sees it: with the time that
it waits for a connection of the pool, and for its turn on the loop.

Server and client share one core, as they do everywhere (docs/method.md): on two cores a small or
virtual machine would measure how its scheduler wakes them. The throughput is therefore what one
core gives to both together.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import ClassVar

from benchmarks.adapters.adapter import Adapter
from benchmarks.figure import Failure, Figure
from benchmarks.measurement import no_garbage
from benchmarks.studies import finds
from benchmarks.studies.finds import Finds
from benchmarks.studies.study import Context, Entrant, Profile, Study

POOL = 10
TASKS: Mapping[Profile, tuple[int, ...]] = {
    "quick": (1, 100),
    "regular": (1, 10, 100, 1000),
    "full": (1, 10, 100, 1000),
}
CALLS: Mapping[Profile, int] = {"quick": 1000, "regular": 2000, "full": 10_000}


class Load(Study):
    """Throughput and latencies by the number of tasks."""

    name = "load"
    title = "Load"
    question = "How long does one find take while many are under way?"
    units = finds.UNITS
    whole = ("find_one",)
    rounds: ClassVar[Mapping[Profile, int]] = {"quick": 1, "regular": 2, "full": 7}

    def measure(self, context: Context, subject: str) -> Iterator[Figure | Failure]:
        """One round is as many finds, over a pool opened for it."""
        calls = CALLS[context.profile]
        entrants = [
            Entrant(
                name,
                partial(loaded, context, kind, POOL, tasks, calls),
                parameters={"tasks": tasks, "pool": POOL},
            )
            for tasks in TASKS[context.profile]
            for name, kind in context.of_kind("async").items()
        ]
        self.race(context, entrants)
        yield from self.found(subject, entrants)


def loaded(
    context: Context, kind: type[Adapter], pool: int, tasks: int, calls: int
) -> Mapping[str, float]:
    """Find rows from many tasks, over a new pool that has all its connections, and check them.

    Raises:
        WrongResultError: a wrong row was found, or none.
    """
    context.fill(kind)
    with context.opened(kind, pool, pool) as adapter:
        found = finds_of(context, adapter, pool, tasks, calls)
    if found.errors and not context.tables.alive():
        raise found.errors[0]
    found.check(adapter)
    return found.metrics()


def finds_of(context: Context, adapter: Adapter, pool: int, tasks: int, calls: int) -> Finds:
    """The finds, after some that prepare the statement on all connections of the pool."""
    find = finds.pooled(adapter)
    warm: Finds = context.bench.wait(finds.by_tasks(find, 2 * pool, 4 * pool))
    warm.check(adapter)
    with no_garbage():
        found: Finds = context.bench.wait(finds.by_tasks(find, tasks, calls))
    return found
