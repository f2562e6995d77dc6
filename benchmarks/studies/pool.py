"""How many connections does a pool need?

Pools of 1 to 50 connections, and 1 to 1,000 tasks that find rows by id, each again as soon as it
has its answer. More connections than tasks can use cost memory and the server's attention; what
fewer cost depends on whether a client lets tasks share one.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import ClassVar

from benchmarks.adapters.adapter import Adapter
from benchmarks.figure import Failure, Figure, Unit
from benchmarks.studies.load import loaded
from benchmarks.studies.study import Context, Entrant, Profile, Study

POOLS: Mapping[Profile, tuple[int, ...]] = {
    "quick": (1, 10),
    "regular": (1, 5, 20),
    "full": (1, 2, 5, 10, 20, 50),
}
TASKS: Mapping[Profile, tuple[int, ...]] = {
    "quick": (1, 100),
    "regular": (1, 10, 100),
    "full": (1, 10, 100, 1000),
}
CALLS: Mapping[Profile, int] = {"quick": 500, "regular": 1000, "full": 2000}


class PoolSize(Study):
    """Throughput by the size of the pool and the number of tasks."""

    name = "pool"
    title = "Pool size"
    question = "How many connections does a pool need?"
    units: ClassVar[Mapping[str, Unit]] = {"throughput": "1/s"}
    whole = ("find_one",)
    rounds: ClassVar[Mapping[Profile, int]] = {"quick": 1, "regular": 2, "full": 5}

    def measure(self, context: Context, subject: str) -> Iterator[Figure | Failure]:
        """One round is as many finds, over a pool opened for it."""
        calls = CALLS[context.profile]
        entrants = [
            Entrant(
                name,
                partial(throughput, context, kind, pool, tasks, calls),
                parameters={"pool": pool, "tasks": tasks},
            )
            for pool in POOLS[context.profile]
            for tasks in TASKS[context.profile]
            for name, kind in context.of_kind("async").items()
        ]
        self.race(context, entrants)
        yield from self.found(subject, entrants)


def throughput(
    context: Context, kind: type[Adapter], pool: int, tasks: int, calls: int
) -> Mapping[str, float]:
    """Answers per second; arguments and errors as in `loaded`."""
    return {"throughput": loaded(context, kind, pool, tasks, calls)["throughput"]}
