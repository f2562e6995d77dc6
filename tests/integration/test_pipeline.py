"""Pipelines that are asked for: results, errors, transactions, and what ends them early."""

import asyncio

import pytest

from benchmarks.server import Server
from data_bridge.postgres import Connection, Pool, errors, sync
from tests.integration.observation import assert_in_step, assert_in_step_sync, eventually
from tests.integration.test_sync_connection import interrupt, interruption


@pytest.mark.each_loop
async def test_results_at_once_and_later(connection: Connection) -> None:
    async with connection.pipeline() as p:
        tag = p.execute("CREATE TEMP TABLE t (a int, b text)")
        script = p.execute("INSERT INTO t VALUES (0, 'z'); SELECT 1")
        p.executemany("INSERT INTO t VALUES ($1, $2)", ((i, str(i)) for i in range(1, 4)))
        rows = p.fetch("SELECT a FROM t ORDER BY a")
        row = p.fetchrow("SELECT * FROM t WHERE a = $1", 2)
        value = p.fetchval("SELECT a, b FROM t WHERE a = 3", column=1)
        with pytest.raises(errors.InterfaceError, match="not answered yet"):
            rows.result()
        assert [tuple(record) for record in await rows] == [(0,), (1,), (2,), (3,)]
        assert await tag == "CREATE TABLE"
    assert script.result() == "SELECT 1"
    assert tuple(row.result() or ()) == (2, "2")
    assert value.result() == await value == "3"
    with pytest.raises(errors.InterfaceError, match="inside its"):
        p.execute("SELECT 1")
    await assert_in_step(connection)


async def test_all_are_sent_before_the_first_answer(connection: Connection) -> None:
    async with connection.pipeline() as p:
        results = [p.fetchval("SELECT $1::int", i) for i in range(1000)]
        assert connection._engine.in_flight == 1000
    assert [result.result() for result in results] == list(range(1000))


async def test_an_error_stands_for_itself(connection: Connection) -> None:
    with pytest.raises(errors.DivisionByZeroError):
        async with connection.pipeline() as p:
            first = p.fetchval("SELECT 1")
            p.fetchval("SELECT 1 / 0")
            p.fetchval("SELECT nothing")
            last = p.fetchval("SELECT 2")
    assert (first.result(), last.result()) == (1, 2)
    # What has been seen is not raised again.
    async with connection.pipeline() as p:
        failing = p.fetchval("SELECT 1 / 0")
        with pytest.raises(errors.DivisionByZeroError):
            await failing
    with pytest.raises(errors.DivisionByZeroError):
        failing.result()
    with pytest.raises(LookupError):
        async with connection.pipeline() as p:
            p.fetchval("SELECT 1 / 0")
            raise LookupError
    await assert_in_step(connection)


@pytest.mark.each_loop
async def test_the_order_is_that_of_the_calls(connection: Connection) -> None:
    """One that is new is prepared first, and still comes before what is known already."""
    await connection.execute("CREATE TABLE t (a int)")
    known = "INSERT INTO t VALUES ($1)"
    count = "SELECT count(*) FROM t"
    await connection.execute(known, 0)
    await connection.fetchval(count)
    async with connection.pipeline() as p:
        p.execute("INSERT INTO t SELECT $1::int", 1)
        first = p.fetchval(count)
        p.execute("DELETE FROM t WHERE a < $1", 9)
        p.executemany(known, [(i,) for i in range(7)])
        second = p.fetchval(count)
        p.execute("CREATE TABLE u AS SELECT * FROM t")
        # It could not even be prepared before.
        third = p.fetchval("SELECT count(*) FROM u WHERE a >= $1", 0)
        p.execute("TRUNCATE t")
        last = p.fetchval(count)
    results = [value.result() for value in (first, second, third, last)]
    assert results == [2, 7, 7, 0]
    with pytest.raises(errors.UndefinedTableError):
        async with connection.pipeline() as p:
            p.fetchval("SELECT * FROM nowhere")
            p.execute(known, 1)
            found = p.fetchval(count)
    assert found.result() == 1
    assert connection._engine.in_flight == 0
    await assert_in_step(connection)


def test_the_order_for_threads(sync_connection: sync.Connection) -> None:
    sync_connection.execute("CREATE TABLE t (a int)")
    count = "SELECT count(*) FROM t"
    sync_connection.fetchval(count)
    with sync_connection.pipeline() as p:
        p.execute("INSERT INTO t SELECT $1::int", 1)
        first = p.fetchval(count)
        p.execute("DELETE FROM t WHERE a < $1", 9)
        second = p.fetchval(count)
        third = p.fetchval("SELECT 7 + $1::int", 1)
    assert [value.result() for value in (first, second, third)] == [1, 0, 8]
    assert_in_step_sync(sync_connection)


async def test_one_that_is_cancelled_holds_nobody_up(connection: Connection) -> None:
    async with asyncio.timeout(10):
        await connection.fetchval("SELECT 1")
        for _ in range(5):
            async with connection.pipeline() as p:
                new = p.fetchval(f"SELECT {_} + $1::int", 1)
                known = p.fetchval("SELECT 1")
                new._reply.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await new
                assert await known == 1
    await assert_in_step(connection)


async def test_in_a_transaction_an_error_is_everyones(connection: Connection) -> None:
    with pytest.raises(errors.DivisionByZeroError):
        async with connection.transaction(), connection.pipeline() as p:
            p.execute("CREATE TABLE t (a int)")
            p.fetchval("SELECT 1 / 0")
            behind = p.fetchval("SELECT 2")
    with pytest.raises(errors.InFailedSQLTransactionError):
        behind.result()
    with pytest.raises(errors.UndefinedTableError):
        await connection.fetch("SELECT * FROM t")


async def test_cancelled_in_its_midst(connection: Connection) -> None:
    started = asyncio.Event()

    async def work() -> None:
        async with connection.pipeline() as p:
            p.execute("SELECT pg_sleep(60)")
            p.execute("SELECT pg_sleep(60)")
            started.set()

    task = asyncio.create_task(work())
    await started.wait()
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(30):
        await assert_in_step(connection)


async def test_a_bound(connection: Connection) -> None:
    assert await connection.fetchval("SELECT 1") == 1
    with pytest.raises(errors.QueryTimeoutError, match="the pipeline did not end"):
        async with connection.pipeline(timeout=0.3) as p:
            first = p.fetchval("SELECT 1")
            p.execute("SELECT pg_sleep(60)")
            p.execute("SELECT pg_sleep(60)")
    assert first.result() == 1
    async with asyncio.timeout(30):
        await assert_in_step(connection)


async def test_on_a_pool(pool: Pool) -> None:
    async with pool.pipeline() as p:
        pids = [p.fetchval("SELECT pg_backend_pid()") for _ in range(5)]
    assert len({pid.result() for pid in pids}) == 1
    await eventually(lambda: pool.get_idle_size() == pool.get_size())


def test_threads(sync_connection: sync.Connection) -> None:
    with sync_connection.pipeline() as p:
        tag = p.execute("CREATE TEMP TABLE t (a int, b text)")
        script = p.execute("INSERT INTO t VALUES (0, 'z'); SELECT 1")
        p.executemany("INSERT INTO t VALUES ($1, $2)", ((i, str(i)) for i in range(1, 4)))
        rows = p.fetch("SELECT a FROM t ORDER BY a")
        row = p.fetchrow("SELECT * FROM t WHERE a = $1", 2)
        value = p.fetchval("SELECT a, b FROM t WHERE a = 3", column=1)
        with pytest.raises(errors.InterfaceError, match="not answered yet"):
            tag.result()
    assert (tag.result(), script.result()) == ("CREATE TABLE", "SELECT 1")
    assert [tuple(record) for record in rows.result()] == [(0,), (1,), (2,), (3,)]
    assert tuple(row.result() or ()) == (2, "2")
    assert value.result() == "3"
    with pytest.raises(errors.InterfaceError, match="inside its"):
        p.execute("SELECT 1")
    with sync_connection.pipeline():
        pass
    assert_in_step_sync(sync_connection)


def test_threads_get_many_and_large_answers(sync_connection: sync.Connection) -> None:
    """More than the sockets take on the way there, and on the way back."""
    text = "x" * 200_000
    with sync_connection.pipeline() as p:
        results = [p.fetchval("SELECT $1::text || $2::int", text, i) for i in range(100)]
        fresh = [p.fetchval(f"SELECT {i}") for i in range(200)]
    assert [result.result() for result in results] == [f"{text}{i}" for i in range(100)]
    assert [result.result() for result in fresh] == list(range(200))


def test_errors_for_threads(sync_connection: sync.Connection) -> None:
    with pytest.raises(errors.DivisionByZeroError), sync_connection.pipeline() as p:
        first = p.fetchval("SELECT 1")
        p.fetchval("SELECT 1 / 0")
        wrong = p.fetchval("SELECT $1::int", "no number")
        column = p.fetchval("SELECT 1", column=-1)
        last = p.fetchval("SELECT 2")
    assert (first.result(), last.result()) == (1, 2)
    for refused in (wrong, column):
        with pytest.raises(errors.InterfaceError):
            refused.result()
    with pytest.raises(LookupError), sync_connection.pipeline() as p:
        never = p.fetchval("SELECT 1")
        raise LookupError
    with pytest.raises(errors.InterfaceError, match="not answered"):
        never.result()
    with (
        pytest.raises(errors.DivisionByZeroError),
        sync_connection.transaction(),
        sync_connection.pipeline() as p,
    ):
        p.fetchval("SELECT 1 / 0")
        behind = p.fetchval("SELECT 2")
    with pytest.raises(errors.InFailedSQLTransactionError):
        behind.result()
    assert_in_step_sync(sync_connection)


def test_bounds_for_threads(sync_connection: sync.Connection, database: Server) -> None:
    with pytest.raises(errors.QueryTimeoutError), sync_connection.pipeline(timeout=0.05) as p:
        for _ in range(3):
            p.execute("SELECT pg_sleep(60)")
    assert_in_step_sync(sync_connection)
    with (
        pytest.raises(KeyboardInterrupt),
        interruption(0.05, interrupt),
        sync_connection.pipeline() as p,
    ):
        p.execute("SELECT pg_sleep(60)")
    assert_in_step_sync(sync_connection)
    with sync.create_pool(database.dsn) as pool:
        with pool.pipeline() as p:
            pids = [p.fetchval("SELECT pg_backend_pid()") for _ in range(5)]
        assert len({pid.result() for pid in pids}) == 1
        assert pool.get_idle_size() == pool.get_size()


def test_a_lost_connection_ends_all(database: Server, sync_connection: sync.Connection) -> None:
    with sync.connect(database.dsn) as other:
        pid = sync_connection.fetchval("SELECT pg_backend_pid()")
        with pytest.raises(errors.AdminShutdownError), sync_connection.pipeline() as p:
            first = p.fetchval("SELECT 1")
            p.fetchval("SELECT pg_terminate_backend($1::int)", pid)
            last = p.fetchval("SELECT 2")
        assert first.result() == 1
        with pytest.raises(errors.Error):
            last.result()
        assert sync_connection.is_closed()
        assert_in_step_sync(other)
