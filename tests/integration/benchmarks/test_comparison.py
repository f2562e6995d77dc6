"""The comparison as a person runs it, from the command line, and what can go wrong with it."""

import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from benchmarks.comparison.race import WARM_LIMIT
from benchmarks.operations import BY_NAME
from benchmarks.server import Server

REPOSITORY = Path(__file__).parents[3]
SCRIPT = "benchmarks/bench_postgres_comparison.py"
Comparison = subprocess.Popen[str]


@pytest.fixture
def start() -> Iterator[Callable[..., Comparison]]:
    """Start a comparison on a database; it is gone at the end of the test."""
    started: list[Comparison] = []

    def begin(dsn: str | None, *options: str, how: tuple[str, ...] = (SCRIPT,)) -> Comparison:
        variables = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        process = subprocess.Popen(
            [sys.executable, *how, *options],
            cwd=REPOSITORY,
            env=variables | ({"DATABASE_URL": dsn} if dsn else {}),
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


def finish(process: Comparison) -> tuple[int, str, str]:
    """Exit status, output, and errors without warnings of the engine of tests, and of others."""
    output, errors = process.communicate(timeout=600)
    lines = errors.splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("warning: ")]
    return process.returncode, output, "".join(kept)


def tables(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE tablename ~ '^bench_'")
        return [name for (name,) in rows]


# The updates that three frameworks make in the longest warm-up.
WARMED = 3 * (BY_NAME["update_one"].calls + 1) * WARM_LIMIT


def updates(connection: psycopg.Connection) -> int:
    """How many rows of the frameworks' tables were updated, as far as their sessions have told."""
    row = connection.execute(
        "SELECT coalesce(sum(calls), 0) FROM (SELECT n_tup_upd AS calls"
        " FROM pg_stat_user_tables WHERE relname ~ '^bench_') AS used"
    ).fetchone()
    return 0 if row is None else int(row[0])


def wait_for_tables(dsn: str, wanted: int = 500) -> None:
    """Until the frameworks' tables are there and as many rows of them were updated."""
    deadline = time.monotonic() + 300
    with psycopg.connect(dsn, autocommit=True) as connection:
        while time.monotonic() < deadline:
            if updates(connection) > wanted:
                return
            time.sleep(0.05)
    raise TimeoutError("no table was used")


@pytest.mark.parametrize(
    "how", [(SCRIPT,), ("-m", "benchmarks.bench_postgres_comparison")], ids=["path", "module"]
)
def test_a_comparison_prints_one_table_and_its_targets(
    start: Callable[..., Comparison], bench_dsn: str, tmp_path: Path, how: tuple[str, ...]
) -> None:
    path = tmp_path / "comparison.json"
    options = ("--rounds", "2", "-k", "count,find_one", "--json", str(path))
    names = "--frameworks=data-bridge-driver,asyncpg,psycopg2,floor"
    status, output, errors = finish(start(bench_dsn, *options, names, how=how))
    assert (status, errors) == (0, "")
    for words in ("Find one by id", "Count", "data-bridge", "asyncpg", "psycopg2", "floor"):
        assert words in output
    assert "Targets" in output
    document = json.loads(path.read_text())
    measured = {(one["operation"], one["framework"]) for one in document["series"]}
    assert len(measured) == 8
    assert all(len(one["walls"]) == 2 for one in document["series"])
    assert {one["operation"] for one in document["controls"]} == {"count", "find_one"}
    assert all(one["framework"] == "asyncpg" for one in document["controls"])
    assert "Noise of this run: " in output
    run = document["run"]
    assert len(run["commit"]) == 40
    with psycopg.connect(bench_dsn) as connection:
        for name, value in run["settings"].items():
            assert connection.execute("SELECT current_setting(%s)", (name,)).fetchone() == (value,)
    assert set(run["versions"]) == {"data_bridge_driver", "asyncpg", "psycopg2", "floor"}
    assert bench_dsn not in path.read_text()
    assert platform.node() not in path.read_text()
    assert tables(bench_dsn) == []


def test_no_database_is_needed(start: Callable[..., Comparison]) -> None:
    status, output, errors = finish(
        start(None, "--rounds", "1", "-k", "count", "--frameworks", "asyncpg", "--loop", "uvloop")
    )
    assert (status, errors) == (0, "")
    assert "server and client on one core" in output


@pytest.mark.parametrize(
    ("parts", "advice"),
    [
        ({"password": "wrong"}, "correct the user or the password in DATABASE_URL"),
        ({"database": "nowhere"}, "create it with createdb"),
    ],
)
def test_a_refused_connection_is_one_line_that_says_what_to_do(
    start: Callable[..., Comparison],
    password_server: object,
    parts: dict[str, str],
    advice: str,
) -> None:
    server: Server = password_server.server  # type: ignore[attr-defined]
    if "password" in parts:
        dsn = password_server.dsn("scram-sha-256", **parts)  # type: ignore[attr-defined]
    else:
        dsn = server.uri(**parts)
    status, output, errors = finish(start(dsn, "-k", "count"))
    assert (status, output) == (1, "")
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1
    assert advice in errors


def test_no_server_is_one_line(start: Callable[..., Comparison]) -> None:
    dsn = "postgresql://postgres@127.0.0.1:1/postgres"
    status, output, errors = finish(start(dsn))
    assert (status, output) == (1, "")
    assert errors.count("\n") == 1
    assert "start the server (pg_isready tells), or unset DATABASE_URL" in errors
    status, _, errors = finish(start(dsn, "--traceback"))
    assert status == 1
    assert "Traceback" in errors


def test_a_role_that_may_not_create_tables_is_told_what_it_needs(
    start: Callable[..., Comparison], own_database: Server, administrator: psycopg.Connection
) -> None:
    with psycopg.connect(own_database.dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE bench_guest LOGIN")
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    try:
        dsn = own_database.uri(user="bench_guest")
        status, output, errors = finish(start(dsn, "-k", "count"))
    finally:
        with psycopg.connect(own_database.dsn, autocommit=True) as connection:
            connection.execute("DROP ROLE bench_guest")
    assert (status, output) == (1, "")
    assert errors == (
        "error: permission denied for schema public: the role must be able to create tables "
        "(GRANT CREATE ON SCHEMA public TO it, or createuser -s)\n"
    )


def test_misuse_is_one_line(start: Callable[..., Comparison]) -> None:
    status, _, errors = finish(start(None, "-k", "fly"))
    assert (status, errors.partition(";")[0]) == (2, "error: there is no operation 'fly'")
    status, _, errors = finish(start(None, "--frameworks", "pg8000"))
    assert (status, errors.partition(";")[0]) == (2, "error: there is no framework 'pg8000'")


LONG = ("-k", "update_one", "--rounds", "500", "--frameworks", "asyncpg,psycopg2,fastpg,floor")


def test_a_killed_server_ends_the_run_with_what_it_has(
    start: Callable[..., Comparison], disposable_server: Server
) -> None:
    process = start(disposable_server.dsn, *LONG[:-1], "asyncpg,psycopg2,floor")
    wait_for_tables(disposable_server.dsn, WARMED)
    assert disposable_server.pid is not None
    os.kill(disposable_server.pid, signal.SIGQUIT)
    status, output, errors = finish(process)
    assert status == 1
    assert "Update one" in output
    assert "the run ended early: the server stopped answering during 'Update one'" in errors


@pytest.mark.parametrize(
    ("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"]
)
def test_a_signal_leaves_no_table_behind(
    start: Callable[..., Comparison], own_database: Server, number: signal.Signals, expected: int
) -> None:
    process = start(own_database.dsn, *LONG[:-1], "asyncpg,psycopg2,floor")
    wait_for_tables(own_database.dsn, WARMED)
    process.send_signal(number)
    status, output, _ = finish(process)
    assert status == expected
    assert ("Update one" in output) is (number == signal.SIGINT)
    assert tables(own_database.dsn) == []


def test_a_table_dropped_in_mid_run_costs_its_framework_only(
    start: Callable[..., Comparison], own_database: Server
) -> None:
    process = start(
        own_database.dsn, "-k", "update_one", "--rounds", "120", "--frameworks", "asyncpg,psycopg2"
    )
    wait_for_tables(own_database.dsn)
    with psycopg.connect(own_database.dsn, autocommit=True) as connection:
        connection.execute("DROP TABLE bench_asyncpg")
    status, output, _ = finish(process)
    assert status == 1
    assert "Failed: Update one, asyncpg: UndefinedTable" in output
    assert "run again with the database to yourself" in output
    assert "quickest" in output
