"""Comments of SQL between `/*` and `*/`, which PostgreSQL lets nest."""

from __future__ import annotations

import re

__all__ = ["comment_end"]

_BOUND = re.compile(r"/\*|\*/")


def comment_end(sql: str, position: int) -> int | None:
    """Where a comment ends whose `/*` ends at a position; None when it does not."""
    depth = 1
    while depth:
        bound = _BOUND.search(sql, position)
        if bound is None:
            return None
        depth += 1 if bound[0] == "/*" else -1
        position = bound.end()
    return position
