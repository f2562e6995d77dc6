"""The names of the driver, asynchronous and synchronous, are the same, and asyncpg's."""

import inspect
from typing import Any

import pytest

from data_bridge import postgres
from data_bridge.postgres import sync


def public(cls: type) -> set[str]:
    return {name for name in vars(cls) if not name.startswith("_")}


def parameters(function: Any) -> dict[str, tuple[object, object]]:
    signature = inspect.signature(function)
    return {
        name: (parameter.kind, parameter.default)
        for name, parameter in signature.parameters.items()
    }


@pytest.mark.parametrize("name", sync.__all__)
def test_sync_has_the_same_names(name: str) -> None:
    assert name in postgres.__all__


@pytest.mark.parametrize("name", ["connect", "create_pool"])
def test_functions_take_the_same(name: str) -> None:
    assert parameters(getattr(sync, name)) == parameters(getattr(postgres, name))


@pytest.mark.parametrize("cls", ["Connection", "Pool"])
def test_classes_have_the_same_methods(cls: str) -> None:
    asynchronous, synchronous = getattr(postgres, cls), getattr(sync, cls)
    # A synchronous pool is open when it is made, and what it acquires belongs to a block.
    assert public(asynchronous) - public(synchronous) <= {"open", "release"}
    assert public(synchronous) <= public(asynchronous)
    for name in public(synchronous) - {"close"}:
        taken = parameters(getattr(asynchronous, name))
        assert parameters(getattr(synchronous, name)) == taken, name


@pytest.mark.parametrize("where", [postgres, sync])
def test_connection_and_pool_answer_the_same_calls(where: Any) -> None:
    for name in ("execute", "executemany", "fetch", "fetchrow", "fetchval", "transaction"):
        on_connection = parameters(getattr(where.Connection, name))
        assert parameters(getattr(where.Pool, name)) == on_connection, name


@pytest.mark.parametrize("cls", ["Connection", "Pool"])
def test_every_public_method_says_what_it_does(cls: str) -> None:
    for where in (postgres, sync):
        for name in public(getattr(where, cls)):
            assert inspect.getdoc(getattr(getattr(where, cls), name)), name


def test_a_record_cannot_be_made_by_hand() -> None:
    with pytest.raises(TypeError):
        postgres.Record()


def test_the_names_that_users_of_asyncpg_know() -> None:
    assert {"connect", "create_pool", "Connection", "Pool", "Record"} <= set(postgres.__all__)
    for name in ("PostgresError", "InterfaceError", "UniqueViolationError", "UndefinedTableError"):
        assert hasattr(postgres.errors, name)
