"""One bound in time for many who wait."""

import asyncio
from typing import Any

import pytest

from data_bridge.postgres.deadlines import Deadlines


def late(seconds: float) -> TimeoutError:
    return TimeoutError(f"not within {seconds} s")


def new() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()


async def test_each_has_its_own_time() -> None:
    deadlines = Deadlines(0.2, late)
    began = asyncio.get_running_loop().time()
    first, answered, second = new(), new(), new()
    deadlines.add(first)
    deadlines.add(answered)
    answered.set_result(1)
    await asyncio.sleep(0.1)
    deadlines.add(second)
    with pytest.raises(TimeoutError, match=r"not within 0\.2 s"):
        await first
    assert asyncio.get_running_loop().time() - began >= 0.2
    assert not second.done()
    with pytest.raises(TimeoutError):
        await second
    assert asyncio.get_running_loop().time() - began >= 0.3
    assert first.exception() is not second.exception()
    assert await answered == 1
    # When none waits any more, the next one is bound again.
    third = new()
    deadlines.add(third)
    with pytest.raises(TimeoutError):
        await third


async def test_none_is_bound_without_a_time_or_when_cleared() -> None:
    endless, cleared = Deadlines(None, late), Deadlines(0.01, late)
    futures = [new(), new()]
    endless.add(futures[0])
    cleared.add(futures[1])
    cleared.clear()
    await asyncio.sleep(0.02)
    assert not any(future.done() for future in futures)


async def test_no_more_are_kept_than_wait() -> None:
    deadlines = Deadlines(60, late)
    for _ in range(1000):
        future = new()
        deadlines.add(future)
        future.set_result(None)
    assert len(deadlines._futures) == 1
    deadlines.clear()
