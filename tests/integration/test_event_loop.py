"""Life on an event loop: its ways to wait, its contexts, its callbacks, its debug mode."""

import asyncio
import contextvars
import logging
import sys
import time
from typing import Any

import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, errors
from tests.integration.observation import assert_in_step

pytestmark = pytest.mark.each_loop

VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("VARIABLE", default="none")


async def test_ways_to_wait(connection: Connection) -> None:
    assert await asyncio.wait_for(connection.fetchval("SELECT 1"), 5) == 1
    assert await asyncio.shield(connection.fetchval("SELECT 2")) == 2
    assert await asyncio.gather(*(connection.fetchval("SELECT $1::int", i) for i in range(3))) == [
        0,
        1,
        2,
    ]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(connection.fetchval("SELECT $1::int", i)) for i in range(3)]
    assert [task.result() for task in tasks] == [0, 1, 2]
    done, _ = await asyncio.wait([asyncio.create_task(connection.fetchval("SELECT 3"))])
    assert [task.result() for task in done] == [3]
    for each in asyncio.as_completed([connection.fetchval("SELECT 4")]):
        assert await each == 4


async def test_the_first_failure_ends_a_group(connection: Connection) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(connection.fetch("SELECT pg_sleep(60)"))
            group.create_task(connection.execute("SELECT $1::int", "no number"))
    assert raised.group_contains(errors.InterfaceError)
    await assert_in_step(connection)


@pytest.mark.parametrize("call", ["execute", "fetch", "fetchrow", "fetchval"])
async def test_bounds_in_time(connection: Connection, call: str) -> None:
    statement = getattr(connection, call)
    start = time.monotonic()
    with pytest.raises(errors.QueryTimeoutError, match=r"did not end within 0\.02 s"):
        await statement("SELECT pg_sleep(60)", timeout=0.02)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(statement("SELECT pg_sleep(60)"), 0.02)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await statement("SELECT pg_sleep(60)")
    with pytest.raises(errors.QueryTimeoutError):
        await connection.executemany("SELECT pg_sleep($1)", [(60.0,)] * 3, timeout=0.02)
    with pytest.raises(errors.QueryTimeoutError):
        await statement("SELECT pg_sleep(60)", timeout=0)
    await statement("SELECT 1", timeout=60)
    await assert_in_step(connection)
    assert time.monotonic() - start < 30


async def test_a_bound_for_all_statements(database: Server) -> None:
    async with await postgres.connect(database.dsn, command_timeout=0.02) as connection:
        with pytest.raises(errors.QueryTimeoutError):
            await connection.fetch("SELECT pg_sleep(60)")
        assert await connection.fetchval("SELECT 1 FROM pg_sleep(0.05)", timeout=10) == 1
        assert await connection.fetchval("SELECT 'in step'", timeout=10) == "in step"


async def test_two_bounds_are_told_apart(connection: Connection) -> None:
    """The outer one is asyncio's, whose error is not ours."""
    with pytest.raises(TimeoutError) as raised:
        async with asyncio.timeout(0.02):
            await connection.fetch("SELECT pg_sleep(60)", timeout=30)
    assert not isinstance(raised.value, errors.Error)


async def test_contexts_are_kept(connection: Connection) -> None:
    """A task that is woken by the reader runs in its own context, not in the reader's."""

    async def work(name: str) -> None:
        VARIABLE.set(name)
        for i in range(5):
            assert await connection.fetchval("SELECT $1::int", i) == i
            assert VARIABLE.get() == name
            with pytest.raises(errors.DivisionByZeroError):
                await connection.fetchval("SELECT 1/0")
            assert VARIABLE.get() == name

    VARIABLE.set("outer")
    await asyncio.gather(*(work(str(i)) for i in range(10)))
    shared = contextvars.copy_context()
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(work("shared"), context=shared) for _ in range(3)]
    await asyncio.gather(*tasks)
    assert shared[VARIABLE] == "shared"
    assert VARIABLE.get() == "outer"


async def test_a_task_is_current_when_it_is_woken(connection: Connection) -> None:
    async def work() -> None:
        me = asyncio.current_task()
        for _ in range(3):
            await connection.fetchval("SELECT 1")
            assert asyncio.current_task() is me
            async with asyncio.timeout(30):
                await connection.fetchval("SELECT 1")

    await asyncio.gather(*(work() for _ in range(5)))


async def test_statements_begun_by_a_task_just_woken(connection: Connection) -> None:
    """It runs within the reader callback, and asks, cancels and ends tasks from there."""

    async def work(depth: int) -> int:
        total: int = await connection.fetchval("SELECT $1::int", depth)
        if depth:
            doomed = asyncio.create_task(connection.fetch("SELECT pg_sleep(60)"))
            await asyncio.sleep(0)
            doomed.cancel()
            total += sum(await asyncio.gather(work(depth - 1), work(depth - 1)))
            assert doomed.cancelled()
        return total

    assert await work(3) == 3 + 2 * 2 + 4 * 1
    await assert_in_step(connection)


async def test_closed_by_a_task_just_woken(database: Server) -> None:
    """Others answered in the same turn have their answers; the rest learns of the end."""
    connection = await postgres.connect(database.dsn)

    async def first() -> None:
        await connection.fetchval("SELECT 1")
        await connection.close()

    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(first())]
    tasks += [asyncio.create_task(connection.fetchval("SELECT $1::int", i)) for i in range(20)]
    tasks += [asyncio.create_task(connection.fetch("SELECT pg_sleep(60)"))]
    results = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
    assert results[0] is None
    for i, result in enumerate(results[1:21]):
        assert result == i or isinstance(result, errors.ConnectionClosedError)
    assert isinstance(results[-1], errors.ConnectionClosedError)


async def test_a_callback_that_raises(connection: Connection) -> None:
    """It is the loop's affair, and harms no other."""
    loop = asyncio.get_running_loop()
    reported: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: reported.append(context))

    def fail(_: object) -> None:
        raise ZeroDivisionError

    task = asyncio.create_task(connection.fetchval("SELECT 1"))
    task.add_done_callback(fail)
    assert await task == 1
    # On the awaitable itself, which a task waits for, too.
    reply: Any = connection._engine.fetchval("SELECT 2", (), 0)
    reply.add_done_callback(fail)
    done = loop.create_future()
    reply.add_done_callback(done.set_result)
    assert (await done).result() == 2
    await assert_in_step(connection)
    assert [type(context["exception"]) for context in reported] == [ZeroDivisionError] * 2


async def test_the_awaitable_keeps_the_protocol_of_futures(connection: Connection) -> None:
    loop = asyncio.get_running_loop()
    reply: Any = connection._engine.fetchval("SELECT 7 FROM pg_sleep(0.01)", (), 0)
    assert asyncio.isfuture(reply)
    assert reply.get_loop() is loop
    assert (reply.done(), reply.cancelled()) == (False, False)
    for ask in (reply.result, reply.exception):
        with pytest.raises(asyncio.InvalidStateError):
            ask()
    called: list[object] = []
    reply.add_done_callback(called.append)
    reply.add_done_callback(called.append)
    assert reply.remove_done_callback(called.append) == 2
    reply.add_done_callback(called.append)
    assert await reply == 7
    assert called == [reply]
    assert (reply.done(), reply.result(), reply.exception()) == (True, 7, None)
    # One that is added late is called at the loop's next turn; a second await finds the same.
    reply.add_done_callback(called.append)
    assert called == [reply]
    assert await reply == 7
    await asyncio.sleep(0)
    assert called == [reply, reply]
    assert reply.cancel() is False
    failed: Any = connection._engine.execute("SELECT 1/0", None)
    with pytest.raises(errors.DivisionByZeroError):
        await failed
    assert isinstance(failed.exception(), errors.DivisionByZeroError)
    given_up: Any = connection._engine.execute("SELECT pg_sleep(60)", None)
    assert given_up.cancel() is True
    assert given_up.cancelled()
    for ask in (given_up.result, given_up.exception):
        with pytest.raises(asyncio.CancelledError):
            ask()


async def test_debug_mode(database: Server, caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    caplog.set_level(logging.WARNING)
    async with postgres.create_pool(database.dsn, min_size=1, max_size=3) as pool:
        await assert_in_step(pool)
        task = asyncio.create_task(pool.fetch("SELECT pg_sleep(60)"))
        await asyncio.sleep(0.01)
        assert "fetch" in repr(task)
        task.cancel()
        async with pool.transaction() as connection:
            await connection.execute("SET LOCAL work_mem = '77MB'")
        with pytest.raises(errors.DivisionByZeroError):
            await pool.fetch("SELECT 1/0")
    slow = [record for record in caplog.records if "Executing" not in record.getMessage()]
    assert slow == []


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks are Python 3.12's")
async def test_eager_tasks(connection: Connection) -> None:
    loop = asyncio.get_running_loop()

    def eager(coroutine: Any) -> Any:
        task: Any = asyncio.Task
        return task(coroutine, loop=loop, eager_start=True)

    tasks = [eager(connection.fetchval("SELECT $1::int", i)) for i in range(20)]
    assert await asyncio.gather(*tasks) == list(range(20))
    task = eager(connection.fetch("SELECT pg_sleep(60)"))
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    await assert_in_step(connection)


async def test_a_large_result_lets_others_run(connection: Connection) -> None:
    """It is read a part at a time, with turns of the loop in between."""
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    heart = asyncio.create_task(beat())
    rows = await connection.fetch("SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) AS i")
    assert beats > 10
    heart.cancel()
    assert [row[0] for row in rows] == list(range(1, 20_001))


async def test_more_than_the_socket_takes(connection: Connection) -> None:
    """Both ends send more than either takes at once: neither may wait for the other."""
    large = "x" * 3_000_000

    async def echo(i: int) -> bool:
        return bool(
            await connection.fetchval("SELECT $1::text || $2::int", large, i) == large + str(i)
        )

    assert all(await asyncio.gather(*(echo(i) for i in range(8))))
    lengths = [len(large[:n]) for n in (0, 1, 1_000_000)]
    await connection.execute("CREATE TABLE t (a text)")
    await connection.executemany("INSERT INTO t VALUES ($1)", [(large[:n],) for n in lengths] * 10)
    assert await connection.fetchval("SELECT sum(length(a)) FROM t") == 10 * sum(lengths)
    # Given up while it is still being written, too.
    for _ in range(3):
        task = asyncio.create_task(connection.fetchval("SELECT $1::text", large * 4))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        await assert_in_step(connection)


async def test_many_in_one_turn_keep_their_order(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (id serial, a int)")
    insert = "INSERT INTO t (a) VALUES ($1)"
    tasks = [asyncio.create_task(connection.execute(insert, i)) for i in range(200)]
    assert set(await asyncio.gather(*tasks)) == {"INSERT 0 1"}
    rows = await connection.fetch("SELECT a FROM t ORDER BY id")
    assert [row[0] for row in rows] == list(range(200))
