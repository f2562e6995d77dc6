"""Notices and warnings of the server: what it has to say though nothing has failed."""

from __future__ import annotations

import logging
from dataclasses import dataclass

__all__ = ["Notice", "log"]

_LOGGER = logging.getLogger("data_bridge.postgres")
_LEVELS = {"WARNING": logging.WARNING, "DEBUG": logging.DEBUG}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice, with the fields of an error.

    Attributes:
        severity: `WARNING`, `NOTICE`, `INFO`, `LOG` or `DEBUG`, in English always.
        message: What it says.
        sqlstate: Its code: 01 and 00 are the classes of what is no error.
        detail: More about it.
        hint: What might help.
        position: Where in the statement, in characters, from 1.
        context: The call stack of the server's functions.
        schema: The schema that it is about, where it is about one; and so the others.
        table: The table.
        column: The column.
        data_type: The data type.
        constraint: The constraint.
    """

    severity: str
    message: str
    sqlstate: str = ""
    detail: str | None = None
    hint: str | None = None
    position: int | None = None
    query: str | None = None
    internal_position: int | None = None
    internal_query: str | None = None
    context: str | None = None
    schema: str | None = None
    table: str | None = None
    column: str | None = None
    data_type: str | None = None
    constraint: str | None = None

    def __str__(self) -> str:
        return f"{self.severity}: {self.message}"


def log(notice: Notice) -> None:
    """Log a notice that nobody else takes, by the logger `data_bridge.postgres`."""
    level = _LEVELS.get(notice.severity[:7].rstrip("12345"), logging.INFO)
    _LOGGER.log(level, "%s (%s)", notice, notice.sqlstate)
