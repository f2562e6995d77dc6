"""What docs/adding-a-framework.md shows works as it stands there."""

import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.measurement import Bench
from benchmarks.operations import BASIC
from benchmarks.server import Server
from benchmarks.tables import Tables

REPOSITORY = Path(__file__).parents[3]
PAGE = REPOSITORY / "docs" / "adding-a-framework.md"
# A line that says where the block of code below it goes.
BLOCK = re.compile(r"^([^\n]+):\n\n```(\w+)\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)
Document = dict[str, Any]


def write(file: Path, code: str) -> None:
    assert not file.exists()
    file.write_text(code)


def add_entry(file: Path, code: str) -> None:
    text = file.read_text()
    assert text.endswith("    ),\n)\n")
    file.write_text(text.removesuffix(")\n") + code + ")\n")


def add_method(file: Path, code: str) -> None:
    head, mark, tail = file.read_text().partition("\n\n\nADAPTER = ")
    assert mark
    file.write_text(f"{head}\n\n{code.rstrip()}{mark}{tail}")


PLACES: dict[str, Callable[[Path, str], None]] = {
    "A new file, `{}`": write,
    "In `{}`, at the end of `OPERATIONS`": add_entry,
    "In `{}`, at the end of the class": add_method,
}


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A copy of the benchmarks' sources."""
    ignored = shutil.ignore_patterns("__pycache__", "target", "site", "instructions")
    shutil.copytree(REPOSITORY / "benchmarks", tmp_path / "benchmarks", ignore=ignored)
    return tmp_path


def follow(scratch: Path, dsn: str) -> list[Document]:
    """Do what the page says, in its order; what its comparisons found, with one round each."""
    found = []
    for place, language, code in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if language == "sh":
            assert place == "Then race it"
            found.append(compare(scratch, dsn, code))
            continue
        path = re.findall(r"`(benchmarks/.+?)`", place)[0]
        PLACES[place.replace(path, "{}")](scratch / path, code)
    return found


def compare(scratch: Path, dsn: str, command: str) -> Document:
    """Run a command line of the page in the copy, and read what it measured."""
    python, *words = shlex.split(command)
    assert python == "python"
    file = scratch / "comparison.json"
    done = subprocess.run(
        [sys.executable, *words, "--rounds", "1", "--json", str(file)],
        cwd=scratch,
        env={**os.environ, "DATABASE_URL": dsn},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    document: Document = json.loads(file.read_text())
    return document


def series(document: Document) -> dict[tuple[str, str], set[str]]:
    """Operation and framework of what was measured, with its ways; nothing of it failed."""
    found: dict[tuple[str, str], set[str]] = {}
    for one in document["series"]:
        assert one["failure"] is None
        assert one["wall"] > 0
        found.setdefault((one["operation"], one["framework"]), set()).add(one["way"])
    return found


def test_the_page_adds_a_framework_and_an_operation(scratch: Path, own_database: Server) -> None:
    framework, operation = map(series, follow(scratch, own_database.dsn))
    assert framework == {
        ("insert_1000", "psycopg_dict"): {"executemany", "copy"},
        ("insert_1000", "psycopg"): {"executemany", "copy"},
        ("find_one", "psycopg_dict"): {""},
        ("find_one", "psycopg"): {""},
    }
    assert operation == {("exists", "psycopg_dict"): {""}, ("exists", "asyncpg"): {""}}


def test_the_framework_of_the_page_does_all_basic_operations(
    tmp_path: Path, own_database: Server
) -> None:
    place, _, code = BLOCK.findall(PAGE.read_text(encoding="utf-8"))[0]
    file = tmp_path / Path(place.split("`")[1]).name
    file.write_text(code)
    adapter = runpy.run_path(str(file))["ADAPTER"]
    with Tables(own_database.dsn) as tables, closing(Bench(own_database.dsn, tables)) as bench:
        opened = bench.open(adapter)
        for operation in BASIC:
            ways = adapter.method_names(operation.method)
            assert ways, operation.name
            for way in ways:
                bench.round(replace(operation, calls=1), opened, way)


def test_an_operation_added_wrongly_is_told(scratch: Path, own_database: Server) -> None:
    """The values are checked: the entry expects what the method does not return."""
    text = PAGE.read_text(encoding="utf-8")
    wrong = text.replace('return found is not None and found["found"]', "return False")
    assert wrong != text
    blocks = BLOCK.findall(wrong)
    for place, language, code in blocks:
        if language == "python":
            path = re.findall(r"`(benchmarks/.+?)`", place)[0]
            PLACES[place.replace(path, "{}")](scratch / path, code)
    with pytest.raises(AssertionError, match="call 1 returned False instead of True"):
        compare(scratch, own_database.dsn, blocks[-1][2])
