"""How long is it to the first row, from a fresh interpreter and from a new connection?

Each framework has a script in `starts/`, as a user would write it: import, connect, ask for one
row. A new interpreter runs it (`start_process.py`), which notes the time after the imports and when
the row is there, and then connects some more times, with everything imported.
"""

import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from typing import ClassVar

from benchmarks import data
from benchmarks.figure import Failure, Figure, Unit
from benchmarks.measurement import WrongResultError
from benchmarks.studies import child
from benchmarks.studies.study import Context, Entrant, Profile, Study

FOLDER = Path(__file__).with_name("starts")
PROCESS = Path(__file__).with_name("start_process.py")
# Connections of the warm process.
CALLS = 5
SECONDS = 60.0
NANOSECOND = 1e-9


class Startup(Study):
    """From the start of the process to the first row."""

    name = "startup"
    title = "Start-up"
    question = "How long is it to the first row, from a fresh interpreter and a new connection?"
    # From the start of the process to the row; of that the imports alone; and from the call that
    # connects to the row, in a process that has done so before.
    units: ClassVar[Mapping[str, Unit]] = {"first_row": "s", "import": "s", "connect": "s"}
    whole = ("first_row",)
    rounds: ClassVar[Mapping[Profile, int]] = {"quick": 1, "regular": 4, "full": 20}

    def measure(self, context: Context, subject: str) -> Iterator[Figure | Failure]:
        """One round starts each framework's script once."""
        entrants = []
        for name, kind in context.of_kind("async", "sync").items():
            context.fill(kind)
            entrants.append(Entrant(name, partial(started, context, name)))
        # Files of the packages that nobody has read yet come from the disk only once.
        self.race(context, entrants, rounds=1)
        for entrant in entrants:
            entrant.samples.clear()
        self.race(context, entrants)
        yield from self.found(subject, entrants)


def started(context: Context, name: str) -> Mapping[str, float]:
    """Start one framework's script once.

    Raises:
        WrongResultError: it has no script, or the script showed another row.
        ChildError: the script failed.
    """
    path = FOLDER / f"{name}.py"
    if not path.exists():
        raise WrongResultError(f"there is no script starts/{path.name} for its start")
    command = ["-I", str(PROCESS), context.loop, str(path), context.server.dsn, str(CALLS)]
    begin = time.monotonic_ns()
    answer = child.answer(command, SECONDS)
    identifier, row = 1, data.row(0)
    if answer["row"] != [identifier, row.name]:
        raise WrongResultError(f"it showed {answer['row']} instead of {[identifier, row.name]}")
    return {
        "first_row": (answer["first"] - begin) * NANOSECOND,
        "import": (answer["imported"] - answer["ready"]) * NANOSECOND,
        "connect": median(answer["again"]) * NANOSECOND,
    }
