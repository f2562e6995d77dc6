"""The rules for the files of the repository: their names, their size, what the commands say."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SOURCE_SUFFIXES = {".py", ".pyi", ".rs"}
# A file of more than 500 lines wants a reason, and it stands here.
LONG_FILES = {
    "python/data_bridge/postgres/sqlstates.py": "generated: a class for each SQLSTATE",
}
LONG = 500
MEDIAN = 150
# Names of the kind of thing in a file, where its subject belongs.
EMPTY_NAMES = {"common", "helper", "helpers", "impl", "impls", "misc", "util", "utils"}
# A path of one person's machine, spelt so that this file does not hold one itself.
MACHINE_PATH = re.compile(rb"(?<![\w.])/(?:root|home/\w+|Users/\w+|work)/\w")


def tracked() -> list[Path]:
    """The files that git tracks and that are there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True, text=True
    )
    paths = (REPOSITORY / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def tracked_sources() -> list[Path]:
    return [path for path in tracked() if path.suffix in SOURCE_SUFFIXES]


def relative(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def line_count(path: Path) -> int:
    return path.read_text().count("\n")


def test_files_are_named_for_their_subject() -> None:
    names = [relative(path) for path in tracked_sources()]
    assert [name for name in names if EMPTY_NAMES & set(re.split(r"[/._]", name))] == []


def test_long_files_have_a_reason() -> None:
    long = {relative(path) for path in tracked_sources() if line_count(path) > LONG}
    assert long - set(LONG_FILES) == set(), "split these, or give a reason in LONG_FILES"
    assert set(LONG_FILES) - long == set(), "these need no reason any more"


def test_files_are_short() -> None:
    counts = sorted(line_count(path) for path in tracked_sources() if path.name != "__init__.py")
    assert counts[len(counts) // 2] <= MEDIAN


def test_no_file_names_a_place_on_one_machine() -> None:
    found = {
        relative(path): match.group()
        for path in tracked()
        if (match := MACHINE_PATH.search(path.read_bytes()))
    }
    assert found == {}


def test_every_command_is_explained() -> None:
    makefile = (REPOSITORY / "Makefile").read_text()
    phony = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    explained = re.findall(r"^([a-z-]+):.* ## \S", makefile, re.MULTILINE)
    assert phony == explained


@pytest.mark.parametrize(
    "caller", [".ci/run", ".github/workflows/ci.yml", ".pre-commit-config.yaml"]
)
def test_ci_calls_the_commands_that_people_call(caller: str) -> None:
    text = (REPOSITORY / caller).read_text()
    assert re.findall(r"\b(?:pytest|cargo (?:test|clippy)|ruff|mypy)\b", text) == []


def test_lock_holds_every_dependency() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    groups = project["dependency-groups"].values()
    wanted = {re.split(r"[ ;<>=\[]", line)[0] for group in groups for line in group}
    lock = (REPOSITORY / "requirements.lock").read_text()
    assert wanted <= set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert "://" not in lock
