"""What may be said of a statement in public: its text without literals, what it does, on what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["QueryText", "query_text"]

#: What a text longer than this is cut to, in characters.
LONGEST = 8192

#: Literals and comments; and what looks like one and is kept: quoted names. What is never closed
#: reaches to the end.
_TOKEN = re.compile(
    r"""
      (?P<kept> "(?:[^"]|"")*"? )
    | (?P<comment> --[^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<literal>
        \$(?P<tag>(?:[^\W\d]\w*)?)\$ .*? (?:\$(?P=tag)\$|\Z)
      | (?<!\w)[eE]'(?:[^'\\]|''|\\.)*'?
      | (?:(?<!\w)[bBxXnN])?'(?:[^']|'')*'?
      | (?<![\w$])(?:\d[\w.]*(?:(?<=[eE])[+-]\d+)?|\.\d\w*)
      )
    """,
    re.DOTALL | re.VERBOSE,
)
_NAME = r'((?:"[^"]+"|[^\W\d]\w*)(?:\s*\.\s*(?:"[^"]+"|[^\W\d]\w*))*)'
_COLLECTIONS = {
    "SELECT": re.compile(rf"\bFROM\s+(?:ONLY\s+)?{_NAME}(?!\s*[(.\w])?", re.IGNORECASE),
    "INSERT": re.compile(rf"\bINTO\s+{_NAME}", re.IGNORECASE),
    "UPDATE": re.compile(rf"\bUPDATE\s+(?:ONLY\s+)?{_NAME}", re.IGNORECASE),
    "COPY": re.compile(rf"^COPY\s+{_NAME}", re.IGNORECASE),
    "DELETE": re.compile(rf"\bFROM\s+(?:ONLY\s+)?{_NAME}", re.IGNORECASE),
}
#: With one of these a statement reads from more than one place, or from none that has a name.
_SEVERAL = re.compile(
    r"\b(?:JOIN|UNION|INTERSECT|EXCEPT|USING)\b|\bFROM\b.*\bFROM\b", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class QueryText:
    """A statement as others may see it.

    Attributes:
        text: The SQL with `?` in the place of each literal, and without comments.
        operation: Its first word, in capitals; None of several statements.
        collection: The one table that it is about, where that is easily seen.
    """

    text: str
    operation: str | None
    collection: str | None

    @property
    def summary(self) -> str | None:
        """The operation, and on what: a name for all statements like this one."""
        if self.operation is None or self.collection is None:
            return self.operation
        return f"{self.operation} {self.collection}"


def query_text(sql: str) -> QueryText:
    """Look at a statement. That is no parser: what is not clear is left out.

    Args:
        sql: The statement, or several of them.
    """
    return _kept(sql) if len(sql) <= LONGEST else _looked_at(sql)


def _looked_at(sql: str) -> QueryText:
    text = _TOKEN.sub(_replaced, sql).strip()
    one = text.rstrip("; \n\t")
    word = re.match(r"[(\s]*([A-Za-z]+)", one)
    operation = word[1].upper() if word is not None and ";" not in one else None
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}..."
    return QueryText(text, operation, _collection(operation, one))


_kept = lru_cache(512)(_looked_at)


def _replaced(token: re.Match[str]) -> str:
    if token["kept"] is not None:
        return token["kept"]
    return "?" if token["literal"] is not None else " "


def _collection(operation: str | None, text: str) -> str | None:
    pattern = _COLLECTIONS.get(operation or "")
    if pattern is None or (operation != "INSERT" and _SEVERAL.search(text)):
        return None
    found = pattern.search(text)
    if found is None or (re.match(r"\s*(?:\(|,)", text[found.end() :]) and operation == "SELECT"):
        return None
    return found[1]
