# The reads below are the point: their values are not wanted.
# ruff: noqa: B018
"""Reading every value of the rows that a framework found, the way its users read them.

A driver that decodes a value only when it is asked for must do so inside the timed part. Each
function takes whatever the framework returns for rows, and returns nothing.
"""

from collections.abc import Iterable, Sequence
from typing import Any


def read_attributes(rows: Iterable[Any]) -> None:
    """Read all columns as attributes: models, structs."""
    for row in rows:
        row.id
        row.name
        row.email
        row.age
        row.city
        row.score
        row.active


def read_names(rows: Iterable[Any]) -> None:
    """Read all columns by their names: records."""
    for row in rows:
        row["id"]
        row["name"]
        row["email"]
        row["age"]
        row["city"]
        row["score"]
        row["active"]


def read_positions(rows: Iterable[Any]) -> None:
    """Read all columns by position, unpacking them: tuples."""
    for row in rows:
        _id, _name, _email, _age, _city, _score, _active = row


def read_named(rows: Iterable[Any], names: Sequence[str]) -> None:
    """Read columns by these names: records of another query."""
    for row in rows:
        for name in names:
            row[name]


def read_fields(rows: Iterable[Any], names: Sequence[str]) -> None:
    """Read columns as attributes of these names: models and structs of another query."""
    for row in rows:
        for name in names:
            getattr(row, name)


def read_each(rows: Iterable[Iterable[Any]]) -> None:
    """Read all columns in their order: tuples of another query."""
    for row in rows:
        for _value in row:
            pass
