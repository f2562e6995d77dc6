"""How does the cost of a call grow with the number of its rows?

`insert_many` and `find_many`, by batches of 10 to 1,000,000 rows, in each framework's best way at
that size. Fixed costs show where batches are small; where they are large, whether a client's cost
for each row stays what it was.

All ways run once, which is not counted, and the quickest of each framework goes on. One that would
take more than some seconds for one call, judged by the size before, is not tried.
"""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import cache, partial
from itertools import pairwise
from typing import ClassVar

from benchmarks import data
from benchmarks.data import TABLE_ROWS, Row
from benchmarks.figure import Failure, Figure, Unit
from benchmarks.operations import BY_NAME, Arguments, Operation
from benchmarks.operations.judging import found_many
from benchmarks.studies.limit import Limit
from benchmarks.studies.many_rows import EVERYBODY, many_rows
from benchmarks.studies.study import Context, Entrant, Profile, Study, quickest

SIZES = (10, 100, 1000, 10_000, 100_000, 1_000_000)
LARGEST: Mapping[Profile, int] = {"quick": 10_000, "regular": 100_000, "full": 1_000_000}
# Seconds that one call may take.
LONGEST: Mapping[Profile, float] = {"quick": 0.5, "regular": 1.0, "full": 10.0}
# From here on a round is long enough for few of them to do.
LARGE, LARGE_ROUNDS = 100_000, 3
# A round has as many calls as give it so many rows, between these bounds.
ROUND_ROWS, MOST_CALLS = 10_000, 100
# The warm-up before each round needs the same statement, not as many rows.
WARM_ROWS = 1000
INSERT, FIND = "insert_many", "find_many"


class Growth(Study):
    """Time of one call by the number of its rows."""

    name = "growth"
    title = "Growth"
    question = "How does the cost of a call grow with the number of its rows?"
    # Of one call. The floor has no CPU time.
    units: ClassVar[Mapping[str, Unit]] = {"wall": "s", "cpu": "s"}
    whole = (INSERT, FIND)
    rounds: ClassVar[Mapping[Profile, int]] = {"quick": 1, "regular": 3, "full": 10}

    def measure(self, context: Context, subject: str) -> Iterator[Figure | Failure]:
        """One round is one of the operation's, with batches of each size."""
        limit = Limit(LONGEST[context.profile])
        largest = LARGEST[context.profile]
        place = (
            many_rows(context, context.kinds.values(), largest)
            if subject == FIND
            else nullcontext()
        )
        with place:
            for rows in SIZES:
                if rows <= largest:
                    yield from self.size(context, subject, rows, limit)

    def size(
        self, context: Context, subject: str, rows: int, limit: Limit
    ) -> Iterator[Figure | Failure]:
        """The figures of one size of batches."""
        operation = inserting(rows) if subject == INSERT else finding(rows)
        entrants = []
        for name, kind in context.kinds.items():
            for way in kind.method_names(operation.method):
                run = partial(context.round, operation, kind, way)
                entrants.append(Entrant(name, run, way, {"rows": rows}))
        running, refused = limit.allowed(entrants, rows)
        self.race(context, running, rounds=1)
        for one in running:
            if one.failure is None:
                limit.note(one, rows, one.samples["wall"][0])
        best = quickest(running)
        for one in best:
            one.samples.clear()
        rounds = self.rounds[context.profile]
        self.race(context, best, min(rounds, LARGE_ROUNDS) if rows >= LARGE else rounds)
        wrong = [one for one in running if one.failure is not None and one not in best]
        there = {one.framework for one in best}
        late = [one for one in refused if one.framework not in there]
        yield from self.found(subject, [*best, *wrong, *late])


def calls_of(rows: int) -> int:
    """How many calls a round has."""
    return max(1, min(MOST_CALLS, ROUND_ROWS // rows))


def inserting(rows: int) -> Operation:
    """Inserts of as many rows by each call, and of fewer by the warm-up."""
    ends = [TABLE_ROWS, TABLE_ROWS + min(rows, WARM_ROWS)]
    ends += [ends[-1] + (k + 1) * rows for k in range(calls_of(rows))]
    bounds = list(pairwise(ends))

    # Shared by all frameworks: nobody may change them.
    @cache
    def batch(k: int) -> list[Row]:
        return data.rows(*bounds[k])

    def arguments(k: int) -> Arguments:
        return (batch(k),)

    def apply(table: dict[int, Row], k: int) -> None:
        table.update(enumerate(batch(k), start=len(table) + 1))

    return replace(
        BY_NAME["insert_1000"],
        name=f"insert_many_{rows}",
        batch=rows,
        calls=calls_of(rows),
        arguments=arguments,
        expected=lambda k: len(batch(k)),
        apply=apply,
    )


def finding(rows: int) -> Operation:
    """Searches for as many rows by each call, and for fewer by the warm-up."""

    def number(k: int) -> int:
        return rows if k else min(rows, WARM_ROWS)

    return replace(
        BY_NAME["find_many"],
        name=f"find_many_{rows}",
        batch=rows,
        calls=calls_of(rows),
        arguments=lambda k: (EVERYBODY, number(k)),
        expected=number,
        judge=found_many(EVERYBODY),
    )
