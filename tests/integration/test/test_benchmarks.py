"""tests/postgres/benchmarks, run by dbtest against a server, with fewer calls than usual."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg

from benchmarks.server import Server

REPOSITORY = Path(__file__).parents[3]
FOLDER = REPOSITORY / "tests" / "postgres" / "benchmarks"
# One call a round is enough to see that it works; how long it takes is no matter here.
DBTEST = """
import sys
from data_bridge.test import cli, schedule
schedule._ADAPTIVE = ()
schedule._LARGEST = schedule.Schedule(iterations=2, rounds=1, warmups=1)
sys.exit(cli.main(sys.argv[1:]))
"""
README = (FOLDER / "README.md").read_text()
FRAMEWORKS = ("data-bridge", "data-bridge driver", "asyncpg", "psycopg2", "SQLAlchemy")


def dbtest(
    *arguments: str, server: Server | str, folder: Path = REPOSITORY
) -> subprocess.CompletedProcess[str]:
    url = server if isinstance(server, str) else server.dsn
    return subprocess.run(
        [sys.executable, "-c", DBTEST, *arguments],
        cwd=folder,
        env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def rows(table: str) -> list[str]:
    """The names in a table, those that failed or were skipped included."""
    return re.findall(r"^  (\S.*?) *: *(?:[\d.]+ ms|failed|skipped)", table, re.MULTILINE)


def test_all_groups_run_every_result_is_right_and_nothing_is_left(own_database: Server) -> None:
    result = dbtest(str(FOLDER), server=own_database)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stderr == ""
    tables = dict(re.findall(r"Benchmark: (.*?)\n=+\n(.*?\nWinner: )", result.stdout, re.DOTALL))
    assert list(tables) == [
        *("Find One", "Find Many", "Count"),
        *("Insert One", "Bulk Insert 1000", "Bulk Insert 10000"),
        *("Update One", "Update Many", "Update Each", "Delete Many", "Transaction"),
    ]
    for table in tables.values():
        assert "failed" not in table
        assert "skipped" not in table
        names = rows(table)
        for framework in FRAMEWORKS:
            assert [name for name in names if name.startswith(framework)], (framework, names)
        assert re.search(r"^  SQLAlchemy.*\(baseline\)$", table, re.MULTILINE)
    with psycopg.connect(own_database.dsn) as connection:
        left = connection.execute("SELECT relname FROM pg_class WHERE relname LIKE 'bench%'")
        assert left.fetchall() == []


def test_a_run_becomes_a_page_and_is_compared_with_itself(
    own_database: Server, tmp_path: Path
) -> None:
    run, page = tmp_path / "run.json", tmp_path / "report.html"
    first = ("-k", "Update One", "--rounds", "2", "--memory", "-o", str(run), "-o", str(page))
    result = dbtest(str(FOLDER), *first, server=own_database)
    assert result.returncode == 0, result.stdout + result.stderr
    (group,) = json.loads(run.read_text())["groups"]
    for each in group["implementations"]:
        assert len(each["samples_ns"]) == 2
        assert each["memory"]["python"] > 0
    assert "Update One" in page.read_text()

    second = ("-k", "Update One", "--against", str(run), "--baseline", "asyncpg")
    result = dbtest(str(FOLDER), *second, server=own_database)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"^  asyncpg.*\(baseline\)$", result.stdout, re.MULTILINE)
    changes = result.stdout.partition(f"Against {run}:\n")[2]
    assert len(re.findall(r"^  \S.*: .*x to .*x\)$", changes, re.MULTILINE)) == len(
        group["implementations"]
    )


def test_the_readmes_own_benchmark_runs(own_database: Server, tmp_path: Path) -> None:
    found = re.search(r"```python\n# (bench_\w+\.py)\n(.*?)```", README, re.DOTALL)
    assert found is not None
    (tmp_path / found[1]).write_text(found[2])
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["tests.postgres.benchmarks.conftest"]')
    result = dbtest(server=own_database, folder=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert sorted(rows(result.stdout)) == ["SQLAlchemy", "asyncpg", "data-bridge", "psycopg2"]


def test_no_server_is_said_in_a_line() -> None:
    result = dbtest(str(FOLDER), server="postgresql://127.0.0.1:1/nowhere")
    assert result.returncode == 1
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("ERROR: DATABASE_URL does not lead to a database (")


def test_a_wrong_value_is_a_failure(own_database: Server, tmp_path: Path) -> None:
    """The check can fail: a framework that finds another row is caught."""
    source = """
from benchmarks.adapters.asyncpg import AsyncpgAdapter
from data_bridge.test import register_group
from tests.postgres.benchmarks.benchmark_setup import operation_group

right = AsyncpgAdapter.find_one
AsyncpgAdapter.find_one = lambda self, identifier: right(self, identifier + 1)
register_group(operation_group("Find One", "find_one"))


right_update = AsyncpgAdapter.update_one
AsyncpgAdapter.update_one = lambda self, identifier, score: right_update(self, identifier, 0.0)
register_group(operation_group("Update One", "update_one"))
"""
    (tmp_path / "bench_wrong.py").write_text(source)
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["tests.postgres.benchmarks.conftest"]')
    result = dbtest(server=own_database, folder=tmp_path)
    assert result.returncode == 1
    assert "failed     (WrongResultError: call 1 returned (" in result.stdout
    assert (
        "ERROR: Update One, clearing up: WrongResultError: "
        "the table holds other rows than 3 calls should leave"
    ) in result.stderr
