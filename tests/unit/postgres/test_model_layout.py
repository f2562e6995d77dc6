"""What the engine does with many instances at once."""

import sys
from typing import Any

import pytest

from data_bridge._engine import ModelLayout
from data_bridge.postgres import Column, Table


class User(Table):
    name: str
    note: str = Column(server_default=True)


class Other(User):
    pass


@pytest.fixture
def layout() -> ModelLayout:
    return User._definition.layout


@pytest.fixture
def users() -> list[User]:
    return [User(name="x") for _ in range(10)]


def test_the_first_row_that_differs_is_found(layout: ModelLayout, users: list[User]) -> None:
    assert layout.first_other(users, "name", "x") is None
    assert layout.first_other(users, "name", "y") == 0
    assert layout.first_other([], "name", "y") is None
    users[7].name = "y"
    assert layout.first_other(users, "name", "x") == 7
    users[7].name = "".join(["", "x"])
    assert layout.first_other(users, "name", "x") is None
    assert layout.first_other(users, "_changes", -1) is None
    # A slot that was never filled holds nothing.
    assert layout.first_other(users, "note", None) == 0


@pytest.mark.parametrize("stranger", [Other(name="x"), {}, None, 3])
def test_a_stranger_differs(layout: ModelLayout, users: list[Any], stranger: Any) -> None:
    users[4] = stranger
    assert layout.first_other(users, "name", "x") == 4
    with pytest.raises(TypeError, match="not an instance"):
        layout.store(users, "name", ["y"] * 10)
    with pytest.raises(TypeError, match="not an instance"):
        layout.store_same(users, "name", "y")


def test_values_are_stored_past_the_recording_of_changes(
    layout: ModelLayout, users: list[User]
) -> None:
    layout.store_same(users, "_changes", None)
    layout.store(users, "id", list(range(10)))
    layout.store(users, "note", [str(n) for n in range(10)])
    assert [(user.id, user.note) for user in users] == [(n, str(n)) for n in range(10)]
    assert {user._changes for user in users} == {None}


def test_a_row_that_is_there_twice_has_the_value_already(
    layout: ModelLayout, users: list[User]
) -> None:
    assert layout.store_same(users, "_changes", None) is None
    assert layout.store_same(users, "_changes", 1) is None
    users[7] = users[8] = users[2]
    assert layout.store_same(users, "_changes", None) == 7
    assert layout.store_same(users, "_changes", None) == 0


def test_objects_are_counted(layout: ModelLayout, users: list[User]) -> None:
    old, new = object(), object()
    before = sys.getrefcount(old), sys.getrefcount(new)
    layout.store_same(users, "note", old)
    assert sys.getrefcount(old) == before[0] + 10
    layout.store(users, "note", [new] * 10)
    assert sys.getrefcount(old) == before[0]
    assert sys.getrefcount(new) == before[1] + 10
    users.clear()
    assert sys.getrefcount(new) == before[1]


def test_what_does_not_fit_is_refused(layout: ModelLayout, users: list[User]) -> None:
    with pytest.raises(ValueError, match="9 values for 10 rows"):
        layout.store(users, "name", ["y"] * 9)
    with pytest.raises(TypeError, match="no column"):
        layout.store_same(users, "nonesuch", 1)
    assert {user.name for user in users} == {"x"}
