"""From a class body to the columns of a model."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from data_bridge.postgres.annotation import resolve
from data_bridge.postgres.column import MISSING, ColumnDefinition, ColumnOptions
from data_bridge.postgres.column_type import column_type, without_modifier
from data_bridge.postgres.identifier import quote

if TYPE_CHECKING:
    from data_bridge.postgres.definition import Definition

_IMPLIED_KEY = ColumnDefinition(
    "id", "id", "bigint", nullable=True, options=ColumnOptions(primary_key=True, default=None)
)
_SETTINGS = {"table_name", "schema"}


class Declaration(NamedTuple):
    """What a class body says. Inherited columns come first; `slots` are those it adds."""

    table_name: str
    schema: str | None
    columns: tuple[ColumnDefinition, ...]
    slots: tuple[str, ...]


def declare(
    name: str,
    inherited: "Definition | None",
    namespace: Mapping[str, Any],
    reserved: Collection[str],
) -> Declaration:
    """Read a class body.

    Args:
        name: the class's name.
        inherited: what the model knows from which this one derives.
        namespace: what the class body left behind.
        reserved: attributes that every model has, so that no column can.

    Raises:
        TypeError: this cannot be a table; the message names class and attribute.
    """
    columns = {} if inherited is None else {c.attribute: c for c in inherited.columns}
    known = set(columns)
    declared = dict(resolve(name, namespace))
    for attribute, value in namespace.items():
        if attribute not in declared and (attribute in known or isinstance(value, ColumnOptions)):
            raise TypeError(f"{name}.{attribute}: a column needs an annotation")
    for attribute, annotation in declared.items():
        if attribute in reserved or attribute.startswith("_") or not attribute.isidentifier():
            raise TypeError(
                f"{name}.{attribute}: no column can have this attribute;"
                f" choose another and give it Column(name={attribute!r})"
            )
        given = namespace.get(attribute, MISSING)
        options = given if isinstance(given, ColumnOptions) else ColumnOptions(default=given)
        columns[attribute] = _column(name, attribute, annotation, options)
    columns = _with_key(name, columns)
    names = [column.name for column in columns.values()]
    for column in names:
        if names.count(column) > 1:
            raise TypeError(f"{name}: two attributes stand for the column {column!r}")
    slots = tuple(attribute for attribute in columns if attribute not in known)
    return Declaration(*_table(name, inherited, namespace), tuple(columns.values()), slots)


def _column(
    model: str, attribute: str, annotation: Any, options: ColumnOptions
) -> ColumnDefinition:
    known = column_type(annotation)
    sql = options.type or known.sql
    if sql is None:
        raise TypeError(
            f"{model}.{attribute}: no SQL type is known for {annotation}; name it: Column(type=...)"
        )
    without_modifier(sql)
    quote(name := options.name or attribute)
    return ColumnDefinition(attribute, name, sql, known.nullable, options)


def _with_key(model: str, columns: dict[str, ColumnDefinition]) -> dict[str, ColumnDefinition]:
    """See to it that one column is the primary key."""
    keys = [c.attribute for c in columns.values() if c.options.primary_key]
    if len(keys) > 1:
        raise TypeError(f"{model}: {' and '.join(keys)} are primary keys; a model has one")
    if keys:
        return columns
    if "id" in columns:
        column = columns["id"]
        key = replace(column, options=replace(column.options, primary_key=True))
        return columns | {"id": key}
    return {"id": _IMPLIED_KEY, **columns}


def _table(
    model: str, inherited: "Definition | None", namespace: Mapping[str, Any]
) -> tuple[str, str | None]:
    settings = namespace.get("Settings")
    unknown = {key for key in vars(settings or object) if not key.startswith("_")} - _SETTINGS
    if settings is not None and unknown:
        raise TypeError(f"{model}.Settings has no {min(unknown)}; it has table_name and schema")
    table_name = getattr(settings, "table_name", None) or _snake_case(model)
    schema = getattr(settings, "schema", None if inherited is None else inherited.schema)
    quote(table_name)
    if schema is not None:
        quote(schema)
    return table_name, schema


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
