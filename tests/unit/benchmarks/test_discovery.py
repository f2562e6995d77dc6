"""asv's own discovery, in a process of its own, as asv does it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import frameworks
from benchmarks.definition import version
from benchmarks.operations import OPERATIONS

REPOSITORY = Path(__file__).parents[3]
DISCOVER = """
import io, sys
for name in sys.argv[1:]:
    sys.modules[name] = None
from asv_runner.discovery import list_benchmarks
output = io.StringIO()
list_benchmarks({folder!r}, output)
print(output.getvalue())
"""


def discover(cwd: Path, *missing: str) -> list[dict[str, Any]]:
    """What asv finds in a working directory of its own, without some of the packages."""
    script = DISCOVER.format(folder=str(REPOSITORY / "benchmarks"))
    done = subprocess.run(
        [sys.executable, "-c", script, *missing],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        check=True,
        capture_output=True,
        text=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return discover(tmp_path_factory.mktemp("asv"))


def test_each_operation_is_found_with_its_three_figures(found: list[dict[str, Any]]) -> None:
    figures: dict[str, set[str]] = {}
    for benchmark in found:
        _, suite, figure = benchmark["name"].split(".")
        figures.setdefault(suite, set()).add(figure)
    assert len(figures) == len(OPERATIONS)
    assert all(names == {"track_time", "track_cpu", "track_ratio"} for names in figures.values())


def test_nothing_is_collected_twice(found: list[dict[str, Any]]) -> None:
    names = [benchmark["name"] for benchmark in found]
    assert len(set(names)) == len(names)
    assert not [name for name in names if "OperationSuite" in name]


def test_versions_are_those_of_the_operations(found: list[dict[str, Any]]) -> None:
    versions = {benchmark["version"] for benchmark in found}
    assert versions == {version(operation) for operation in OPERATIONS}


def test_each_suite_measures_by_itself(found: list[dict[str, Any]]) -> None:
    """asv runs suites with the same line of `setup_cache` only once for all of them."""
    keys = {benchmark["name"].split(".")[1]: benchmark["setup_cache_key"] for benchmark in found}
    assert len(set(keys.values())) == len(keys)


def test_figures_have_units_and_frameworks(found: list[dict[str, Any]]) -> None:
    for benchmark in found:
        figure = benchmark["name"].rpartition(".")[2]
        assert benchmark["type"] == "track"
        assert benchmark["unit"] == ("x" if figure == "track_ratio" else "seconds")
        if figure == "track_time":
            assert benchmark["params"] == [[repr(name) for name in frameworks.names()]]
            assert benchmark["param_names"] == ["framework"]


def test_the_suite_needs_neither_our_package_nor_any_framework(tmp_path: Path) -> None:
    missing = ["data_bridge", "asyncpg", "fastpg", "msgspec", "psycopg2", "sqlalchemy", "rich"]
    assert len(discover(tmp_path, *missing)) == 3 * len(OPERATIONS)
