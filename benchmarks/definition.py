"""What defines a benchmark: change it, and its earlier results are not comparable any more.

asv takes a benchmark's own source for its definition, and here that says nothing. This takes the
operation's data and, from every adapter, all that the operation may use: the module without the
methods of other operations. Comments, docstrings and layout do not count. Nothing is imported, so
that the frameworks need not be there.
"""

import ast
import hashlib
from collections.abc import Sequence
from pathlib import Path

from benchmarks.frameworks import FOLDER, PARTS
from benchmarks.measurement import METHOD
from benchmarks.operations import OPERATIONS, Operation


def version(
    operations: Sequence[Operation], frameworks: Sequence[str], folder: Path = FOLDER
) -> str:
    """A digest of all that defines the results of operations by frameworks.

    A framework that is not among them may come and go: results of the others stay what they are.
    """
    modules = [*frameworks, *sorted(PARTS)]
    parts = []
    for operation in operations:
        parts += [
            f"{METHOD} {operation.name} {operation.calls} {operation.changes}",
            repr([(operation.arguments(k), operation.expected(k)) for k in (0, 1)]),
        ]
        parts += [relevant(folder / f"{name}.py", operation.method) for name in modules]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def relevant(path: Path, method: str) -> str:
    """The code of an adapter's module that an operation's method may use."""
    others = {operation.method for operation in OPERATIONS} - {method}
    tree = OtherMethodsRemoved(others).visit(ast.parse(path.read_text()))
    # Not ast.dump, which differs between versions of Python.
    return ast.unparse(tree)


class OtherMethodsRemoved(ast.NodeTransformer):
    """Takes the methods of other operations, and all docstrings, out of a module."""

    def __init__(self, others: set[str]) -> None:
        self.others = others

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        """A function, if it is not one of another operation."""
        return None if self.is_other(node.name) else self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST | None:
        """A coroutine function, as above."""
        return None if self.is_other(node.name) else self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """A statement that is an expression, if it is no docstring."""
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return None
        return self.generic_visit(node)

    def is_other(self, name: str) -> bool:
        """Whether a function does or prepares another operation."""
        base = name.removeprefix("prepare_").partition("_by_")[0]
        return base in self.others
