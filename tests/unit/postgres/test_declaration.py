"""From class bodies to tables: what is understood, and what is refused when the class is made."""

from __future__ import annotations  # models must work with annotations that are text

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar, TypeAlias, cast

import pytest

from data_bridge.postgres.column import Column
from data_bridge.postgres.definition import Definition
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.model import Table, TableMeta


class User(Table):
    name: str
    balance: Decimal | None = None
    date: dt.date = dt.date(2026, 1, 2)

    kind: ClassVar[str] = "person"
    plain = "no annotation, no column"

    class Settings:
        table_name = "users"
        schema = "app"


def definition(model: type[Table]) -> Definition:
    return model._definition


def made(body: dict[str, Any], annotations: dict[str, Any], name: str = "Made") -> type[Table]:
    namespace = {"__module__": __name__, "__annotations__": annotations, **body}
    model: Any = TableMeta(name, (Table,), namespace)
    return cast(type[Table], model)


def test_columns_are_the_annotated_attributes_and_the_implied_key() -> None:
    columns = [(c.attribute, c.sql_type, c.nullable) for c in definition(User).columns]
    assert columns == [
        ("id", "bigint", True),
        ("name", "text", False),
        ("balance", "numeric", True),
        ("date", "date", False),
    ]
    assert definition(User).primary_key.attribute == "id"
    assert definition(User).table == '"app"."users"'
    assert definition(User).table_name == "app.users"
    assert (User.kind, User.plain) == ("person", "no annotation, no column")


def test_a_model_inside_a_function_sees_its_names() -> None:
    Money: TypeAlias = Decimal

    class Order(Table):
        total: Money
        when: dt.datetime

    assert [c.sql_type for c in definition(Order).columns] == ["bigint", "numeric", "timestamptz"]


def test_an_annotation_means_the_type_not_the_default_of_the_same_name() -> None:
    model = made({"Decimal": Decimal(1)}, {"Decimal": "Decimal"})
    assert definition(model).columns[1].sql_type == "numeric"


@pytest.mark.parametrize(
    ("name", "table"),
    [("User", "user"), ("UserAccount", "user_account"), ("HTTPLog2Entry", "http_log2_entry")],
)
def test_the_table_is_called_as_the_class_unless_it_says_otherwise(name: str, table: str) -> None:
    assert definition(made({}, {}, name)).table_name == table


def test_id_is_the_key_when_no_other_column_is() -> None:
    class Plain(Table):
        name: str
        id: int

    class Other(Table):
        id: str
        code: str = Column(primary_key=True)

    assert definition(Plain).primary_key.attribute == "id"
    assert [c.attribute for c in definition(Plain).columns] == ["name", "id"]
    assert definition(Other).primary_key.attribute == "code"


def test_a_column_may_have_another_name_and_type_in_the_table() -> None:
    class Event(Table):
        type_: str = Column(name="type", type="varchar(3)")
        at: dt.datetime = Column(type="timestamp")

    _, kind, at = definition(Event).columns
    assert (kind.attribute, kind.name, kind.sql_type) == ("type_", "type", "varchar(3)")
    assert (kind.quoted, kind.array_type, at.array_type) == ('"type"', "varchar[]", "timestamp[]")


def test_a_model_inherits_columns_key_and_schema_but_not_the_table() -> None:
    class Admin(User):
        level: int
        name: str = "root"

    assert [c.attribute for c in definition(Admin).columns] == [
        "id",
        "name",
        "balance",
        "date",
        "level",
    ]
    assert definition(Admin).table == '"app"."admin"'
    assert Admin(level=1).name == "root"
    assert Admin.__slots__ == ("level",)
    # The columns of each are its own.
    assert (
        Admin.find(Admin.name == "x").compile()[0].endswith('FROM "app"."admin" WHERE "name" = $1')
    )
    with pytest.raises(InterfaceError, match=r"User\.name cannot filter Admin"):
        Admin.find(User.name == "x").compile()


@pytest.mark.parametrize(
    ("body", "annotations", "why"),
    [
        (
            {},
            {"save": "int"},
            r"Made\.save: no column can have this attribute.*Column\(name='save'\)",
        ),
        ({}, {"_x": "int"}, r"Made\._x: no column"),
        ({}, {"mro": "int"}, r"Made\.mro: no column"),
        ({}, {"x": "Nonesuch"}, r"Made\.x: the annotation names 'Nonesuch'"),
        ({}, {"x": "object"}, r"Made\.x: no SQL type is known for .*object.*Column\(type=\.\.\.\)"),
        ({"x": Column()}, {}, r"Made\.x: a column needs an annotation"),
        (
            {"a": Column(primary_key=True), "b": Column(primary_key=True)},
            {"a": "int", "b": "int"},
            "a and b are primary keys; a model has one",
        ),
        (
            {"a": Column(name="b")},
            {"a": "int", "b": "int"},
            "two attributes stand for the column 'b'",
        ),
        ({"x": []}, {"x": "list"}, "a list as default would be shared"),
        (
            {"Settings": type("Settings", (), {"tablename": "x"})},
            {},
            r"Made\.Settings has no tablename",
        ),
    ],
)
def test_what_cannot_be_a_table_is_refused_by_name(
    body: dict[str, Any], annotations: dict[str, Any], why: str
) -> None:
    with pytest.raises(TypeError, match=why):
        made(body, annotations)


def test_names_that_sql_cannot_hold_are_refused() -> None:
    with pytest.raises(InterfaceError, match="NUL"):
        made({"Settings": type("Settings", (), {"table_name": "a\0b"})}, {})
    with pytest.raises(InterfaceError, match="63"):
        made({"x": Column(name="x" * 64)}, {"x": "int"})
    with pytest.raises(InterfaceError, match="not the name of an SQL type"):
        made({"x": Column(type="int); DROP TABLE users; --")}, {"x": "int"})


def test_an_inherited_column_is_not_redefined_by_accident() -> None:
    with pytest.raises(TypeError, match=r"Admin\.name: a column needs an annotation"):

        class Admin(User):
            name = "root"


def test_one_kind_of_default_is_enough() -> None:
    with pytest.raises(TypeError, match="one of default, default_factory and server_default"):
        Column(default=1, default_factory=int)  # type: ignore[call-overload]
