"""asv's own discovery, in a process of its own, as asv does it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.definition import version
from benchmarks.operations import BASIC, OPERATIONS
from benchmarks.suites.suite import RACING

UNITS = {
    "track_time": "seconds",
    "track_cpu": "seconds",
    "track_ratio": "x",
    "track_instructions": "instructions",
    "track_peak": "bytes",
}
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


def suites(found: list[dict[str, Any]]) -> dict[str, set[str]]:
    """The figures of each suite."""
    figures: dict[str, set[str]] = {}
    for benchmark in found:
        suite, _, figure = benchmark["name"].rpartition(".")
        figures.setdefault(suite, set()).add(figure)
    return figures


def test_only_suites_are_found(found: list[dict[str, Any]]) -> None:
    """asv takes any function whose name begins with time_ or track_ for a benchmark."""
    assert [name for name in suites(found) if not name.startswith("suites.")] == []


def test_each_basic_operation_has_three_figures(found: list[dict[str, Any]]) -> None:
    basic = [names for names in suites(found).values() if "track_cpu" in names]
    assert basic == [{"track_time", "track_cpu", "track_ratio"}] * len(BASIC)


def test_every_operation_is_measured_by_some_suite(found: list[dict[str, Any]]) -> None:
    read = {
        operation.strip("'")
        for benchmark in found
        if benchmark["param_names"][:1] == ["operation"]
        for operation in benchmark["params"][0]
    }
    assert {operation.name for operation in OPERATIONS} - {one.name for one in BASIC} <= read


def test_nothing_is_collected_twice(found: list[dict[str, Any]]) -> None:
    names = [benchmark["name"] for benchmark in found]
    assert len(set(names)) == len(names)
    assert not [name for name in names if ".suite." in name]


def test_versions_are_those_of_the_operations(found: list[dict[str, Any]]) -> None:
    versions = {benchmark["version"] for benchmark in found}
    assert {version([operation], RACING) for operation in BASIC} <= versions


def test_each_suite_measures_by_itself(found: list[dict[str, Any]]) -> None:
    """asv runs suites with the same line of `setup_cache` only once for all of them."""
    keys = {
        benchmark["name"].rpartition(".")[0]: benchmark["setup_cache_key"] for benchmark in found
    }
    assert len(set(keys.values())) == len(keys)


def test_figures_have_units_and_frameworks(found: list[dict[str, Any]]) -> None:
    for benchmark in found:
        figure = benchmark["name"].rpartition(".")[2]
        assert benchmark["type"] == "track"
        assert benchmark["unit"] == UNITS[figure]
        if figure == "track_time":
            assert benchmark["param_names"][-1] == "framework"


def test_the_suite_needs_neither_our_package_nor_any_framework(
    tmp_path: Path, found: list[dict[str, Any]]
) -> None:
    missing = ["data_bridge", "asyncpg", "fastpg", "msgspec", "psycopg2", "sqlalchemy"]
    missing += ["jinja2", "playwright", "rich"]
    names = {benchmark["name"] for benchmark in discover(tmp_path, *missing)}
    assert names == {benchmark["name"] for benchmark in found}
