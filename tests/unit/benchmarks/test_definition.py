import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.definition import version
from benchmarks.frameworks import FOLDER, names
from benchmarks.operations import BY_NAME
from benchmarks.shared_tables import CITY, ORDER, orders

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


def test_what_a_method_calls_is_part_of_it(folder: Path) -> None:
    """psycopg's transaction is made of its other operations' methods."""
    one, other = BY_NAME["transaction"], BY_NAME["delete_many"]
    before = version([one], names(), folder), version([other], names(), folder)
    edit(folder / "psycopg.py", "UPDATE bench_psycopg SET score = %s WHERE", "UPDATE other WHERE")
    assert version([one], names(), folder) != before[0]
    assert version([other], names(), folder) == before[1]


def test_what_only_others_use_does_not_count(folder: Path) -> None:
    one, other = BY_NAME["join"], FIND
    before = version([one], names(), folder), version([other], names(), folder)
    edit(folder / "statements.py", "ORDER BY o.id LIMIT", "LIMIT")
    edit(folder / "reading.py", "for _value in row:", "for _ in row:")
    assert version([one], names(), folder) != before[0]
    assert version([other], names(), folder) == before[1]


def test_a_shared_table_is_part_of_the_operations_that_need_it() -> None:
    one = BY_NAME["join"]
    fewer = replace(ORDER, rows=lambda: orders()[:-1])
    assert version([replace(one, needs=(CITY, fewer))], names()) != version([one], names())
