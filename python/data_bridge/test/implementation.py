"""An implementation as pytest knows it, so that pytest resolves its fixtures as those of a test."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import CodeType
from typing import Any

import pytest
from _pytest.fixtures import FixtureDef, FuncFixtureInfo
from _pytest.scope import Scope

from data_bridge.test.group import Implementation
from data_bridge.test.measurement import Call


class ImplementationNode(pytest.Function):
    """A node below its group's item, with fixtures of its own."""

    implementation: Implementation

    @classmethod
    def of(
        cls, item: pytest.Function, implementation: Implementation, parameters: Mapping[str, Any]
    ) -> "ImplementationNode":
        """The node of an implementation of the group that `item` is, with these parameters."""
        node: ImplementationNode = cls.from_parent(
            item,
            name=implementation.name,
            callobj=implementation.function,
            fixtureinfo=_fixtures(item, implementation, parameters),
        )
        node.implementation = implementation
        return node

    def enter(self) -> None:
        """Set up the fixtures.

        The node goes on pytest's stack, above its group's item: its fixtures are finalized when
        pytest clears the stack after the item.
        """
        refuse_parametrized(self._fixtureinfo)
        self.session._setupstate.stack[self] = ([self.teardown], None)
        self.setup()

    def bind(self) -> Call:
        """The call to measure, with the fixtures that have been set up."""
        function = self.implementation.function
        return Call(
            function,
            self._arguments(function),
            self._bind(self.implementation.setup),
            self._bind_check(),
            self._bind(self.implementation.setup_round),
            self._bind(self.implementation.teardown_round),
        )

    def describe(self, error: BaseException) -> str:
        """What pytest shows of an error: with its traceback, or its list of fixtures."""
        return str(self.repr_failure(pytest.ExceptionInfo.from_exception(error)))

    def _bind(self, setup: Callable[..., object] | CodeType | None) -> Callable[[], object]:
        if setup is None:
            return lambda: None
        if isinstance(setup, CodeType):
            function = inspect.unwrap(self.implementation.function)
            namespace = getattr(function, "__globals__", {})
            # The benchmark file's own code.
            return lambda: eval(setup, namespace, dict(self.funcargs))  # noqa: S307
        arguments = self._arguments(setup)
        return lambda: setup(**arguments)

    def _bind_check(self) -> Callable[[object], object]:
        check = self.implementation.check
        if check is None:
            return lambda _: None
        arguments = {name: self.funcargs[name] for name in _parameters(check)[1:]}
        return lambda result: check(result, **arguments)

    def _arguments(self, function: Callable[..., object]) -> dict[str, object]:
        return {name: self.funcargs[name] for name in _parameters(function)}


# pytest 9.0 asks for the id of the node that a fixture belongs to, later ones for the node itself.
_TAKES_NODE = "node" in inspect.signature(FixtureDef).parameters


def provide(item: pytest.Item, info: FuncFixtureInfo, parameters: Mapping[str, Any]) -> None:
    """Let all who ask for a parameter of the group by its name find its value, as a fixture."""
    home: dict[str, Any] = {"node": item} if _TAKES_NODE else {}
    for name, value in parameters.items():
        info.name2fixturedefs[name] = [
            FixtureDef(
                item.config,
                "",
                name,
                partial(_itself, value),
                Scope.Function,
                None,
                None,
                _ispytest=True,
                **home,
            )
        ]


def refuse_parametrized(info: FuncFixtureInfo) -> None:
    """Fail where a fixture has parameters: which of them was measured, no table could say."""
    for name, definitions in info.name2fixturedefs.items():
        if definitions[-1].params is not None:
            pytest.fail(
                f"fixture {name!r} is parametrized: give the group parameters instead, as in "
                f"group.params({name}=[...])",
                pytrace=False,
            )


def _itself(value: Any) -> Any:
    return value


def _fixtures(
    item: pytest.Function, implementation: Implementation, parameters: Mapping[str, Any]
) -> FuncFixtureInfo:
    """What pytest finds for the parameters of an implementation, its setups and its check.

    pytest keeps one value of a fixture while it is in use, and here several implementations
    use the same one at once. So each gets its own copy of the function-scoped definitions,
    but for those that the group has already set up for all.
    """
    manager = item.session._fixturemanager
    info = manager.getfixtureinfo(item, _with_parameters_of(implementation, parameters), None)
    for name, definitions in info.name2fixturedefs.items():
        if name not in item.fixturenames:
            info.name2fixturedefs[name] = [_own_copy(definition) for definition in definitions]
    provide(item, info, parameters)
    return info


def _with_parameters_of(
    implementation: Implementation, parameters: Iterable[str]
) -> Callable[..., object]:
    # Those of the group are there for code in a string, whoever names them or not.
    names = dict.fromkeys([*_parameters(implementation.function), *parameters])
    for setup in (
        implementation.setup,
        implementation.setup_round,
        implementation.teardown_round,
    ):
        if callable(setup):
            names.update(dict.fromkeys(_parameters(setup)))
    if implementation.check is not None:
        names.update(dict.fromkeys(_parameters(implementation.check)[1:]))

    def all_of_them() -> None:
        """Stand for these functions when pytest looks at the parameters."""

    signature = inspect.Signature(
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names]
    )
    vars(all_of_them)["__signature__"] = signature
    return all_of_them


def _own_copy(definition: FixtureDef[Any]) -> FixtureDef[Any]:
    if definition._scope is not Scope.Function:
        return definition
    copy: FixtureDef[Any] = FixtureDef.__new__(type(definition))
    vars(copy).update(vars(definition), cached_result=None, _finalizers=[])
    return copy


def _parameters(function: Callable[..., object]) -> list[str]:
    """The names of the parameters that fixtures fill: those without a default."""
    return [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    ]
