"""The command that measures everything, on a real server and with few operations, and its end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from benchmarks import frameworks
from benchmarks.adapters.adapter import Adapter
from benchmarks.adapters.asyncpg import AsyncpgAdapter
from benchmarks.figure import Failure, Figure
from benchmarks.journal import JournalError, load
from benchmarks.measure import phase
from benchmarks.operations import BY_NAME
from benchmarks.server import Server
from benchmarks.tables import Tables
from tests.integration.benchmarks.test_comparison import WARMED, updates
from tests.unit.benchmarks.comparisons import RUN

REPOSITORY = Path(__file__).parents[3]
# Everything is three operations and one study; the engine of tests is good enough, and so is a
# tree that somebody works in. The second operation has as many rounds as the first argument says.
SCRIPT = """
import sys
from contextlib import nullcontext
from pathlib import Path

from benchmarks.measure import __main__, command, phase
from benchmarks.operations import BY_NAME
from benchmarks.studies.catalogue import BY_NAME as STUDIES

results, rounds, *words = sys.argv[1:]
operations = [BY_NAME[name] for name in ("count", "update_one", "find_one")]
phases = [phase.Operations(operations), phase.Studies([STUDIES["startup"]], "quick")]
command.RESULTS = Path(results)
command.exclusive = lambda _purpose: nullcontext()
command.require_recordable = lambda: None
command.require_unchanged = lambda _commit: None
command.chosen_frameworks = lambda _words: ["asyncpg", "psycopg2", "floor"]
command.chosen_phases = lambda *_: phases
phase.rounds_of = lambda one, _profile: int(rounds) if one.name == "update_one" else 2
sys.exit(__main__.main(["--machine", "box", "--profile", "quick", *words]))
"""
DONE = [("operations", "count"), ("operations", "update_one"), ("operations", "find_one")]
FOREVER = "5000"

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return tmp_path / "results"


@pytest.fixture
def start(results: Path) -> Iterator[Start]:
    """Start a run on a database; it is gone at the end of the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(dsn: str, rounds: str, *words: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(results), rounds, *words],
            cwd=REPOSITORY,
            env=os.environ | {"DATABASE_URL": dsn},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def finish(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=600)
    return process.returncode, output, errors


def file(results: Path, suffix: str) -> Path:
    (found,) = (results / "box").glob(f"*{suffix}")
    return found


def wait_for_the_second(results: Path, dsn: str) -> None:
    """Until the first operation is kept, and the race of the second has begun."""
    deadline = time.monotonic() + 300
    with psycopg.connect(dsn, autocommit=True) as connection:
        while time.monotonic() < deadline:
            try:
                if load(file(results, ".part")).done == DONE[:1] and updates(connection) > WARMED:
                    return
            except (JournalError, ValueError):
                pass
            time.sleep(0.05)
    raise TimeoutError("nothing was kept")


def left(dsn: str) -> list[tuple[str]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(
            "SELECT tablename FROM pg_tables WHERE tablename ~ '^bench_'"
        ).fetchall()


def test_ctrl_c_keeps_what_was_measured_and_the_next_run_goes_on(
    start: Start, own_database: Server, results: Path
) -> None:
    process = start(own_database.dsn, FOREVER)
    wait_for_the_second(results, own_database.dsn)
    process.send_signal(signal.SIGINT)
    status, _, errors = finish(process)
    assert status == 130
    assert errors == (
        "interrupted; 1 of 4 subjects are measured and kept, and the next run goes on from there\n"
    )
    assert left(own_database.dsn) == []
    before = load(file(results, ".part"))
    assert before.done == DONE[:1]

    status, output, errors = finish(start(own_database.dsn, "2"))
    assert (status, errors) == (0, "")
    assert "Going on with a run that was interrupted: 1 of 4 subjects are measured." in output
    path = file(results, ".jsonl")
    found = load(path)
    assert found.whole
    assert found.done == [*DONE, ("startup", "first_row")]
    assert found.figures[: len(before.figures)] == before.figures
    assert {one.framework for one in found.figures} == {"asyncpg", "psycopg2", "floor"}
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert found.run.versions["floor"] in {"compiled", "python"}
    assert own_database.host not in path.read_text()

    status, output, errors = finish(start(own_database.dsn, "2", "--show", str(path)))
    assert (status, errors) == (0, "")
    for words in ("Count", "Update one", "Noise of this run", "Start-up"):
        assert words in output


def test_a_server_that_dies_in_the_race_costs_only_what_was_not_whole(
    start: Start, disposable_server: Server, results: Path
) -> None:
    process = start(disposable_server.dsn, FOREVER)
    wait_for_the_second(results, disposable_server.dsn)
    assert disposable_server.pid is not None
    os.kill(disposable_server.pid, signal.SIGQUIT)
    status, _, errors = finish(process)
    assert status == 1
    assert errors == (
        "error: the server stopped answering during 'Update one'; "
        "1 of 4 subjects are measured and kept, and the next run goes on from there\n"
    )
    assert load(file(results, ".part")).done == DONE[:1]
    assert not list(results.glob("box/*.jsonl"))


def test_sigterm_leaves_no_table_and_what_was_measured(
    start: Start, own_database: Server, results: Path
) -> None:
    process = start(own_database.dsn, FOREVER)
    wait_for_the_second(results, own_database.dsn)
    process.send_signal(signal.SIGTERM)
    assert finish(process)[0] == 143
    assert left(own_database.dsn) == []
    assert load(file(results, ".part")).done == DONE[:1]


class Closed(AsyncpgAdapter):
    """A framework that cannot be opened here."""

    table = "bench_closed"

    async def open(self, dsn: str, smallest: int = 0, largest: int = 0) -> None:
        raise OSError("no\nway")


def test_a_framework_that_cannot_be_opened_fails_in_all_its_ways_and_the_others_go_on(
    own_database: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_framework = frameworks.load

    def load_closed(name: str) -> type[Adapter]:
        return Closed if name == "closed" else load_framework(name)

    monkeypatch.setattr(frameworks, "load", load_closed)
    monkeypatch.setattr(phase, "rounds_of", lambda _operation, _profile: 1)
    subject = ("operations", "update_each")
    operations = phase.Operations([BY_NAME["update_each"]])
    with Tables(own_database.dsn) as tables:
        place = phase.Place(own_database, tables, ["closed", "psycopg2"], RUN, "quick")
        with operations.opened(place) as measure:
            found = measure(subject)
    failures = [one for one in found if isinstance(one, Failure)]
    assert {one.way for one in failures} == set(AsyncpgAdapter.method_names("update_each"))
    assert {(one.framework, one.reason) for one in failures} == {("closed", "OSError: no way")}
    figures = [one for one in found if isinstance(one, Figure)]
    assert {one.framework for one in figures} == {"psycopg2"}
    assert {one.metric for one in figures} >= {"wall", "cpu", "wall_again"}
