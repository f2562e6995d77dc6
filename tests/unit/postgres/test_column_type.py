import datetime as dt
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal, NewType, TypedDict, Union

import pytest

from data_bridge.postgres.column_type import ColumnType, column_type, without_modifier
from data_bridge.postgres.errors import InterfaceError

UserId = NewType("UserId", int)


class Address(TypedDict):
    street: str


@pytest.mark.parametrize(
    ("annotation", "sql"),
    [
        (str, "text"),
        (int, "bigint"),
        (float, "double precision"),
        (bool, "boolean"),
        (bytes, "bytea"),
        (Decimal, "numeric"),
        (dt.datetime, "timestamptz"),
        (dt.date, "date"),
        (dt.time, "time"),
        (dt.timedelta, "interval"),
        (uuid.UUID, "uuid"),
        (dict, "jsonb"),
        (dict[str, Any], "jsonb"),
        (Address, "jsonb"),
        (list, "jsonb"),
        (list[dict[str, int]], "jsonb"),
        (list[Any], "jsonb"),
        (list[int], "bigint[]"),
        (list[str | None], "text[]"),
        (list[list[float]], "double precision[]"),
        (UserId, "bigint"),
        (Annotated[str, "of any length"], "text"),
        (Literal["red", "green"], "text"),
    ],
)
def test_an_annotation_has_an_sql_type(annotation: Any, sql: str) -> None:
    assert column_type(annotation) == ColumnType(sql, nullable=False)
    assert column_type(Union[annotation, None]) == ColumnType(sql, nullable=True)  # noqa: UP007 (for what has no |)


@pytest.mark.parametrize("annotation", [object, int | str, Literal["a", 1], tuple[int, int], set])
def test_what_has_none_says_so(annotation: Any) -> None:
    assert column_type(annotation) == ColumnType(None, nullable=False)


def test_anything_may_be_null() -> None:
    assert column_type(Any) == ColumnType(None, nullable=True)


@pytest.mark.parametrize(
    ("given", "cast"),
    [
        ("integer", "integer"),
        ("numeric(10,2)", "numeric"),
        ("character varying(3)", "character varying"),
        ("timestamp(3) with time zone", "timestamp with time zone"),
        ("varchar(3)[]", "varchar[]"),
        ('app."my ""type"""', 'app."my ""type"""'),
    ],
)
def test_a_cast_has_no_length_that_would_cut_values(given: str, cast: str) -> None:
    assert without_modifier(given) == cast


@pytest.mark.parametrize(
    "given", ["", "text); DROP TABLE users; --", "int; x", "a'b", 'a"b', "int[", "text--", "a.(b)"]
)
def test_a_type_cannot_bring_other_sql(given: str) -> None:
    with pytest.raises(InterfaceError, match="not the name of an SQL type"):
        without_modifier(given)
