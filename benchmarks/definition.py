"""What defines a benchmark: change it, and its earlier results are not comparable any more.

asv takes a benchmark's own source for its definition, and here that says nothing. This takes the
operation's data, the tables that it shares and, from every adapter, all that the operation may use.
Comments, docstrings and layout do not count. Nothing is imported, so that the frameworks need not
be there.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from benchmarks.adapters.adapter import Adapter
from benchmarks.frameworks import FOLDER, PARTS
from benchmarks.measurement import METHOD
from benchmarks.operations import OPERATIONS, Operation
from benchmarks.reachable import asked, reachable, taken_apart, whole
from benchmarks.shared_tables import SharedTable

METHODS = frozenset(operation.method for operation in OPERATIONS)
# What every operation's round may use of an adapter.
ALWAYS = {"ADAPTER", *map(asked, vars(Adapter))}


def version(
    operations: Sequence[Operation], frameworks: Sequence[str], folder: Path = FOLDER
) -> str:
    """A digest of all that defines the results of operations by frameworks.

    A framework that is not among them may come and go: results of the others stay what they are.
    """
    parts = []
    for operation in operations:
        needs = [*operation.needs, *filter(None, [operation.fills])]
        parts += [
            f"{METHOD} {operation.name} {operation.calls} {operation.changes}",
            f"{operation.reference} {[table_digest(table) for table in needs]}",
            repr([(operation.arguments(k), operation.expected(k)) for k in (0, 1)]),
            *code(operation, frameworks, folder),
        ]
    return digest(*parts)


def code(operation: Operation, frameworks: Sequence[str], folder: Path) -> Iterator[str]:
    """The code of adapters, and of what they have in common, that an operation may use."""
    used = {"Adapter"}
    for name in frameworks:
        path = folder / f"{name}.py"
        known = {key for unit in taken_apart(path.read_text(), METHODS) for key in unit.keys}
        own = {key for key in known if does(key, operation.method)}
        text, found = reachable(path, ALWAYS | own, METHODS)
        used |= found
        yield text
    for name in sorted(PARTS):
        yield reachable(folder / f"{name}.py", used)[0]


def does(key: str, method: str) -> bool:
    """Whether a function does or prepares an operation, in whatever way."""
    return key.removeprefix(asked("")).removeprefix("prepare_").partition("_by_")[0] == method


@cache
def table_digest(table: SharedTable) -> str:
    """The digest of a shared table, which is made once."""
    return table.digest()


def of_modules(paths: Iterable[Path]) -> str:
    """A digest of the code of modules that measure in a way of their own."""
    return digest(*(whole(path) for path in sorted(paths)))


def digest(*parts: str) -> str:
    """A short name for texts; other texts have another."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
