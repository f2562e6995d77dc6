import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.definition import version
from benchmarks.frameworks import FOLDER
from benchmarks.operations import BY_NAME

FIND, COUNT = BY_NAME["find_one"], BY_NAME["count"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the adapters, to be edited."""
    return Path(shutil.copytree(FOLDER, tmp_path / "adapters"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_every_operation_has_a_version_of_its_own() -> None:
    assert len({version(operation) for operation in BY_NAME.values()}) == len(BY_NAME)


def test_a_changed_operation_loses_its_results(folder: Path) -> None:
    before = version(FIND, folder)
    assert version(replace(FIND, calls=FIND.calls + 1), folder) != before
    assert version(replace(FIND, expected=lambda k: k), folder) != before


def test_a_changed_method_touches_its_operation_only(folder: Path) -> None:
    before = version(FIND, folder), version(COUNT, folder)
    edit(folder / "asyncpg.py", "SELECT count(*)", "SELECT count(1)")
    assert version(FIND, folder) == before[0]
    assert version(COUNT, folder) != before[1]


def test_what_all_operations_use_touches_all(folder: Path) -> None:
    before = version(FIND, folder), version(COUNT, folder)
    edit(folder / "sqlalchemy.py", "expire_on_commit=False", "expire_on_commit=True")
    assert version(FIND, folder) != before[0]
    assert version(COUNT, folder) != before[1]


def test_words_do_not_count(folder: Path) -> None:
    before = version(FIND, folder)
    edit(folder / "asyncpg.py", '"""asyncpg: the driver', '# A remark.\n"""asyncpg, the driver')
    assert version(FIND, folder) == before
