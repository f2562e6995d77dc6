"""The gate's command on a real server: the sides are folders with copies of the package.

What differs between the copies is a few lines of Python, so that nothing has to be built.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from benchmarks.gate import counted
from benchmarks.gate.judging import Subject
from benchmarks.gate.outcome import Outcome
from benchmarks.gate.side import Side
from benchmarks.server import Server
from benchmarks.statistic import Verdict

REPOSITORY = Path(__file__).parents[3]
PACKAGE = REPOSITORY / "python" / "data_bridge"
# The sides' folders come first; an empty word is the environment's package.
SCRIPT = """
import sys
from contextlib import nullcontext
from pathlib import Path

from benchmarks.gate import __main__, command, side

logs, base, head, answer_seconds, *words = sys.argv[1:]
folders = {"base": base, "head": head}

def made(label, _revision):
    found = Path(folders[label]) if folders[label] else None
    return side.Side(label, found, Path(logs) / f"{label}.log")

side.ANSWER_SECONDS = float(answer_seconds)
side.END_SECONDS = 3.0
command.exclusive = lambda _purpose: nullcontext()
command.check_tree = lambda asked: None
command.side = made
options = ["--base", "HEAD", "--even-if-same", "--frameworks", "data_bridge_orm"]
sys.exit(__main__.main([*options, *words]))
"""
CHANGED = """
import os, signal, time
from data_bridge.postgres.model import Table
_get = Table.get.__func__

async def _changed(cls, *arguments):
    {change}
    return await _get(cls, *arguments)

Table.get = classmethod(_changed)
"""
LACKING = """
from data_bridge.postgres.model import Table
del Table.get
"""
FIND = ("--operations", "find_one", "--no-instructions")
FEW = (*FIND, "--rounds", "4")
FOREVER = ("--operations", "find_one,find_many", "--no-instructions", "--rounds", "100000")

Start = Callable[..., "subprocess.Popen[str]"]
Package = Callable[[str], str]


@pytest.fixture
def package(tmp_path: Path) -> Package:
    """Make a copy of the package, with some lines at the end of `data_bridge.postgres`."""

    def make(lines: str) -> str:
        folder = tmp_path / f"package-{len(list(tmp_path.glob('package-*')))}"
        copy = folder / "data_bridge"
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
        for engine in PACKAGE.glob("*.so"):
            (copy / engine.name).symlink_to(engine)
        with (copy / "postgres" / "__init__.py").open("a") as file:
            file.write(lines)
        return str(folder)

    return make


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start the command; it is gone at the end of the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(
        dsn: str, base: str, head: str, *words: str, answer_seconds: float = 60.0, path: str = ""
    ) -> "subprocess.Popen[str]":
        environment = os.environ | {"DATABASE_URL": dsn} | ({"PATH": path} if path else {})
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(tmp_path), base, head, str(answer_seconds), *words],
            cwd=REPOSITORY,
            env=environment,
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


def last(output: str) -> str:
    return output.splitlines()[-1]


def left(dsn: str) -> list[tuple[str]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname ~ '^data_bridge_gate'"
        ).fetchall()


def wait_for_the_race(dsn: str) -> None:
    """Until head has run some rounds, each of 300 searches by id."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        with psycopg.connect(dsn) as connection:
            found = connection.execute(
                "SELECT sum(idx_scan) FROM pg_stat_user_tables"
                " WHERE schemaname = 'data_bridge_gate_head'"
            ).fetchone()
        if found is not None and (found[0] or 0) > 3000:
            return
        time.sleep(0.05)
    raise TimeoutError("the race did not begin")


def test_a_side_may_be_the_environment_and_nothing_is_left(
    start: Start, own_database: Server
) -> None:
    status, output, errors = finish(start(own_database.dsn, "", "", *FEW))
    # Four rounds of a busy machine may say anything of the times.
    assert status in {0, 1}
    assert errors == ""
    assert "find_one" in output
    assert "data_bridge_orm" in output
    assert "DATABASE_URL names the server: it is not pinned" in output
    assert last(output).startswith(f"Status {status}: ")
    assert left(own_database.dsn) == []


def test_what_is_much_slower_is_found_at_both_looks(
    start: Start, own_database: Server, package: Package
) -> None:
    slow = package(CHANGED.format(change="time.sleep(0.001)"))
    status, output, _ = finish(start(own_database.dsn, package(""), slow, *FEW))
    assert status == 1
    assert " seem slower: a second look, by new processes." in output
    assert last(output) == "Status 1: slower: find_one of data_bridge_orm."
    # The other way round it is faster.
    status, output, _ = finish(start(own_database.dsn, slow, package(""), *FEW))
    assert (status, last(output)) == (0, "Status 0: nothing became slower.")
    assert "faster" in output


def test_what_only_head_has_is_passed_over(
    start: Start, own_database: Server, package: Package
) -> None:
    words = ("--operations", "find_one,update_many", *FEW[2:])
    status, output, _ = finish(start(own_database.dsn, package(LACKING), package(""), *words))
    assert status in {0, 1}
    assert "Passed over: find_one of data_bridge_orm: base: AttributeError: " in output
    assert "update_many" in output


def test_what_only_base_has_is_broken(start: Start, own_database: Server, package: Package) -> None:
    status, output, _ = finish(start(own_database.dsn, package(""), package(LACKING), *FEW))
    assert status == 1
    assert "Broken: find_one of data_bridge_orm: head: AttributeError: " in output
    assert last(output) == "Status 1: 1 broken."


def test_nothing_to_compare_is_not_measured(
    start: Start, own_database: Server, package: Package
) -> None:
    lacking = package(LACKING)
    status, output, _ = finish(start(own_database.dsn, lacking, lacking, *FEW))
    assert (status, last(output)) == (
        2,
        "Status 2: could not measure: nothing could be compared.",
    )


def test_a_wrong_result_is_broken(start: Start, own_database: Server, package: Package) -> None:
    wrong = package(CHANGED.format(change="arguments = [1]"))
    status, output, _ = finish(start(own_database.dsn, package(""), wrong, *FEW))
    assert status == 1
    assert "Broken: find_one of data_bridge_orm: head: call 1 returned (1, " in output
    assert " instead of (38, 'User37', " in output


def test_another_package_than_the_sides_is_refused(
    start: Start, own_database: Server, tmp_path: Path
) -> None:
    # An empty folder: the environment's own package would be imported in its place.
    (tmp_path / "empty").mkdir()
    status, output, _ = finish(start(own_database.dsn, "", str(tmp_path / "empty"), *FEW))
    assert status == 2
    assert "Status 2: could not measure: head: data_bridge was imported from " in output
    assert left(own_database.dsn) == []


@pytest.mark.parametrize(
    ("change", "expected", "answer_seconds"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "ended by SIGKILL", 60),
        ("os._exit(3)", "ended by status 3", 60),
        ("time.sleep(1000)", "did not answer for 10 s", 10),
    ],
)
def test_a_side_that_dies_or_hangs_ends_the_run(
    start: Start,
    own_database: Server,
    package: Package,
    change: str,
    expected: str,
    answer_seconds: float,
) -> None:
    head = package(CHANGED.format(change=change))
    process = start(own_database.dsn, package(""), head, *FEW, answer_seconds=answer_seconds)
    status, output, _ = finish(process)
    problem = f"the process of head {expected} in find_one of data_bridge_orm"
    assert (status, last(output)) == (2, f"Status 2: could not measure: {problem}.")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_prints_what_it_has(
    start: Start, own_database: Server, number: signal.Signals
) -> None:
    process = start(own_database.dsn, "", "", *FOREVER)
    wait_for_the_race(own_database.dsn)
    process.send_signal(number)
    status, output, errors = finish(process)
    assert status == 130
    assert "find_one" in output
    assert last(output) == "Status 130: interrupted; what was measured by then stands above."
    assert errors == ""
    assert left(own_database.dsn) == []


def test_a_server_that_dies_ends_the_run(start: Start, disposable_server: Server) -> None:
    process = start(disposable_server.dsn, "", "", *FOREVER)
    wait_for_the_race(disposable_server.dsn)
    assert disposable_server.pid is not None
    os.kill(disposable_server.pid, signal.SIGQUIT)
    status, output, _ = finish(process)
    assert status == 2
    assert "find_one" in output
    assert "Status 2: could not measure: the server stopped answering" in last(output)


def test_a_server_that_is_not_there_is_one_line(start: Start, tmp_path: Path) -> None:
    status, output, errors = finish(start(f"postgresql://u@/d?host={tmp_path}", "", "", *FEW))
    assert status == 2
    assert "start the server, or unset DATABASE_URL" in last(output)
    assert errors == ""


def test_without_valgrind_there_are_times_only(
    start: Start, own_database: Server, tmp_path: Path
) -> None:
    # A PATH on which there is git, and nothing else.
    git = shutil.which("git")
    assert git is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(git)
    words = ("--operations", "find_one", "--rounds", "4")
    process = start(own_database.dsn, "", "", *words, path=str(tmp_path / "bin"))
    status, output, _ = finish(process)
    assert status in {0, 1}
    assert "Times only: valgrind is not installed" in output


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
def test_more_instructions_are_found(package: Package, tmp_path: Path) -> None:
    more = package(CHANGED.format(change="for _ in [None] * 200: pass"))
    base, head = (
        Side(label, Path(folder), tmp_path / label)
        for label, folder in (("base", package("")), ("head", more))
    )
    subject = Subject("find_one", "data_bridge_orm")
    outcome = Outcome()
    (found,) = counted.compare([subject], base, head, outcome, lambda _subject: None)
    assert found.verdict is Verdict.SLOWER
    # The loop alone.
    assert found.head - found.base > 200
    assert outcome == Outcome()
