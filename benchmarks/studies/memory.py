"""How much memory do many rows take?

Each measurement is a process of its own, which connects, does the same with 100 rows, and then once
with 1,000 to 1,000,000: it finds them and keeps them, or inserts them. The peak is what the
process had at most while the call ran, above what it had before; held is what is left with the rows
kept. The bytes of a row are the slope over the sizes, so that what does not grow does not count.

Only where the system tells it: in Linux's /proc.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from statistics import linear_regression
from typing import ClassVar

from benchmarks.data import TABLE_ROWS
from benchmarks.figure import Failure, Figure, Unit
from benchmarks.measurement import WrongResultError
from benchmarks.studies import child
from benchmarks.studies.limit import Limit
from benchmarks.studies.many_rows import many_rows
from benchmarks.studies.memory_process import CLEAR, FIND, INSERT, OPERATIONS, WARM_ROWS
from benchmarks.studies.study import Context, Entrant, Profile, Study

# By the profile; a quick one inserts the most of its rows only.
SIZES: Mapping[Profile, tuple[int, ...]] = {
    "quick": (1000, 10_000),
    "regular": (1000, 10_000, 100_000),
    "full": (1000, 10_000, 100_000, 1_000_000),
}
# Seconds that one call may take; and a process, with its imports and its check of all rows.
LONGEST: Mapping[Profile, float] = {"quick": 1.0, "regular": 1.0, "full": 30.0}
PROCESS_SECONDS = 300.0
PROCESS = "benchmarks.studies.memory_process"


class Memory(Study):
    """Bytes of a process by the number of rows."""

    name = "memory"
    title = "Memory"
    question = "How much memory do many rows take?"
    # The last two, for each row, from all sizes together.
    units: ClassVar[Mapping[str, Unit]] = {
        "peak": "B",
        "held": "B",
        "peak_per_row": "B",
        "held_per_row": "B",
    }
    whole = (FIND, INSERT)
    rounds: ClassVar[Mapping[Profile, int]] = {"quick": 1, "regular": 1, "full": 5}

    def measure(self, context: Context, subject: str) -> Iterator[Figure | Failure]:
        """One round is one process for each size."""
        sizes = SIZES[context.profile]
        if context.profile == "quick" and subject == INSERT:
            sizes = sizes[-1:]
        kinds = context.of_kind("async", "sync")
        if not CLEAR.exists():
            for name in kinds:
                yield Failure(self.name, subject, name, "", f"this system has no {CLEAR}")
            return
        limit = Limit(LONGEST[context.profile])
        entrants: list[Entrant] = []
        place = many_rows(context, kinds.values(), max(sizes)) if subject == FIND else nullcontext()
        with place:
            for rows in sizes:
                here = [
                    Entrant(
                        name, partial(used, context, name, subject, way, rows), way, {"rows": rows}
                    )
                    for name, kind in kinds.items()
                    for way in kind.method_names(OPERATIONS[subject].method)
                ]
                entrants += here
                running, _ = limit.allowed(here, rows)
                self.race(context, running)
                for one in running:
                    # Only what the next size may cost: a new process's first call is no time.
                    for wall in one.samples.pop("wall", []):
                        limit.note(one, rows, wall)
                yield from self.found(subject, here)
        yield from self.found(subject, slopes(entrants))


def used(context: Context, name: str, subject: str, way: str, rows: int) -> Mapping[str, float]:
    """Start one process for one call.

    Raises:
        WrongResultError: it found, or left, other rows.
        ChildError: it failed.
    """
    kind = context.kinds[name]
    if subject == INSERT:
        context.fill(kind)
        context.bench.changed.add(kind.table)
    arguments = ["-m", PROCESS, name, context.loop, context.server.dsn, subject, way, str(rows)]
    answer = child.answer(arguments, PROCESS_SECONDS)
    problem = answer.pop("problem")
    if problem is not None:
        raise WrongResultError(f"it returned {problem}")
    if subject == INSERT:
        expected = TABLE_ROWS + WARM_ROWS + rows
        (there,) = context.tables.run("SELECT count(*) FROM {}", kind.table).fetchone() or (0,)
        if there != expected:
            raise WrongResultError(f"the table holds {there} rows instead of {expected}")
    return answer


def slopes(entrants: Sequence[Entrant]) -> list[Entrant]:
    """The bytes of a row, of each framework in each way that has at least two sizes."""
    found = []
    for framework, way in dict.fromkeys((one.framework, one.way) for one in entrants):
        own = [
            one
            for one in entrants
            if (one.framework, one.way) == (framework, way) and one.failure is None
        ]
        if len(own) > 1:
            sizes = [float(one.parameters["rows"]) for one in own]
            samples = {
                f"{metric}_per_row": [
                    linear_regression(sizes, used).slope
                    for used in zip(*(one.samples[metric] for one in own), strict=True)
                ]
                for metric in ("peak", "held")
            }
            found.append(replace(own[0], parameters={}, samples=samples))
    return found
