"""Journals with figures of every kind, which nobody measured."""

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.figure import Failure, Figure
from benchmarks.journal import Journal
from tests.unit.benchmarks.journals import RUN, journal, race, times

HARM = "<script>alert(1)</script>"
FRAMEWORKS = {"data_bridge_driver": 1, "asyncpg": 2, "psycopg2": 3}


def operations_figures() -> list[Figure]:
    """Operations in which each of the marks occurs."""
    return [
        *race("find_one", {"data_bridge_driver": 16, "asyncpg": 72, "psycopg2": 27, "floor": 13}),
        *race("find_many", {"data_bridge_driver": 380, "psycopg2": 560, "floor": 240}),
        *race("count", {"data_bridge_driver": 230, "asyncpg": 210, "psycopg2": 211, "floor": 200}),
        *times("insert_1000", "asyncpg", 5000, "executemany"),
        *times("insert_1000", "asyncpg", 2700, "copy"),
        *times("insert_1000", "data_bridge_driver", 2000),
        *race("savepoints", {"data_bridge_driver": 230, "asyncpg": 260}),
    ]


def study_figures() -> Iterator[Figure]:
    """Studies that vary nothing, a number, a word, and two numbers."""
    for name, place in FRAMEWORKS.items():
        yield Figure("memory", "find_many", name, "", "peak_per_row", "B", [300 * place])
        for transport in ("unix", "tcp"):
            parameters = {"transport": transport, "server": "18.6"}
            where = ("transport", "find_one", name, "")
            yield Figure(*where, "wall", "s", [2e-5 * place], parameters)
        for rows in (10, 1000, 100_000):
            for metric in ("wall", "cpu"):
                samples = [1e-6 * rows * place, 1.1e-6 * rows * place]
                where = ("growth", "find_many", name, "")
                yield Figure(*where, metric, "s", samples, {"rows": rows})
        for tasks in (1, 10, 100):
            where = ("load", "find_one", name, "")
            for step, metric in enumerate(("p50", "p95", "p99", "p99.9"), start=1):
                seconds = [1e-5 * place * step * tasks]
                yield Figure(*where, metric, "s", seconds, {"tasks": tasks})
            yield Figure(*where, "throughput", "1/s", [1e5 / place], {"tasks": tasks})
            yield Figure(*where, "errors", "1", [0.0], {"tasks": tasks})
            for pool in (1, 10, 50):
                where = ("pool", "find_one", name, "")
                rate = [1e4 * pool / place]
                yield Figure(*where, "throughput", "1/s", rate, {"pool": pool, "tasks": tasks})


def made_up() -> list[Journal]:
    """A run with everything, and one of another loop without studies; nobody measured them."""
    failures = [
        Failure("operations", "count", "sqlalchemy", "", HARM),
        Failure("load", "find_one", "fastpg", "", HARM, {"tasks": 100}),
    ]
    everything = journal([*operations_figures(), *study_figures()], failures)
    return [everything, journal(operations_figures(), run=replace(RUN, loop="uvloop"))]
