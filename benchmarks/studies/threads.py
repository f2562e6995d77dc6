"""What do threads gain, and what do they cost each call?

1 to 16 threads find rows by id with a synchronous framework, each again as soon as it has its
answer: over one pool that they share, with as many connections ("shared"), or each with a
connection of its own ("own"). The better of the two is the framework's.

Server and client share one core, as they do everywhere (docs/method.md). Threads cannot run at once
then, and hardly could with Python's lock: what shows is the price of handing over from one to the
next, and what is won where one waits while another decodes.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from typing import ClassVar

from benchmarks.adapters.adapter import Adapter
from benchmarks.figure import Failure, Figure
from benchmarks.measurement import no_garbage
from benchmarks.studies import finds
from benchmarks.studies.study import Context, Entrant, Profile, Study

THREADS: Mapping[Profile, tuple[int, ...]] = {
    "quick": (1, 4),
    "regular": (1, 2, 4, 8, 16),
    "full": (1, 2, 4, 8, 16),
}
CALLS: Mapping[Profile, int] = {"quick": 1000, "regular": 2000, "full": 10_000}
# Finds of each thread before those that count.
WARM = 4
SHARED, OWN = "shared", "own"


class Threads(Study):
    """Throughput and latencies by the number of threads."""

    name = "threads"
    title = "Threads"
    question = "What do threads gain, and what do they cost each call?"
    units = finds.UNITS
    whole = ("find_one",)
    rounds: ClassVar[Mapping[Profile, int]] = {"quick": 1, "regular": 3, "full": 10}

    def measure(self, context: Context, subject: str) -> Iterator[Figure | Failure]:
        """One round is as many finds, over connections opened for it."""
        calls = CALLS[context.profile]
        entrants = [
            Entrant(
                name,
                partial(threaded, context, kind, way, threads, calls),
                way,
                {"threads": threads},
            )
            for threads in THREADS[context.profile]
            for name, kind in context.of_kind("sync").items()
            for way in (SHARED, OWN)
        ]
        self.race(context, entrants)
        yield from self.found(subject, entrants)


def threaded(
    context: Context, kind: type[Adapter], way: str, threads: int, calls: int
) -> Mapping[str, float]:
    """Find rows from threads, over connections that are new and all open, and check them.

    Raises:
        WrongResultError: a wrong row was found, or none.
    """
    context.fill(kind)
    with ExitStack() as stack:
        if way == SHARED:
            adapters = [stack.enter_context(context.opened(kind, threads, threads))] * threads
        else:
            adapters = [stack.enter_context(context.opened(kind, 1, 1)) for _ in range(threads)]
        finders = [finds.pooled(adapter) for adapter in adapters]
        finds.by_threads(finders, WARM * threads).check(adapters[0])
        with no_garbage():
            found = finds.by_threads(finders, calls)
    if found.errors and not context.tables.alive():
        raise found.errors[0]
    found.check(adapters[0])
    return found.metrics()
