"""Parameters by name: `:id` in the SQL, where the server knows `$1`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.nested_comment import comment_end

__all__ = ["compile_named", "named", "named_rows"]

#: What of SQL must be told apart to know a parameter from what only looks like one. What is not
#: closed reaches to the end; the server says what is wrong with it. Compiled at first use: that
#: takes longer than the import of most modules.
_LEXEME = r"""
      (?P<skipped>
          --[^\n]*
        | (?<![\w$])[eE]'(?:[^'\\]|\\.|'')*(?:'|\\?\Z)
        | '[^']*(?:'|\Z)
        | "[^"]*(?:"|\Z)
        | (?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$(?s:.*?)(?:\$(?P=tag)\$|\Z)
        | ::
        | :=
      )
    | (?P<comment>/\*)
    | (?P<numbered>(?<![\w$])\$\d+)
    | :(?P<name>[^\W\d]\w*)
    | (?P<word>[\w$]+)
    | (?P<space>\s+)
    | (?P<other>.)
    """


def named(
    sql: str, values: Mapping[str, object] | None = None, /, **more: object
) -> tuple[str, *tuple[object, ...]]:
    """A statement with parameters by name, as any method takes it: `fetch(*named(sql, id=1))`.

    Args:
        sql: The statement, with `:name` for each parameter, as often as it is needed.
        values: The values by name; those of `more` join them.
        more: The same, as keywords.

    Returns:
        The statement with `$1`, `$2` ... in the names' places, and the values in that order.

    Raises:
        InterfaceError: A value is missing or too many, or there is a `$1` beside the names.
    """
    given = {**values, **more} if values else more
    text, names = compile_named(sql)
    return (text, *_row(names, given))


def named_rows(
    sql: str, rows: Iterable[Mapping[str, object]], /
) -> tuple[str, Iterator[tuple[object, ...]]]:
    """A statement with parameters by name for many rows: `executemany(*named_rows(sql, rows))`.

    Args:
        sql: As for `named`.
        rows: A mapping of values by name for each execution.
    """
    text, names = compile_named(sql)
    return text, (_row(names, row) for row in rows)


@lru_cache(maxsize=512)
def compile_named(sql: str) -> tuple[str, tuple[str, ...]]:
    """The statement with numbers for names, and the names in their order.

    Raises:
        InterfaceError: There is a `$1` beside the names.
    """
    token_at = re.compile(_LEXEME, re.VERBOSE | re.DOTALL).match
    numbers: dict[str, int] = {}
    parts: list[str] = []
    numbered = False
    place = brackets = 0
    #: Whether a value stands in front, so that in brackets a colon divides a slice.
    operand = False
    while found := token_at(sql, place):
        text, kind, start = found.group(), found.lastgroup, place
        place = found.end()
        if kind == "comment":
            place = comment_end(sql, place) or len(sql)
            text = sql[start:place]
        elif kind == "name" and not (operand and (brackets or sql[start - 1].isalnum())):
            text = f"${numbers.setdefault(found['name'], len(numbers) + 1)}"
            operand = True
        elif kind == "name" or kind in {"word", "numbered"}:
            numbered |= kind == "numbered"
            operand = True
        elif kind in {"skipped", "tag"}:
            operand = text[0] in "'\"$eE" if text[:2] != "--" else operand
        elif kind == "other":
            brackets = max(brackets + (text == "[") - (text == "]"), 0)
            operand = text in {")", "]"}
        parts.append(text)
    if numbers and numbered:
        raise InterfaceError("parameters have names (:name) or numbers ($1), not both")
    return "".join(parts), tuple(numbers)


def _row(names: tuple[str, ...], values: Mapping[str, object]) -> tuple[object, ...]:
    try:
        row = tuple([values[name] for name in names])
    except KeyError:
        missing = _listed(name for name in names if name not in values)
        raise InterfaceError(f"the statement has no value for {missing}") from None
    if len(values) > len(names):
        unknown = _listed(name for name in values if name not in names)
        known = _listed(names) or "none"
        raise InterfaceError(f"the statement has no parameter {unknown}; it has {known}")
    return row


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f":{name}" for name in names)
