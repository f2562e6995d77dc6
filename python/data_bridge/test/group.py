"""What a benchmark file declares: groups, and their implementations."""

import ast
import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any, TypeVar

from data_bridge.test.parameters import Combination, checked, combinations

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
    setup_round: Callable[..., object] | CodeType | None = None
    teardown_round: Callable[..., object] | CodeType | None = None


class BenchmarkGroup:
    """Implementations of one operation, measured against each other.

    `baseline` names the implementation that the others are compared with; without it the
    baseline is SQLAlchemy, else asyncpg, else psycopg2, else the slowest. `batch` is the number
    of rows that one call handles: the larger it is, the fewer calls are made (see `schedule`). It
    may be the name of a parameter.
    """

    def __init__(self, name: str, baseline: str | None = None, batch: int | str = 1) -> None:
        _check_name("a group", name)
        if "::" in name:
            raise ValueError(f"a group's name is one line of text without '::', not {name!r}")
        if not isinstance(batch, str):
            _check_batch(name, batch)
        self.name = name
        self.baseline = baseline
        self.batch = batch
        self.implementations: dict[str, Implementation] = {}
        self.parameters: dict[str, list[Any]] = {}

    def params(self, **values: Sequence[Any]) -> Callable[[Operation], Operation]:
        """Measure all implementations with each value; with each combination, for several names.

        `rows=[10, 1000]` makes two comparisons, whose implementations, setups, checks and fixtures
        get the value as the argument `rows`. What is returned leaves a function as it is, so that
        this may stand as a decorator above an implementation; there too it is about the whole
        group.

        Raises:
            TypeError: what is given is no list.
            ValueError: it is empty, or other values than the parameter already has.
        """
        for name, given in values.items():
            listed = checked(self.name, name, given)
            if self.parameters.setdefault(name, listed) != listed:
                raise ValueError(f"{self.name!r} has the parameter {name!r} with other values")
        return lambda function: function

    def combinations(self) -> list[Combination]:
        """Every combination of the parameters' values; a single, empty one without parameters."""
        return combinations(self.parameters)

    def batch_of(self, combination: Combination) -> int:
        """The rows that a call handles.

        Raises:
            ValueError: the batch names no parameter, or one whose value is no number of rows.
        """
        if not isinstance(self.batch, str):
            return self.batch
        if self.batch not in combination.values:
            raise ValueError(f"the batch of {self.name!r} is {self.batch!r}, no parameter of it")
        return _check_batch(self.name, combination.values[self.batch])

    def add(
        self,
        name: str,
        setup: Setup | None = None,
        check: Check | None = None,
        setup_round: Setup | None = None,
        teardown_round: Setup | None = None,
    ) -> Callable[[Operation], Operation]:
        """Add the decorated function, sync or async, as the implementation called `name`.

        Its parameters are pytest fixtures and the group's parameters. `setup` runs before every
        call, `check` after it, `setup_round` and `teardown_round` around the calls of a round; all
        may be async, and none is timed. They name fixtures of their own as parameters, the
        check after its first one, which takes what the call returned. A setup or teardown in a
        string, such as `"await fill_table()"`, sees the globals of the function's module and the
        fixtures of the function.

        Raises:
            TypeError: one of the functions is a generator: calling it would run nothing of it.
            ValueError: the name is no line of text, or code in a string is no Python.
        """
        _check_name("an implementation", name)
        for what, function in (
            ("setup", setup),
            ("check", check),
            ("setup_round", setup_round),
            ("teardown_round", teardown_round),
        ):
            _check_function(f"the {what} of {self.name!r}, {name!r}", function)
        prepared = {
            what: _compile(self.name, name, what, source) if isinstance(source, str) else source
            for what, source in (
                ("setup", setup),
                ("setup_round", setup_round),
                ("teardown_round", teardown_round),
            )
        }

        def decorate(function: Operation) -> Operation:
            _check_function(f"{self.name!r}, {name!r}", function)
            if name in self.implementations:
                raise ValueError(f"{self.name!r} has two implementations called {name!r}")
            self.implementations[name] = Implementation(name, function, check=check, **prepared)
            return function

        return decorate

    def __repr__(self) -> str:
        return f"BenchmarkGroup({self.name!r}, {', '.join(self.implementations) or 'empty'})"


# The globals of the module that registered a group, with that group.
_registered: list[tuple[dict[str, Any], BenchmarkGroup]] = []


def register_group(group: BenchmarkGroup) -> None:
    """Let `dbtest` run `group`, as part of the module that calls this.

    Raises ValueError when the module has registered another group of that name, or the group's
    batch is no number of rows.
    """
    for combination in group.combinations():
        group.batch_of(combination)
    namespace = sys._getframe(1).f_globals
    if any(known.name == group.name for known in registered_groups(namespace)):
        raise ValueError(f"{namespace['__name__']} registers two groups called {group.name!r}")
    _registered.append((namespace, group))


def registered_groups(namespace: dict[str, Any]) -> list[BenchmarkGroup]:
    """The groups registered by the module with these globals, in its order."""
    return [group for owner, group in _registered if owner is namespace]


def _check_name(whose: str, name: object) -> None:
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise ValueError(f"{whose}'s name is one line of text, not {name!r}")


def _check_function(what: str, function: object) -> None:
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(
            f"{what}, has a yield: nothing of it would run; a fixture may set up and tear down"
        )


def _check_batch(group: str, batch: Any) -> int:
    if not isinstance(batch, int) or batch < 1:
        raise ValueError(f"the batch of {group!r} is a number of rows from 1 up, not {batch!r}")
    return batch


def _compile(group: str, name: str, what: str, source: str) -> CodeType:
    """Compile a setup given as text; an expression gives its value, so that it can be awaited."""
    label, flags = f"the {what} of {group!r}, {name!r}", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code: CodeType
    try:
        code = compile(source, f"<{label}>", "eval", flags)
    except SyntaxError:
        try:
            code = compile(source, f"<{label}>", "exec", flags)
        except SyntaxError as error:
            raise ValueError(f"{label} is no Python: {error.msg}: {source}") from None
    return code
