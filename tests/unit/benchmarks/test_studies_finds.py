"""Finds by tasks and threads, and what is said of their latencies."""

import asyncio
import sys
import threading
import time
from typing import Any

import pytest

from benchmarks import data
from benchmarks.adapters.adapter import Adapter
from benchmarks.measurement import WrongResultError
from benchmarks.operations.basic import spread
from benchmarks.studies import finds, stall
from benchmarks.studies.finds import Finds, by_tasks, by_threads, percentile


class Memory(Adapter):
    """Finds rows without a server."""

    title = "memory"
    package = "none"
    kind = "sync"
    table = "bench_memory"

    def open(self, dsn: str, smallest: int = 0, largest: int = 0) -> None: ...

    def close(self) -> None: ...

    def values(self, row: Any) -> Any:
        return row

    def find_one(self, identifier: int) -> Any:
        return data.stored(identifier)

    def find_one_by_connection(self, identifier: int) -> Any:
        raise NotImplementedError


def test_percentiles_are_values_that_occurred() -> None:
    ordered = list(range(1, 1001))
    found = [percentile(ordered, share) for share in finds.PERCENTILES.values()]
    assert found == [500, 950, 990, 999]
    assert [percentile(ordered[:10], share) for share in (0.5, 0.91, 0.95)] == [5, 10, 10]
    assert percentile([7], 0.999) == percentile([7], 0.5) == 7


@pytest.mark.parametrize(("callers", "calls"), [(1, 5), (3, 10), (10, 3)])
def test_callers_share_all_calls(callers: int, calls: int) -> None:
    shares = finds.shares(callers, calls)
    assert len(shares) == callers
    assert sorted(k for share in shares for k in share) == list(range(calls))


async def test_tasks_ask_at_once_and_each_again_when_it_has_its_answer() -> None:
    under_way: list[int] = []
    most = 0

    async def find(identifier: int) -> Any:
        nonlocal most
        under_way.append(identifier)
        most = max(most, len(under_way))
        await asyncio.sleep(0)
        under_way.remove(identifier)
        return data.stored(identifier)

    found = await by_tasks(find, 4, 20)
    assert most == 4
    assert sorted(k for k, _ in found.found) == list(range(20))
    assert len(found.latencies) == 20
    assert found.wall >= max(found.latencies)
    found.check(Memory())


async def test_errors_are_counted_and_the_load_goes_on() -> None:
    async def find(identifier: int) -> Any:
        if identifier == spread(3):
            raise OSError("gone")
        return data.stored(identifier)

    found = await by_tasks(find, 2, 10)
    found.check(Memory())
    metrics = found.metrics()
    assert metrics["errors"] == 1
    assert metrics["throughput"] == pytest.approx(9 / (found.wall / 1e9))
    assert set(metrics) == set(finds.UNITS)


def test_threads_ask_each_with_its_own_function() -> None:
    everybody = threading.Barrier(3)
    used: list[int] = []

    def finder(number: int) -> Any:
        def find(identifier: int) -> Any:
            if number not in used:
                used.append(number)
                # Passed only if all three are under way at once.
                everybody.wait(timeout=10)
            if identifier == spread(4):
                raise OSError("gone")
            return data.stored(identifier)

        return find

    found = by_threads([finder(number) for number in range(3)], 9)
    assert sorted(used) == [0, 1, 2]
    assert len(found.errors) == 1
    assert sorted(k for k, _ in found.found) == [0, 1, 2, 3, 5, 6, 7, 8]
    found.check(Memory())


def test_a_wrong_row_is_noticed() -> None:
    with pytest.raises(WrongResultError, match="call 2 returned"):
        Finds(1, [1, 1], [(1, data.stored(spread(1))), (2, data.stored(1))]).check(Memory())
    with pytest.raises(WrongResultError, match="call 1 returned None"):
        Finds(1, [1], [(1, None)]).check(Memory())


def test_a_load_without_any_answer_is_none() -> None:
    with pytest.raises(WrongResultError, match="all 2 calls failed: OSError: gone"):
        Finds(errors=[OSError("gone"), OSError("gone")]).check(Memory())


def test_a_pool_is_preferred_to_a_connection() -> None:
    assert finds.pooled(Memory())(7) == data.stored(7)


async def test_a_call_that_keeps_the_loop_is_seen_as_late() -> None:
    async def keeps_the_loop() -> str:
        time.sleep(0.03)  # noqa: ASYNC251 - what is to be seen
        return "rows"

    late, wall, found = await stall.beside_ticks(keeps_the_loop)
    assert found == "rows"
    assert max(late) >= 0.025
    assert wall >= 0.03


async def test_ticks_end_with_the_call_even_if_it_fails() -> None:
    async def fails() -> None:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await stall.beside_ticks(fails)
    assert len(asyncio.all_tasks()) == 1


def test_rows_are_left_unread_only_meanwhile() -> None:
    module = sys.modules[__name__]
    read: list[str] = []
    module.read_names = read.append  # type: ignore[attr-defined]
    with stall.unread(Memory()):
        module.read_names("x")
    module.read_names("y")
    assert read == ["y"]
