"""Arguments of a query that is copied: COPY itself takes none.

The server says what types they have, makes literals of them with its own quoting, and these stand
in the query in the place of `$1`, `$2` ... Where those are is told by PostgreSQL's own rules of
what is a string, an identifier or a comment: what merely looks like one is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.nested_comment import comment_end

__all__ = ["TYPE_NAMES", "check_count", "check_strings", "literals", "substitute"]

#: The names of types, in SQL, by their object identifiers, and how strings are read. With a
#: modifier of -1 a `bpchar` is one of any length, not of one character.
TYPE_NAMES = (
    "SELECT array_agg(pg_catalog.format_type(number::oid, -1) ORDER BY n), "
    "current_setting('standard_conforming_strings') "
    "FROM unnest($1::int8[]) WITH ORDINALITY AS given(number, n)"
)

# What PostgreSQL reads as one token, as far as it can hold or hide a parameter. Compiled at first
# use: that takes longer than the import of most modules.
_BREAK = r"(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*"
_ESCAPED = r"'(?:[^'\\]|\\.|'')*+'"
_LEXEME = rf"""
      (?P<comment>--[^\n\r]*)
    | (?P<block>/\*)
    | [eE]{_ESCAPED}(?:{_BREAK}{_ESCAPED})*
    | (?:[uU]&)?'(?:[^']|'')*+'
    | (?:[uU]&)?"(?:[^"]|"")*+"
    | \$(?P<tag>(?:[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*)?)\$.*?\$(?P=tag)\$
    | (?P<open>(?:[eE]?'|(?:[uU]&)?['"])|\$[A-Za-z_\x80-\U0010ffff$])
    | [A-Za-z_\x80-\U0010ffff][A-Za-z0-9_$\x80-\U0010ffff]*
    | \$(?P<number>[0-9]+)
    | .
    """


def check_count(expected: int, given: int) -> None:
    """Refuse another number of arguments than the query takes.

    Raises:
        InterfaceError: It is another one.
    """
    if expected != given:
        s = "" if expected == 1 else "s"
        raise InterfaceError(f"the query takes {expected} argument{s}, and {given} were given")


def check_strings(standard: str) -> None:
    """Refuse a session where a backslash ends no string as it seems to.

    Raises:
        InterfaceError: `standard_conforming_strings` is not on.
    """
    if standard != "on":
        raise InterfaceError(
            "a query with arguments is copied only while standard_conforming_strings is on"
        )


def literals(types: Iterable[str]) -> str:
    """A query that gives each of its arguments as a literal, quoted by the server.

    Args:
        types: The arguments' types, as SQL names them.
    """
    quoted = (f"pg_catalog.quote_nullable(${i}::{name}::text)" for i, name in enumerate(types, 1))
    return f"SELECT {', '.join(quoted)}"


def substitute(query: str, types: Sequence[str], values: Sequence[str]) -> str:
    """Put literals in the place of a query's parameters.

    Args:
        query: The query, with `$1`, `$2` ...
        types: The parameters' types, as SQL names them.
        values: The literals, as `literals` gave them.

    Raises:
        InterfaceError: A string or comment does not end, or the parameters are not all found.
    """
    found = set()
    parts = []
    for text, number in _tokens(query):
        if number is None:
            parts.append(text)
            continue
        if not 1 <= number <= len(values):
            raise InterfaceError(f"the query has no parameter ${number}")
        found.add(number)
        parts.append(f"({values[number - 1]}::{types[number - 1]})")
    if len(found) != len(values):
        raise InterfaceError("not every argument has its $n in the query")
    return "".join(parts)


def _tokens(query: str) -> Iterator[tuple[str, int | None]]:
    """The query in pieces, each with the number of the parameter that it is, if it is one."""
    token_at = re.compile(_LEXEME, re.VERBOSE | re.DOTALL).match
    position = 0
    while position < len(query):
        token = token_at(query, position)
        if token is None:
            raise InterfaceError(f"the query cannot be read at {position + 1}")
        end = token.end()
        if token["open"]:
            raise InterfaceError(f"the query has a quote that does not end, at {position + 1}")
        if token["block"]:
            found = comment_end(query, end)
            if found is None:
                raise InterfaceError("the query has a comment that does not end")
            end = found
        number = token["number"]
        yield query[position:end], None if number is None else int(number)
        position = end
