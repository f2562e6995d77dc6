"""What a benchmark file declares: groups, and their implementations."""

import ast
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType
from typing import Any, TypeVar

Operation = TypeVar("Operation", bound=Callable[..., Any])

# A function, sync or async, whose parameters are fixtures; or code that sees the module's globals.
Setup = Callable[..., object] | str
# Takes what a call returned, then fixtures.
Check = Callable[..., object]


@dataclass(frozen=True)
class Implementation:
    """One framework's way to do what a group measures."""

    name: str
    function: Callable[..., Any]
    setup: Callable[..., object] | CodeType | None = None
    check: Check | None = None


class BenchmarkGroup:
    """Implementations of one operation, measured against each other.

    `baseline` names the implementation that the others are compared with; without it the
    baseline is SQLAlchemy, else asyncpg, else psycopg2, else the slowest. `batch` is the number
    of rows that one call handles: the larger it is, the fewer calls are made (see `schedule`).
    """

    def __init__(self, name: str, baseline: str | None = None, batch: int = 1) -> None:
        if not name.strip() or not name.isprintable() or "::" in name:
            raise ValueError(f"a group's name is one line of text without '::', not {name!r}")
        if batch < 1:
            raise ValueError(f"the batch of {name!r} is a number of rows from 1 up, not {batch!r}")
        self.name = name
        self.baseline = baseline
        self.batch = batch
        self.implementations: dict[str, Implementation] = {}

    def add(
        self, name: str, setup: Setup | None = None, check: Check | None = None
    ) -> Callable[[Operation], Operation]:
        """Add the decorated function, sync or async, as the implementation called `name`.

        Its parameters are pytest fixtures. `setup` runs before every call, `check` after it; both
        may be async, and neither is timed. They name fixtures of their own as parameters, the
        check after its first one, which takes what the call returned. A setup in a string, such
        as `"await fill_table()"`, sees the globals of the function's module and the fixtures of
        the function.
        """
        prepared = _compile(self.name, name, setup) if isinstance(setup, str) else setup

        def decorate(function: Operation) -> Operation:
            if name in self.implementations:
                raise ValueError(f"{self.name!r} has two implementations called {name!r}")
            self.implementations[name] = Implementation(name, function, prepared, check)
            return function

        return decorate

    def __repr__(self) -> str:
        return f"BenchmarkGroup({self.name!r}, {', '.join(self.implementations) or 'empty'})"


# The globals of the module that registered a group, with that group.
_registered: list[tuple[dict[str, Any], BenchmarkGroup]] = []


def register_group(group: BenchmarkGroup) -> None:
    """Let `dbtest` run `group`, as part of the module that calls this.

    Raises ValueError when the module has registered another group of that name.
    """
    namespace = sys._getframe(1).f_globals
    if any(known.name == group.name for known in registered_groups(namespace)):
        raise ValueError(f"{namespace['__name__']} registers two groups called {group.name!r}")
    _registered.append((namespace, group))


def registered_groups(namespace: dict[str, Any]) -> list[BenchmarkGroup]:
    """The groups registered by the module with these globals, in its order."""
    return [group for owner, group in _registered if owner is namespace]


def _compile(group: str, name: str, source: str) -> CodeType:
    """Compile a setup given as text; an expression gives its value, so that it can be awaited."""
    label, flags = f"the setup of {group!r}, {name!r}", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code: CodeType
    try:
        code = compile(source, f"<{label}>", "eval", flags)
    except SyntaxError:
        try:
            code = compile(source, f"<{label}>", "exec", flags)
        except SyntaxError as error:
            raise ValueError(f"{label} is no Python: {error.msg}: {source}") from None
    return code
