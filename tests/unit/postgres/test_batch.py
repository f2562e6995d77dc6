"""Which rows go into which statement."""

from typing import Any

import pytest

from data_bridge.postgres import batch
from data_bridge.postgres.batch import (
    Batch,
    batches_of_changes,
    batches_of_instances,
    batches_of_mappings,
)
from data_bridge.postgres.column import Column
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.model import Table


class User(Table):
    name: str
    age: int = 7
    note: str | None = Column(server_default=True)


class Plain(Table):
    name: str
    tags: list[int] = Column(default_factory=list)


class Document(Table):
    key: int = Column(primary_key=True)
    document: dict[str, Any]


def summary(batches: list[Batch]) -> list[tuple[list[str], list[int]]]:
    return [([c.attribute for c in b.columns], list(b.places)) for b in batches]


def loaded(**values: Any) -> User:
    user = User(**values)
    User._definition.set_changes(user, None)
    return user


def test_new_instances_are_sorted_by_what_was_set() -> None:
    one, two, three = User(name="a"), User(name="b", id=5), User(name="c")
    three.note = "x"
    assert summary(batches_of_instances(User._definition, [one, two, three, User(name="d")])) == [
        (["name", "age"], [0, 3]),
        (["id", "name", "age"], [1]),
        (["name", "age", "note"], [2]),
    ]


def test_without_columns_of_the_server_only_the_key_matters() -> None:
    new, known = Plain(name="a"), Plain(name="b", id=3)
    definition = Plain._definition
    assert summary(batches_of_instances(definition, [new, new])) == [(["name", "tags"], [0, 1])]
    assert summary(batches_of_instances(definition, [known])) == [(["id", "name", "tags"], [0])]
    assert len(batches_of_instances(definition, [known, new, known])) == 2


def test_large_batches_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "ARRAY_ROWS", 2)
    rows = [User(name=str(n)) for n in range(5)]
    parts = batches_of_instances(User._definition, rows)
    assert [list(part.places) for part in parts] == [[0, 1], [2, 3], [4]]
    assert [row.name for part in parts for row in part.rows] == ["0", "1", "2", "3", "4"]


def test_large_rows_make_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "ARRAY_BYTES", 100_000)
    rows = [User(name="x" * 1000, age=n) for n in range(1000)]
    parts = batches_of_instances(User._definition, rows)
    assert len(parts) == 11
    assert [place for part in parts for place in part.places] == list(range(1000))
    documents = [{"key": n, "document": {"text": "x" * 1000}} for n in range(1000)]
    assert len(batches_of_mappings(Document._definition, documents)) == 11
    enormous = [User(name="x" * 200_000) for _ in range(20)]
    assert len(batches_of_instances(User._definition, enormous)) == 20


def test_changed_instances_are_sorted_by_what_changed() -> None:
    one, two, three, same = (loaded(id=n, name="x") for n in range(4))
    one.age = 1
    two.name = "y"
    three.age = 3
    assert summary(batches_of_changes(User._definition, [one, two, same, three])) == [
        (["id", "age"], [0, 3]),
        (["id", "name"], [1]),
    ]
    assert batches_of_changes(User._definition, [same]) == []


def test_dicts_are_completed_by_the_defaults_of_the_model() -> None:
    (found,) = batches_of_mappings(User._definition, [{"name": "a"}, {"name": "b"}])
    assert found.rows == [{"name": "a", "age": 7}, {"name": "b", "age": 7}]
    assert [c.attribute for c in found.columns] == ["name", "age"]
    (made,) = batches_of_mappings(Plain._definition, [{"name": "a"}, {"name": "b"}])
    assert made.rows[0]["tags"] == []
    assert made.rows[0]["tags"] is not made.rows[1]["tags"]


def test_dicts_are_sorted_by_whether_they_have_a_key() -> None:
    rows = [{"id": 1, "name": "a", "age": 1}, {"id": None, "name": "b", "age": 2}]
    assert summary(batches_of_mappings(User._definition, rows)) == [
        (["id", "name", "age"], [0]),
        (["name", "age"], [1]),
    ]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([{"name": "a", "agee": 1}], "no column 'agee': did you mean 'age'"),
        ([{"name": "a", "age) VALUES (1); --": 1}], "no column 'age\\) VALUES"),
        ([{"age": 1}], "row 1 lacks 'name', which has no default"),
        ([{"name": "a", "age": 1}, {"name": "b"}], "row 2 lacks 'age'"),
        ([{"name": "a"}, {"name": "b", "age": 1}], "row 2 has 'age' as well"),
        ([{"id": 1, "name": "a"}, {"idd": 1, "name": "b"}], "row 2 lacks 'id'"),
        ([{"name": "a"}, User(name="b")], "row 2 is a User, and row 1 a dict"),
    ],
)
def test_unlike_dicts_are_refused_with_the_row(rows: list[Any], why: str) -> None:
    with pytest.raises(InterfaceError, match=why):
        batches_of_mappings(User._definition, rows)


def test_instances_are_refused_with_the_row() -> None:
    class Younger(User):
        pass

    definition = User._definition
    with pytest.raises(InterfaceError, match="row 2 is a dict, not an instance of User"):
        batches_of_instances(definition, [User(name="a"), {}])
    with pytest.raises(InterfaceError, match="row 1 is a Younger, not an instance of User"):
        batches_of_changes(definition, [Younger(name="a")])
    with pytest.raises(InterfaceError, match="row 2 is in the table already"):
        batches_of_instances(definition, [User(name="a"), loaded(name="b", id=1)])
    with pytest.raises(InterfaceError, match="row 2 is not in the table"):
        batches_of_changes(definition, [loaded(name="b", id=1), User(name="a")])
    with pytest.raises(InterfaceError, match="two of the rows have the same id"):
        batches_of_changes(definition, [loaded(name="b", id=1), loaded(name="c", id=1)])
