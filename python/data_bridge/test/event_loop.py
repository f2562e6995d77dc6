"""One event loop for a whole run, and async fixtures on it."""

import asyncio
import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from typing import Any

import pytest

from data_bridge.test.measurement import Run

_RUNNER = pytest.StashKey[asyncio.Runner]()


def loop_of(config: pytest.Config) -> Run:
    """What runs a coroutine on this run's loop; the loop is made when it is first needed.

    Connections belong to the loop that opened them, so fixtures, setups and benchmarks share one,
    and one context: what a fixture sets in a context variable, a benchmark sees.
    """
    if _RUNNER not in config.stash:
        runner = asyncio.Runner()
        config.stash[_RUNNER] = runner
        config.add_cleanup(runner.close)
    return config.stash[_RUNNER].run


def in_step(function: Callable[..., Any], run: Run) -> Callable[..., Any]:
    """A fixture function that pytest can call itself, for one that is async."""
    if inspect.isasyncgenfunction(function):

        @functools.wraps(function)
        def generator(**arguments: Any) -> Iterator[Any]:
            values = function(**arguments)
            yield run(_begin(values, function))
            run(_end(values, function))

        return generator

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        def call(**arguments: Any) -> Any:
            coroutine: Coroutine[Any, Any, Any] = function(**arguments)
            return run(coroutine)

        return call

    return function


async def _begin(values: AsyncGenerator[Any, None], function: Callable[..., Any]) -> Any:
    try:
        return await anext(values)
    except StopAsyncIteration:
        raise ValueError(f"{function.__name__} did not yield a value") from None


async def _end(values: AsyncGenerator[Any, None], function: Callable[..., Any]) -> None:
    try:
        await anext(values)
    except StopAsyncIteration:
        return
    await values.aclose()
    pytest.fail(f"fixture function {function.__name__} has more than one 'yield'", pytrace=False)
