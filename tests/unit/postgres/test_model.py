"""Instances and classes of models, without a server."""

import copy
import inspect
import pickle
import uuid
from typing import Any

import pytest

from data_bridge.postgres.column import Column
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.expression import ColumnExpression
from data_bridge.postgres.model import Table


class User(Table):
    name: str
    age: int = 0
    email: str | None = None


class Note(Table):
    key: uuid.UUID = Column(primary_key=True, default_factory=uuid.uuid4)
    tags: list[str] = Column(default_factory=list)
    created: str = Column(server_default=True)


def loaded(**values: Any) -> User:
    """What the engine makes of a row: no change recorded."""
    user = User(**values)
    User._definition.set_changes(user, None)
    return user


def changed(user: Table) -> tuple[str, ...]:
    changes = user._changes
    assert changes is not None
    assert changes >= 0
    return tuple(c.attribute for c in user._definition.with_bits(changes))


def test_the_class_has_expressions_and_the_instance_plain_slots() -> None:
    user = User(name="Ann", age=3)
    assert isinstance(User.age, ColumnExpression)
    assert user.age == 3
    assert inspect.ismemberdescriptor(vars(User)["age"])
    assert not hasattr(user, "__dict__")


def test_columns_of_the_class_cannot_be_overwritten() -> None:
    with pytest.raises(AttributeError, match="age"):
        User.age = 3
    with pytest.raises(AttributeError, match="agee"):
        _ = User.agee  # type: ignore[attr-defined]


def test_the_constructor_takes_keywords_and_defaults() -> None:
    assert repr(User(name="Ann")) == "User(id=None, name='Ann', age=0, email=None)"
    assert list(inspect.signature(User).parameters) == ["id", "name", "age", "email"]
    first, second = Note(), Note()
    assert first.key != second.key
    assert first.tags == []
    assert first.tags is not second.tags


def test_unknown_and_missing_fields_are_named() -> None:
    with pytest.raises(TypeError, match=r"User\.__init__\(\) .*'agee'"):
        User(name="Ann", agee=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"User\.__init__\(\) missing .*'name'"):
        User(age=3)  # type: ignore[call-arg]
    with pytest.raises(AttributeError, match="agee"):
        User(name="Ann").agee = 3  # type: ignore[attr-defined]


def test_what_the_server_fills_is_not_there_before() -> None:
    note = Note()
    assert not hasattr(note, "created")
    assert "created" not in repr(note)
    note.created = "now"
    assert note.created == "now"


def test_a_constructor_of_ones_own_builds_on_the_generated_one() -> None:
    class Shouted(Table):
        name: str
        age: int = 0

        def __init__(self, **values: Any) -> None:
            super().__init__(**values)
            self.name = self.name.upper()

    class Louder(Shouted):
        volume: int = 11

    assert Shouted(name="ann").name == "ANN"
    assert repr(Louder(name="ann")) == "Louder(id=None, name='ANN', age=0, volume=11)"


def test_assignments_to_a_loaded_row_are_remembered() -> None:
    user = loaded(id=1, name="Ann")
    assert user._changes is None
    user.age = 4
    user.email = None
    user.age = 5
    assert changed(user) == ("age", "email")


def test_a_new_row_remembers_nothing() -> None:
    user = User(name="Ann")
    user.age = 4
    user.id = 7
    assert user._changes == User._definition.NEW


def test_the_key_of_a_stored_row_stays() -> None:
    user = loaded(id=1, name="Ann")
    user.id = 1
    with pytest.raises(InterfaceError, match="id is the primary key"):
        user.id = 2
    assert user.id == 1
    assert user._changes is None


def test_what_is_no_column_is_not_a_change() -> None:
    class Wrapped(Table):
        first: str

        @property
        def name(self) -> str:
            return self.first

        @name.setter
        def name(self, value: str) -> None:
            self.first = value

    wrapped = Wrapped(first="a")
    Wrapped._definition.set_changes(wrapped, None)
    wrapped.name = "b"
    assert changed(wrapped) == ("first",)


def test_rows_are_equal_by_model_and_key() -> None:
    one, same, other = loaded(id=1, name="a"), loaded(id=1, name="b"), loaded(id=2, name="a")
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != 1
    assert len({one, same, other}) == 2


def test_a_row_without_a_key_is_only_itself() -> None:
    new = User(name="a")
    assert new == new  # noqa: PLR0124 (the point)
    assert new != User(name="a")
    with pytest.raises(TypeError, match="a User without a primary key has no hash"):
        hash(new)


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda u: pickle.loads(pickle.dumps(u))]
)
def test_copies_keep_values_and_changes(duplicate: Any) -> None:
    user = loaded(id=1, name="Ann")
    user.age = 4
    twin = duplicate(user)
    assert repr(twin) == repr(user)
    assert changed(twin) == ("age",)
    new = duplicate(Note())
    assert new._changes == Note._definition.NEW
    assert not hasattr(new, "created")


def test_a_column_may_be_called_as_any_local_name_of_a_constructor() -> None:
    class Odd(Table):
        self: int = 1
        MISSING: int = 2
        set_changes: int = 3
        names: list[int] = Column(default_factory=list)

    assert repr(Odd()) == "Odd(id=None, self=1, MISSING=2, set_changes=3, names=[])"
