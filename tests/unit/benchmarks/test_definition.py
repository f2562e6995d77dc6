import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.definition import version
from benchmarks.frameworks import FOLDER, names
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
    assert len({version([operation], names()) for operation in BY_NAME.values()}) == len(BY_NAME)


def test_a_changed_operation_loses_its_results(folder: Path) -> None:
    before = version([FIND], names(), folder)
    assert version([replace(FIND, calls=FIND.calls + 1)], names(), folder) != before
    assert version([replace(FIND, expected=lambda k: k)], names(), folder) != before


def test_a_changed_method_touches_its_operation_only(folder: Path) -> None:
    before = version([FIND], names(), folder), version([COUNT], names(), folder)
    edit(folder / "asyncpg.py", "SELECT count(*)", "SELECT count(1)")
    assert version([FIND], names(), folder) == before[0]
    assert version([COUNT], names(), folder) != before[1]


def test_what_all_operations_use_touches_all(folder: Path) -> None:
    before = version([FIND], names(), folder), version([COUNT], names(), folder)
    edit(folder / "sqlalchemy.py", "expire_on_commit=False", "expire_on_commit=True")
    assert version([FIND], names(), folder) != before[0]
    assert version([COUNT], names(), folder) != before[1]


def test_words_do_not_count(folder: Path) -> None:
    before = version([FIND], names(), folder)
    edit(folder / "asyncpg.py", '"""asyncpg: the driver', '# A remark.\n"""asyncpg, the driver')
    assert version([FIND], names(), folder) == before


def test_frameworks_that_take_no_part_may_come_and_go(folder: Path) -> None:
    some = ["data_bridge_orm", "asyncpg"]
    before = version([FIND], some, folder)
    edit(folder / "sqlalchemy.py", "expire_on_commit=False", "expire_on_commit=True")
    assert version([FIND], some, folder) == before
