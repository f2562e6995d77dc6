"""Names of tables and columns, written so that SQL can read nothing else into them."""

from data_bridge.postgres.errors import InterfaceError

# PostgreSQL cuts longer names silently, so that two of them could come to mean the same column.
MAX_BYTES = 63


def quote(name: str) -> str:
    """Write `name` as a quoted identifier: surrounded by double quotes, its own doubled.

    Raises:
        InterfaceError: the name is empty, holds a NUL, or is longer than 63 bytes in UTF-8.
    """
    if not name:
        raise InterfaceError("a name in SQL cannot be empty")
    if "\0" in name:
        raise InterfaceError(f"a name in SQL cannot hold a NUL: {name!r}")
    if len(name.encode()) > MAX_BYTES:
        raise InterfaceError(f"a name in SQL has at most {MAX_BYTES} bytes: {name!r}")
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def qualify(schema: str | None, table: str) -> str:
    """Write a table's name, behind its schema's if it has one.

    Raises:
        InterfaceError: one of the names is none; see `quote`.
    """
    return quote(table) if schema is None else f"{quote(schema)}.{quote(table)}"
