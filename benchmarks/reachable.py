"""The part of an adapter's code that one operation uses: what it cannot reach is left out.

A name that occurs in used code counts as a use of whatever has that name in the module, a method if
it is asked for of `self`, `cls` or `super()`. So rather too much is kept than too little.
"""

import ast
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Unit:
    """A piece of a module that is used as a whole or not at all.

    Attributes:
        keys: the names by which it is used; without any it always is.
        names: the names that occur in it.
        code: it, without comments, docstrings and layout.
    """

    keys: frozenset[str]
    names: frozenset[str]
    code: str

    @classmethod
    def of(cls, keys: AbstractSet[str], node: ast.AST) -> "Unit":
        """The unit that a statement is."""
        # Not ast.dump, which differs between versions of Python.
        return cls(frozenset(keys), frozenset(names(node)), ast.unparse(node))


def whole(path: Path) -> str:
    """A module's code without comments, docstrings and layout."""
    return ast.unparse(parsed(path.read_text()))


def reachable(
    path: Path, roots: AbstractSet[str], optional: frozenset[str] = frozenset()
) -> tuple[str, set[str]]:
    """The code of a module that is reachable from some names.

    Args:
        path: the module.
        roots: names of the module, and of methods (see `asked`), that are used.
        optional: classes that have one of these methods are taken apart: those of its methods are
            kept that are used. Of other classes all are.

    Returns:
        The code, and all names that occur in it, with the roots.
    """
    units, used = taken_apart(path.read_text(), optional), set(roots)
    while True:
        kept = [unit for unit in units if not unit.keys or unit.keys & used]
        found = used.union(*(unit.names for unit in kept))
        if found == used:
            return "\n".join(unit.code for unit in kept), used
        used = found


@cache
def taken_apart(text: str, optional: frozenset[str]) -> list[Unit]:
    """The units of a module."""
    return [unit for node in parsed(text).body for unit in units_of(node, optional)]


def units_of(node: ast.stmt, optional: frozenset[str]) -> Iterator[Unit]:
    """The units of a statement of a module."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Unit.of({alias.asname or alias.name.partition(".")[0]}, ast.Import([alias]))
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            one = ast.ImportFrom(node.module, [alias], node.level)
            yield Unit.of({alias.asname or alias.name}, one)
    elif isinstance(node, ast.ClassDef) and optional & {one.name for one in methods(node)}:
        own = methods(node)
        node.body = [one for one in node.body if one not in own] or [ast.Pass()]
        yield Unit.of({node.name}, node)
        for method in own:
            yield Unit.of({asked(method.name)}, method)
    else:
        yield Unit.of(set(defined(node)), node)


def parsed(text: str) -> ast.Module:
    """A module without docstrings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, *FUNCTIONS)):
            node.body = [one for one in node.body if not is_text(one)] or [ast.Pass()]
    return tree


def is_text(node: ast.stmt) -> bool:
    """Whether a statement is a string, as docstrings are."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def methods(node: ast.ClassDef) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The methods of a class."""
    return [one for one in node.body if isinstance(one, FUNCTIONS)]


def defined(node: ast.stmt) -> Iterator[str]:
    """The names that a statement defines; none for one that is executed for what it does."""
    if isinstance(node, (ast.ClassDef, *FUNCTIONS)):
        yield node.name
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    for target in targets:
        yield from (one.id for one in ast.walk(target) if isinstance(one, ast.Name))


def names(root: ast.AST) -> Iterator[str]:
    """All names that occur in code: plain ones, attributes, and methods asked for of oneself."""
    for node in ast.walk(root):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
            if is_own(node.value):
                yield asked(node.attr)


def is_own(node: ast.AST) -> bool:
    """Whether an expression is `self`, `cls` or `super()`."""
    if isinstance(node, ast.Call):
        node = node.func
    return isinstance(node, ast.Name) and node.id in {"self", "cls", "super"}


def asked(method: str) -> str:
    """How a method is noted that is asked for of oneself; `connection.execute` is another thing."""
    return f"self.{method}"
