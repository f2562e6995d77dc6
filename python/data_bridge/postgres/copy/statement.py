"""The text of COPY commands: identifiers quoted, options checked, values as literals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypedDict

from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.identifier import quote

__all__ = [
    "COLUMNS",
    "CopyInOptions",
    "CopyOutOptions",
    "column_types",
    "copy_in",
    "copy_out",
    "copy_out_query",
    "select",
]

#: The columns that COPY takes and gives when none are named, with their types, by the table's name
#: in SQL. Asks and answers in bytea, so that no codec of the program's own stands in the way.
COLUMNS = """
SELECT pg_catalog.convert_to(string_agg(
    encode(convert_to(attname, 'UTF8'), 'hex') || ' ' || atttypid, E'\\n' ORDER BY attnum
), 'UTF8')
FROM pg_catalog.pg_attribute
WHERE attrelid = pg_catalog.convert_from($1::bytea, 'UTF8')::regclass
AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


def column_types(found: bytes | None) -> list[tuple[str, int]]:
    """The names and types of columns, from the answer to `COLUMNS`."""
    if found is None:
        return []
    parts = (line.split(" ") for line in found.decode().split("\n"))
    return [(bytes.fromhex(name).decode(), int(oid)) for name, oid in parts]


class CopyOutOptions(TypedDict, total=False):
    """Options of COPY TO; what is left out, or None, is as the server has it.

    Attributes:
        format: "text" (the default), "csv" or "binary".
        delimiter: The character between columns.
        null: What stands for NULL.
        header: Whether the columns' names come first.
        quote: The character around values, in CSV.
        escape: The character in front of a quote, in CSV.
        force_quote: Columns whose values are always quoted in CSV; True for all.
        encoding: The encoding of the data, UTF8 unless said.
    """

    format: Literal["text", "csv", "binary"] | None
    delimiter: str | None
    null: str | None
    header: bool | None
    quote: str | None
    escape: str | None
    force_quote: Iterable[str] | Literal[True] | None
    encoding: str | None


class CopyInOptions(TypedDict, total=False):
    """Options of COPY FROM; what is left out, or None, is as the server has it.

    Attributes:
        format: "text" (the default), "csv" or "binary".
        delimiter: The character between columns.
        null: What stands for NULL.
        default: What stands for the column's default (PostgreSQL 16).
        header: Whether the first line is names; "match" if they must be the columns'.
        quote: The character around values, in CSV.
        escape: The character in front of a quote, in CSV.
        force_not_null: Columns where nothing is NULL, in CSV; True for all (PostgreSQL 17).
        force_null: Columns where a quoted `null` is NULL, too, in CSV.
        encoding: The encoding of the data, UTF8 unless said.
        freeze: Whether rows are written as if VACUUM FREEZE had seen them: only into a table that
            this transaction made or emptied.
        on_error: "ignore" leaves out rows whose values cannot be read (PostgreSQL 17).
        reject_limit: How many rows may be left out so (PostgreSQL 18).
        log_verbosity: "verbose" has the server report each of them as a notice.
    """

    format: Literal["text", "csv", "binary"] | None
    delimiter: str | None
    null: str | None
    default: str | None
    header: bool | Literal["match"] | None
    quote: str | None
    escape: str | None
    force_not_null: Iterable[str] | Literal[True] | None
    force_null: Iterable[str] | Literal[True] | None
    encoding: str | None
    freeze: bool | None
    on_error: Literal["stop", "ignore"] | None
    reject_limit: int | None
    log_verbosity: Literal["default", "verbose", "silent"] | None


def copy_in(
    table: str, columns: Iterable[str] | None, where: str | None, options: Mapping[str, Any]
) -> str:
    """COPY into a table, whose name is quoted already.

    Args:
        table: The table's name in SQL.
        columns: The columns' names; None for those that COPY takes by itself.
        where: A condition in SQL, which rows must meet to be stored.
        options: See `CopyInOptions`.

    Raises:
        InterfaceError: An option is unknown, or no value for it.
    """
    written = _options(options, CopyInOptions.__annotations__)
    condition = f" WHERE {where}" if where else ""
    return f"COPY {table}{_column_list(columns)} FROM STDIN{written}{condition}"


def copy_out(table: str, columns: Iterable[str] | None, options: Mapping[str, Any]) -> str:
    """COPY out of a table; see `copy_in`."""
    written = _options(options, CopyOutOptions.__annotations__)
    return f"COPY {table}{_column_list(columns)} TO STDOUT{written}"


def copy_out_query(query: str, options: Mapping[str, Any]) -> str:
    """COPY out of a query, which is complete: its arguments are in it."""
    written = _options(options, CopyOutOptions.__annotations__)
    # On a line of its own, lest the query ends with a comment.
    return f"COPY (\n{query.rstrip().rstrip(';')}\n) TO STDOUT{written}"


def select(table: str, columns: Iterable[str]) -> str:
    """A query whose description tells the types of columns."""
    return f"SELECT {_names('columns', columns)} FROM {table}"


def _column_list(columns: Iterable[str] | None) -> str:
    if columns is None:
        return ""
    return f" ({_names('columns', columns)})"


def _names(what: str, names: object) -> str:
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise InterfaceError(f"{what}: expected the names of columns, not {names!r}")
    listed = list(names)
    if not listed or not all(isinstance(name, str) for name in listed):
        raise InterfaceError(f"{what}: expected the names of columns, not {listed!r}")
    return ", ".join(map(quote, listed))


def _options(options: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    written = []
    for name, value in options.items():
        if name not in known:
            allowed = ", ".join(known)
            raise InterfaceError(f"COPY has no option {name!r} here; its options are {allowed}")
        if value is not None:
            written.append(f"{name.upper()} {_WRITERS[name](name, value)}")
    return f" ({', '.join(written)})" if written else ""


def _choice(*choices: str) -> Callable[[str, Any], str]:
    def write(name: str, value: Any) -> str:
        if value not in choices:
            allowed = " or ".join(map(repr, choices))
            raise InterfaceError(f"{name} is {allowed}, not {value!r}")
        return str(value)

    return write


def _character(name: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) != 1 or not value.isascii():
        raise InterfaceError(f"{name} is one ASCII character, not {value!r}")
    return _text(name, value)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise InterfaceError(f"{name} is a text without NUL, not {value!r}")
    doubled = value.replace("'", "''")
    if "\\" not in doubled:
        return f"'{doubled}'"
    # What a backslash means between plain quotes is a setting of the session.
    escaped = doubled.replace("\\", "\\\\")
    return f"E'{escaped}'"


def _truth(name: str, value: Any) -> str:
    if not isinstance(value, bool):
        raise InterfaceError(f"{name} is True or False, not {value!r}")
    return str(value)


def _header(name: str, value: Any) -> str:
    return "MATCH" if value == "match" else _truth(name, value)


def _count(name: str, value: Any) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InterfaceError(f"{name} is a number of rows, not {value!r}")
    return str(int(value))


def _some(name: str, value: Any) -> str:
    return "*" if value is True else f"({_names(name, value)})"


_WRITERS: dict[str, Callable[[str, Any], str]] = {
    "format": _choice("text", "csv", "binary"),
    "delimiter": _character,
    "null": _text,
    "default": _text,
    "header": _header,
    "quote": _character,
    "escape": _character,
    "force_quote": _some,
    "force_not_null": _some,
    "force_null": _some,
    "encoding": _text,
    "freeze": _truth,
    "on_error": _choice("stop", "ignore"),
    "reject_limit": _count,
    "log_verbosity": _choice("default", "verbose", "silent"),
}
