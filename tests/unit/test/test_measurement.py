import asyncio
import gc
from collections.abc import Iterator

import pytest

from data_bridge.test import measurement
from data_bridge.test.measurement import Call, Measurement, Run


@pytest.fixture
def run() -> Iterator[Run]:
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What happens, in order, the reading of the clock included."""
    happened: list[str] = []

    def clock() -> int:
        happened.append("clock")
        return len(happened)

    monkeypatch.setattr(measurement, "clock", clock)
    return happened


def nothing() -> None:
    pass


def test_setup_and_check_are_outside_the_timing(calls: list[str], run: Run) -> None:
    def work(value: int) -> int:
        calls.append("work")
        return value

    call = Call(
        work,
        {"value": 7},
        setup=lambda: calls.append("setup"),
        check=lambda result: calls.append(f"check {result}"),
    )
    assert call.measure(2, run) == [2, 2]
    assert calls == ["setup", "clock", "work", "clock", "check 7"] * 2


def test_async_calls_are_awaited_and_so_are_their_setup_and_check(
    calls: list[str], run: Run
) -> None:
    async def step(word: str) -> str:
        await asyncio.sleep(0)
        calls.append(word)
        return word

    async def work() -> str:
        return await step("work")

    call = Call(work, {}, setup=lambda: step("setup"), check=lambda result: step(f"check {result}"))
    call.measure(2, run)
    assert calls == ["setup", "clock", "work", "clock", "check work"] * 2


def test_a_sync_call_may_have_an_async_setup(calls: list[str], run: Run) -> None:
    async def setup() -> None:
        calls.append("setup")

    Call(lambda: calls.append("work"), {}, setup, check=lambda _: None).measure(1, run)
    assert calls == ["setup", "clock", "work", "clock"]


def test_all_calls_of_a_round_share_one_coroutine() -> None:
    entered = []

    async def work() -> None:
        await asyncio.sleep(0)

    with asyncio.Runner() as runner:

        def run(coroutine: object) -> object:
            entered.append(coroutine)
            return runner.run(coroutine)  # type: ignore[arg-type] # a coroutine, as Run says

        Call(work, {}, nothing, lambda _: None).measure(20, run)
    assert len(entered) == 1


def test_an_object_whose_call_is_async_is_awaited(run: Run) -> None:
    done = []

    class Work:
        async def __call__(self) -> None:
            done.append(True)

    Call(Work(), {}, nothing, lambda _: None).measure(3, run)
    assert done == [True] * 3


def test_a_coroutine_that_nobody_awaits_is_no_result(run: Run) -> None:
    async def work() -> None:
        pass

    with pytest.raises(TypeError, match="await it there, in an async def"):
        Call(lambda *_: work(), {}, nothing, lambda _: None).measure(1, run)


def test_a_future_that_nobody_awaits_is_no_result(run: Run) -> None:
    futures: list[asyncio.Future[int]] = []

    def begin() -> asyncio.Future[int]:
        futures.append(asyncio.Future(loop=loop))
        return futures[-1]

    async def begin_only() -> asyncio.Future[int]:
        return begin()

    async def running() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    loop = run(running())
    for function in (begin, begin_only):
        with pytest.raises(TypeError, match="await it there, in an async def"):
            Call(function, {}, nothing, lambda _: None).measure(1, run)
    assert [future.cancelled() for future in futures] == [True, True]


def test_a_result_that_could_be_awaited_is_one(run: Run) -> None:
    class Pool:
        def __await__(self) -> Iterator[None]:
            yield

    assert len(Call(Pool, {}, nothing, lambda _: None).measure(2, run)) == 2


def test_a_round_is_set_up_and_torn_down_outside_the_timing(calls: list[str], run: Run) -> None:
    async def end() -> None:
        calls.append("end")

    call = Call(
        lambda: calls.append("work"),
        {},
        nothing,
        check=lambda _: None,
        setup_round=lambda: calls.append("begin"),
        teardown_round=end,
    )
    call.measure(2, run)
    assert calls == ["begin", *["clock", "work", "clock"] * 2, "end"]


def test_a_round_that_fails_is_torn_down_and_its_own_error_goes_first(run: Run) -> None:
    happened = []

    def fail() -> None:
        raise ValueError("wrong rows")

    def end() -> None:
        happened.append("end")
        raise RuntimeError("still in use")

    call = Call(fail, {}, nothing, lambda _: None, nothing, end)
    with pytest.raises(ValueError, match="wrong rows") as caught:
        call.measure(1, run)
    assert happened == ["end"]
    assert caught.value.__notes__ == ["teardown_round failed as well: RuntimeError('still in use')"]
    call = Call(nothing, {}, nothing, lambda _: None, nothing, end)
    with pytest.raises(RuntimeError, match="still in use"):
        call.measure(1, run)


def test_a_round_that_cannot_be_set_up_is_not_torn_down(run: Run) -> None:
    happened: list[str] = []

    def fail() -> None:
        raise ValueError("no table")

    call = Call(nothing, {}, nothing, lambda _: None, fail, lambda: happened.append("end"))
    with pytest.raises(ValueError, match="no table"):
        call.measure(1, run)
    assert happened == []


def test_garbage_is_collected_before_the_round_and_not_during_it(
    monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    happened: list[str | bool] = []
    monkeypatch.setattr(gc, "collect", lambda: happened.append("collect"))
    call = Call(lambda: happened.append(gc.isenabled()), {}, nothing, lambda _: None)
    call.measure(2, run)
    assert happened == ["collect", False, False]
    assert gc.isenabled()


def test_garbage_collection_comes_back_after_a_failure(run: Run) -> None:
    def fail(_: object) -> None:
        raise ValueError("wrong rows")

    with pytest.raises(ValueError, match="wrong rows"):
        Call(nothing, {}, nothing, fail).measure(1, run)
    assert gc.isenabled()


def test_the_figures_are_medians_of_all_calls() -> None:
    figures = Measurement([[1_000_000, 2_000_000], [4_000_000]])
    assert figures.milliseconds == 2.0
    assert figures.per_second == 500.0
    assert Measurement([[0]]).per_second == float("inf")
    assert not Measurement()
