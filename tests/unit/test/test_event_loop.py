import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any

import pytest

from data_bridge.test.event_loop import in_step
from data_bridge.test.measurement import Run


@pytest.fixture
def run() -> Iterator[Run]:
    with asyncio.Runner() as runner:
        yield runner.run


def never(coroutine: Coroutine[Any, Any, Any]) -> None:
    coroutine.close()
    raise AssertionError("nothing is async here")


def test_a_coroutine_function_gives_its_value(run: Run) -> None:
    async def fixture(number: int) -> int:
        await asyncio.sleep(0)
        return number

    assert in_step(fixture, run)(number=3) == 3


def test_an_async_generator_becomes_a_generator(run: Run) -> None:
    happened = []

    async def fixture() -> AsyncIterator[str]:
        happened.append("begin")
        yield "value"
        await asyncio.sleep(0)
        happened.append("end")

    values = in_step(fixture, run)()
    assert list(values) == ["value"]
    assert happened == ["begin", "end"]


def test_a_sync_function_stays_as_it_is() -> None:
    def fixture() -> None:
        pass

    assert in_step(fixture, never) is fixture


def test_a_generator_that_yields_nothing_or_twice_is_refused(run: Run) -> None:
    async def nothing() -> AsyncIterator[int]:
        if run is None:
            yield 1

    async def twice() -> AsyncIterator[int]:
        yield 1
        yield 2

    with pytest.raises(ValueError, match="nothing did not yield a value"):
        next(in_step(nothing, run)())
    values = in_step(twice, run)()
    next(values)
    with pytest.raises(pytest.fail.Exception, match="twice has more than one 'yield'"):
        next(values)
