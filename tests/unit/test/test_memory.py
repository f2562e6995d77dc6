"""Memory of calls, allocated for real."""

import asyncio
import gc
import sys
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from data_bridge.test import memory
from data_bridge.test.measurement import Call, Run
from data_bridge.test.memory import CALLS, measure_memory
from tests.unit.test.conftest import Dbtest, Sample

MEGABYTE = 1024 * 1024


@pytest.fixture
def run() -> Iterator[Run]:
    # As a race does: else each collection looks at all that the tests have made.
    gc.collect()
    gc.freeze()
    with asyncio.Runner() as runner:
        yield runner.run
    gc.unfreeze()


def call(function: Callable[[], object], setup: Callable[[], object] = lambda: None) -> Call:
    return Call(function, {}, setup, check=lambda _: None)


def test_the_peak_is_that_of_the_call_and_not_what_it_leaves(run: Run) -> None:
    def work() -> int:
        return len(bytes(8 * MEGABYTE))

    found = measure_memory(call(work), run)
    assert 8 * MEGABYTE <= found.python < 9 * MEGABYTE


def test_setups_and_what_was_there_before_do_not_count(run: Run) -> None:
    kept = [bytes(8 * MEGABYTE)]

    def setup() -> None:
        kept.append(bytes(8 * MEGABYTE))

    assert measure_memory(call(lambda: None, setup), run).python < MEGABYTE
    assert len(kept) == 1 + CALLS * (1 if sys.platform != "linux" else 2)


def test_async_calls_are_awaited(run: Run) -> None:
    async def work() -> int:
        held = bytes(8 * MEGABYTE)
        await asyncio.sleep(0)
        return len(held)

    assert measure_memory(call(work), run).python >= 8 * MEGABYTE


def test_tracing_that_somebody_else_began_goes_on(run: Run) -> None:
    assert not tracemalloc.is_tracing()
    measure_memory(call(lambda: None), run)
    assert not tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        held = bytes(8 * MEGABYTE)
        assert measure_memory(call(lambda: None), run).python < MEGABYTE
        assert tracemalloc.is_tracing()
        del held
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux resets the high-water mark")
def test_the_process_grows_by_what_the_call_touches(run: Run) -> None:
    found = measure_memory(call(lambda: len(b"\1" * (32 * MEGABYTE))), run)
    assert found.process is not None
    assert found.process >= 31 * MEGABYTE


def test_no_figure_for_the_process_where_its_mark_cannot_be_reset(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_resident_memory", lambda **_: None)
    assert measure_memory(call(lambda: None), run).process is None


GROUP = """
group = BenchmarkGroup("Fill", batch=20_000)

@group.add("ours")
def ours(): note("call")

@group.add("bad", check=lambda result: note("check"))
def bad():
    import tracemalloc
    if tracemalloc.is_tracing():
        raise ValueError("wrong rows")

register_group(group)
"""


def test_memory_is_measured_when_asked_for_and_after_the_rounds(
    sample: Sample, dbtest: Dbtest
) -> None:
    sample.bench("bench_fill", GROUP)
    result = dbtest()
    assert result.ret == 0
    assert "peak memory" not in result.stdout.str()
    assert sample.notes.count("call") == 10
    result = dbtest("--memory")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "  bad            :   failed     (ValueError: wrong rows; * ms in 3 of 3 rounds)",
            "  peak memory * Python *",
            "  ours * KiB*",
        ]
    )
