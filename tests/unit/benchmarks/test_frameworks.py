import sys

import pytest

from benchmarks import frameworks
from benchmarks.adapters.adapter import Adapter
from benchmarks.frameworks import MissingFrameworkError, UnknownFrameworkError
from benchmarks.operations import BASIC


def test_ours_come_first_and_the_floor_last() -> None:
    names = frameworks.names()
    assert names[:3] == ["data_bridge_orm", "data_bridge_driver", "data_bridge_sync"]
    assert names[-1] == "floor"
    assert set(names) >= {"asyncpg", "psycopg2", "sqlalchemy", "fastpg", "psycopg"}


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


def test_an_old_build_of_data_bridge_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "benchmarks.adapters.data_bridge_orm", raising=False)
    monkeypatch.delattr("data_bridge.postgres.Table")
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
