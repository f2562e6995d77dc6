"""Names of tables and columns, written so that SQL can read nothing else into them."""

from data_bridge.postgres.errors import InterfaceError

__all__ = ["qualify", "quote", "quote_identifier"]

# PostgreSQL cuts longer names silently, so that two of them could come to mean the same column.
MAX_BYTES = 63


def quote(name: str) -> str:
    """Write `name` as a quoted identifier: surrounded by double quotes, its own doubled.

    Raises:
        InterfaceError: the name is empty, holds a NUL or half a surrogate pair, or is longer than
            63 bytes in UTF-8; or it is no str.
    """
    if not isinstance(name, str):
        raise InterfaceError(f"a name in SQL is a str, not {type(name).__name__}")
    if not name:
        raise InterfaceError("a name in SQL cannot be empty")
    if "\0" in name:
        raise InterfaceError(f"a name in SQL cannot hold a NUL: {name!r}")
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise InterfaceError(f"a name in SQL cannot hold half a surrogate pair: {name!r}") from None
    if size > MAX_BYTES:
        raise InterfaceError(f"a name in SQL has at most {MAX_BYTES} bytes: {name!r}")
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def quote_identifier(name: str, *names: str) -> str:
    """Write a name for SQL: in double quotes, its own doubled, so that nothing else is read.

    Args:
        name: Of a table, a column, a schema, a type ... as the server has it: the case counts.
        names: What is in it: `quote_identifier("app", "user")` is `"app"."user"`.

    Raises:
        InterfaceError: A name is no str, is empty, holds what no name can, or is longer than 63
            bytes in UTF-8, beyond which the server would cut it.
    """
    return ".".join(map(quote, (name, *names)))


def qualify(schema: str | None, table: str) -> str:
    """Write a table's name, behind its schema's if it has one.

    Raises:
        InterfaceError: one of the names is none; see `quote`.
    """
    return quote(table) if schema is None else f"{quote(schema)}.{quote(table)}"
