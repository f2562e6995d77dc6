import sys
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import frameworks
from benchmarks.adapters.adapter import Adapter
from benchmarks.frameworks import MissingFrameworkError, UnknownFrameworkError
from benchmarks.operations import BASIC


def test_ours_come_first_and_the_floor_last() -> None:
    names = frameworks.names()
    assert names[:3] == ["data_bridge_orm", "data_bridge_driver", "data_bridge_sync"]
    assert names[-1] == "floor"
    assert set(names) >= {*frameworks.ORDER}


def test_a_new_framework_comes_before_the_floor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("zebra", "floor", "apple", "asyncpg", "reading"):
        (tmp_path / f"{name}.py").touch()
    monkeypatch.setattr(frameworks, "FOLDER", tmp_path)
    assert frameworks.names() == ["asyncpg", "apple", "zebra", "floor"]


def test_frameworks_are_chosen_in_the_order_of_columns() -> None:
    assert frameworks.select(["floor", " data-bridge-orm "]) == ["data_bridge_orm", "floor"]


def test_an_unknown_framework_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownFrameworkError, match=r"no framework 'pg8000'; choose from data_b"):
        frameworks.select(["pg8000"])


def test_a_framework_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "benchmarks.adapters.asyncpg", raising=False)
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(MissingFrameworkError, match=r"^asyncpg is not installed \(pip install"):
        frameworks.load("asyncpg")


@pytest.mark.parametrize(
    ("name", "module", "package"),
    [
        ("psycopg_async", "psycopg", "psycopg"),
        ("psqlpy", "psqlpy", "psqlpy"),
        ("sqlalchemy_core", "sqlalchemy", "sqlalchemy"),
        ("tortoise", "tortoise", "tortoise-orm"),
        ("piccolo", "piccolo", "piccolo"),
        ("oxyde", "oxyde", "oxyde"),
        ("psycopg2", "psycopg2", "psycopg2-binary"),
        ("fastpg", "msgspec", "msgspec"),
    ],
)
def test_what_to_install_is_named_and_the_others_stay(
    name: str, module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, f"benchmarks.adapters.{name}", raising=False)
    for loaded in [loaded for loaded in sys.modules if loaded.startswith(f"{module}.")]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, module, None)
    if name == "fastpg":  # which not every Python has
        monkeypatch.setitem(sys.modules, "fastpg", ModuleType("fastpg"))
    with pytest.raises(MissingFrameworkError) as raised:
        frameworks.load(name)
    assert str(raised.value) == f"{module} is not installed (pip install {package})"
    assert frameworks.load("asyncpg").title == "asyncpg"


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("raise RuntimeError('this needs\\na newer Python')", "RuntimeError: this needs a newer"),
        ("raise ImportError('libpq is not there')", "ImportError: libpq is not there"),
        ("from json import absent", "ImportError: cannot import name 'absent'"),
    ],
)
def test_a_library_that_fails_when_it_is_imported_is_named(
    statement: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "psqlpy.py").write_text(statement)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "benchmarks.adapters.psqlpy", raising=False)
    monkeypatch.delitem(sys.modules, "psqlpy", raising=False)
    with pytest.raises(MissingFrameworkError) as raised:
        frameworks.load("psqlpy")
    assert str(raised.value).startswith(f"it cannot be imported here ({reason}")
    assert "\n" not in str(raised.value)


def test_every_installed_framework_says_its_version() -> None:
    versions = {adapter: frameworks.package_version(adapter) for adapter in installed()}
    assert [adapter for adapter, version in versions.items() if version == "unknown"] == []


def test_an_old_build_of_data_bridge_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "benchmarks.adapters.data_bridge_orm", raising=False)
    monkeypatch.delattr("data_bridge.postgres.Table")
    # Which would import it again.
    monkeypatch.delattr("data_bridge.postgres.__getattr__")
    with pytest.raises(MissingFrameworkError, match=r"build of data-bridge lacks it .*'Table'"):
        frameworks.load("data_bridge_orm")


def installed() -> list[type[Adapter]]:
    found = []
    for name in frameworks.names():
        try:
            found.append(frameworks.load(name))
        except MissingFrameworkError:
            assert name == "fastpg"  # the only one that not every Python has
    return found


@pytest.mark.parametrize("adapter", installed(), ids=lambda adapter: adapter.__name__)
def test_every_framework_has_every_basic_operation(adapter: type[Adapter]) -> None:
    assert all(adapter.method_names(operation.method) for operation in BASIC)
    assert adapter.table.startswith("bench_")


def test_no_two_frameworks_share_a_table() -> None:
    tables = [adapter.table for adapter in installed()]
    assert len(set(tables)) == len(tables)


def test_ways_are_found_by_their_names() -> None:
    asyncpg = frameworks.load("asyncpg")
    assert asyncpg.method_names("insert_many") == {
        "executemany": "insert_many_by_executemany",
        "copy": "insert_many_by_copy",
        "unnest": "insert_many_by_unnest",
        "unnest_ids": "insert_many_by_unnest_ids",
    }
    assert asyncpg.method_names("find_one") == {
        "": "find_one",
        "connection": "find_one_by_connection",
    }
