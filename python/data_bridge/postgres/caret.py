"""The place in a query that an error is about, shown as psql shows it."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

__all__ = ["pointed"]

#: How much of a long line is shown, in characters: before the place, and in all.
BEFORE = 40
SHOWN = 72


def pointed(query: str | None, position: int | None) -> list[str]:
    """The line of a query with a caret below the place; nothing when there is none to show.

    Args:
        query: The SQL.
        position: Where in it, in characters, from 1.
    """
    if query is None or position is None or not 0 < position <= len(query) + 1:
        return []
    index = position - 1
    start = query.rfind("\n", 0, index) + 1
    end = query.find("\n", index)
    number = query.count("\n", 0, start) + 1
    line = query[start : len(query) if end < 0 else end].rstrip("\r")
    column = index - start
    head = f"LINE {number}: "
    if column > BEFORE and len(line) > SHOWN:
        cut = column - BEFORE
        line, column, head = line[cut:], BEFORE, f"{head}..."
    if len(line) > SHOWN:
        line = f"{line[:SHOWN]}..."
    return [head + line, " " * len(head) + _blank(line[:column]) + "^"]


def _blank(text: str) -> str:
    """As wide as a text, on a terminal."""
    return "".join("\t" if char == "\t" else " " * _width(char) for char in text)


def _width(char: str) -> int:
    if combining(char):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1
