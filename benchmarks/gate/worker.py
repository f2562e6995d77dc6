"""The process that measures one side: it runs one round when it is told to, and says what it took.

    python -P -s -m benchmarks.gate.worker

Requests and answers are lines of JSON. The first request says where the package must lie and which
database to use, `{"packages", "dsn"}`; the answer is `{"package"}`, where it does. Then

- `{"operation", "framework"}` asks for the quickest way: `{"way"}`;
- `{"operation", "framework", "way"}` asks for a round: `{"wall", "cpu"}`, seconds of a call.

Where a framework failed the answer is `{"failure", "lacking"}`; where the server is gone,
`{"gone"}`. It ends with its standard input.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import frameworks
from benchmarks.comparison.race import Entry, ServerGoneError, entries, race
from benchmarks.measurement import Bench, one_line
from benchmarks.operations import BY_NAME
from benchmarks.suites.suite import WARM_ROUNDS, contestants, lacking
from benchmarks.tables import TableError, Tables

Request = Mapping[str, Any]
Answer = dict[str, Any]


class Worker:
    """The frameworks of one side, and what each of them ran."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.entries: dict[tuple[str, str, str], Entry] = {}

    def answer(self, request: Request) -> Answer:
        """Do what a request says."""
        try:
            return self.round(request) if "way" in request else self.choose(request)
        except ServerGoneError as error:
            return {"gone": str(error)}
        except frameworks.MissingFrameworkError as error:
            return {"failure": str(error), "lacking": True}
        except Exception as error:  # noqa: BLE001 - a framework may raise anything when it is opened
            if not self.bench.tables.alive():
                return {"gone": "the server stopped answering"}
            return {"failure": one_line(error), "lacking": False}

    def choose(self, request: Request) -> Answer:
        """The quickest way of an operation."""
        name, operation = request["framework"], BY_NAME[request["operation"]]
        frameworks.load(name)
        found = contestants(self.bench, operation, [name])
        if not found:
            return {"failure": "it has no such operation", "lacking": True}
        series, _ = found[0]
        if series.failure is not None:
            return {"failure": series.failure, "lacking": lacking(series)}
        return {"way": series.way}

    def round(self, request: Request) -> Answer:
        """One round."""
        name, operation, way = request["framework"], BY_NAME[request["operation"]], request["way"]
        entry = self.entries.get((operation.name, name, way))
        if entry is None:
            adapter = self.bench.open(frameworks.load(name))
            ways = {one.way: (one, kind) for one, kind in entries(operation, [(name, adapter)])}
            if way not in ways:
                return {"failure": "it has no such operation", "lacking": True}
            entry = self.entries[operation.name, name, way] = ways[way]
            race(self.bench, operation, [entry], WARM_ROUNDS)
        series, _ = entry
        race(self.bench, operation, [entry], 1)
        if series.failure is not None:
            return {"failure": series.failure, "lacking": lacking(series)}
        return {"wall": series.samples[-1].wall, "cpu": series.samples[-1].cpu}


def package(wanted: str | None) -> Answer:
    """Where the package lies, if that is where it must."""
    try:
        import data_bridge
    except ImportError as error:
        return {"error": f"data_bridge cannot be imported: {one_line(error)}"}
    found = Path(data_bridge.__file__).resolve().parent
    if wanted is not None and not found.is_relative_to(Path(wanted).resolve()):
        return {"error": f"data_bridge was imported from {found}, and not from {wanted}"}
    return {"package": str(found)}


def serve(answer: Callable[[Request], Answer], tell: Callable[[Answer], None]) -> None:
    """Answer requests until there are no more."""
    for line in sys.stdin:
        tell(answer(json.loads(line)))


def main() -> int:
    """Take the first request, then serve the others."""
    # A framework that prints must not speak in our name.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def tell(answer: Answer) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    first = json.loads(sys.stdin.readline())
    found = package(first["packages"])
    if "error" in found:
        tell(found)
        return 1
    try:
        tables = Tables(first["dsn"])
    except (psycopg.Error, TableError) as error:
        tell({"error": one_line(error)})
        return 1
    with tables, closing(Bench(first["dsn"], tables)) as bench:
        tell(found)
        serve(Worker(bench).answer, tell)
    return 0


if __name__ == "__main__":
    sys.exit(main())
