"""`-k`: which groups to run, by name."""

import re
from collections.abc import Callable, Collection

import pytest
from _pytest.mark.expression import Expression


def selector(text: str, names: Collection[str]) -> Callable[[Collection[str], str], bool]:
    """Compile an expression into a test of a group's names and its file's name.

    A group has its own name, and the title that says its parameters' values.

    As pytest's own: words are parts of names, joined by `and`, `or`, `not` and parentheses; here
    they may contain spaces. Words that are the whole name of one of the `names` mean that group
    alone, so that "Bulk Insert 1000" does not also mean "Bulk Insert 10000". Raises
    pytest.UsageError for what is no expression.
    """
    known = {name.casefold() for name in names}
    phrases: list[str] = []
    if text.strip().casefold() in known:
        phrases.append(text.strip().casefold())
        source = "p0"
    else:
        parts = []
        for part in re.split(r"(\band\b|\bor\b|\bnot\b|[()])", text):
            word = part.strip()
            if word and word not in ("and", "or", "not", "(", ")"):
                parts.append(f"p{len(phrases)}")
                phrases.append(word.casefold())
            else:
                parts.append(word)
        source = " ".join(parts)
    try:
        expression = Expression.compile(source)
    except SyntaxError as error:
        raise pytest.UsageError(f"Wrong expression passed to '-k': {text}: {error.msg}") from None

    def selected(group: Collection[str], file: str) -> bool:
        own = [name.casefold() for name in group]

        def matches(phrase: str, /, **_: object) -> bool:
            word = phrases[int(phrase[1:])]
            if word in known:
                return word in own
            return any(word in name for name in (*own, file.casefold()))

        return expression.evaluate(matches)

    return selected
