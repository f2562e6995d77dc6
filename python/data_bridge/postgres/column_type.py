"""From a Python annotation to the SQL type of a column."""

import datetime as dt
import re
import types
import typing
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, NewType, Union

from data_bridge.postgres.errors import InterfaceError

# A naive datetime belongs to a column of type timestamp: Column(type="timestamp") says so.
SCALARS: Mapping[type, str] = types.MappingProxyType(
    {
        bool: "boolean",
        bytes: "bytea",
        dt.date: "date",
        dt.datetime: "timestamptz",
        dt.time: "time",
        dt.timedelta: "interval",
        Decimal: "numeric",
        dict: "jsonb",
        float: "double precision",
        int: "bigint",
        list: "jsonb",
        str: "text",
        uuid.UUID: "uuid",
    }
)

# Words or quoted names, perhaps behind a schema, then a modifier and array brackets.
_SQL_TYPE = re.compile(
    r'(?P<name>(?:\w+|"(?:[^"\0]|"")+")(?:[ .](?:\w+|"(?:[^"\0]|"")+"))*)'
    r"(?P<modifier>\(\d+(?:, ?-?\d+)?\))?(?P<rest>(?: \w+)*)(?P<array>(?:\[\])*)"
)


class ColumnType(NamedTuple):
    """What an annotation says: the SQL type, where one is known, and whether there may be NULL."""

    sql: str | None
    nullable: bool


def column_type(annotation: Any) -> ColumnType:
    """Find the SQL type for an annotation whose names are resolved."""
    annotation = _unwrap(annotation)
    origin = typing.get_origin(annotation)
    if origin is Union or origin is types.UnionType:
        members = [m for m in typing.get_args(annotation) if m is not types.NoneType]
        nullable = len(members) < len(typing.get_args(annotation))
        if len(members) != 1:
            return ColumnType(None, nullable)
        inner = column_type(members[0])
        return ColumnType(inner.sql, nullable or inner.nullable)
    if annotation is Any:
        return ColumnType(None, nullable=True)
    return ColumnType(_sql_type(annotation, origin), nullable=False)


def without_modifier(sql: str) -> str:
    """Write a type as a cast needs it: without length or precision.

    An explicit cast to varchar(3) would cut a longer value silently where an assignment refuses it.

    Raises:
        InterfaceError: `sql` is not the name of a type.
    """
    match = _SQL_TYPE.fullmatch(sql)
    if match is None:
        raise InterfaceError(f"not the name of an SQL type: {sql!r}")
    return f"{match['name']}{match['rest']}{match['array']}"


def _unwrap(annotation: Any) -> Any:
    while True:
        if typing.get_origin(annotation) is Annotated:
            annotation = typing.get_args(annotation)[0]
        elif isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        elif hasattr(annotation, "__value__"):  # type Name = ..., from Python 3.12
            annotation = annotation.__value__
        else:
            return annotation


def _sql_type(annotation: Any, origin: Any) -> str | None:
    if origin is Literal:
        kinds = {type(value) for value in typing.get_args(annotation)}
        return SCALARS.get(kinds.pop()) if len(kinds) == 1 else None
    if origin is dict or typing.is_typeddict(annotation):
        return "jsonb"
    if origin is list:
        element = column_type(typing.get_args(annotation)[0]).sql
        if element is None or element == "jsonb":  # a JSON document that is a list
            return "jsonb"
        return element if element.endswith("[]") else f"{element}[]"
    return SCALARS.get(annotation) if isinstance(annotation, type) else None
