"""A pool: whose turn it is, what is reset, and what becomes of connections that end."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Pool, errors
from tests.integration.observation import assert_in_step, eventually, running, sessions


@pytest.fixture
def application() -> str:
    """A name by which the server tells a test's sessions from all others."""
    return f"test_{uuid4().hex}"


@pytest.fixture
async def single(database: Server, application: str) -> AsyncIterator[Pool]:
    """A pool of one connection."""
    dsn = database.uri(application_name=application)
    async with postgres.create_pool(dsn, min_size=1, max_size=1) as pool:
        yield pool


async def test_statements_on_the_pool_itself(pool: Pool) -> None:
    assert await pool.execute("CREATE TABLE t (a int, b text)") == "CREATE TABLE"
    assert await pool.execute("INSERT INTO t VALUES ($1, $2)", 1, "x") == "INSERT 0 1"
    await pool.executemany("INSERT INTO t VALUES ($1, $2)", [(2, "y"), (3, "z")])
    rows = await pool.fetch("SELECT * FROM t WHERE a > $1 ORDER BY a", 1)
    assert [tuple(row) for row in rows] == [(2, "y"), (3, "z")]
    row = await pool.fetchrow("SELECT * FROM t WHERE a = $1", 1)
    assert row is not None
    assert dict(row) == {"a": 1, "b": "x"}
    assert await pool.fetchval("SELECT a, b FROM t WHERE a = $1", 3, column=1) == "z"
    async with pool.transaction(readonly=True) as connection:
        with pytest.raises(errors.ReadOnlySQLTransactionError):
            await connection.execute("DELETE FROM t")
        assert connection.is_in_transaction()
        with pytest.raises(errors.InFailedSQLTransactionError):
            await connection.fetchval("SELECT count(*) FROM t")
        await connection.execute("ROLLBACK; BEGIN")
    assert await pool.fetchval("SELECT count(*) FROM t") == 3
    await eventually(lambda: pool.get_idle_size() == pool.get_size())


async def test_timeouts_of_statements(pool: Pool) -> None:
    with pytest.raises(errors.QueryTimeoutError, match=r"did not end within 0\.02 s"):
        await pool.fetchrow("SELECT pg_sleep(60)", timeout=0.02)
    with pytest.raises(TimeoutError):
        await pool.execute("SELECT pg_sleep(60)", timeout=0.02)
    await assert_in_step(pool)


async def test_opens_what_it_must_and_no_more_than_it_may(database: Server) -> None:
    async with postgres.create_pool(database.dsn, min_size=2, max_size=4) as pool:
        assert (pool.get_size(), pool.get_idle_size()) == (2, 2)
        numbers = [pool.fetchval("SELECT $1::int FROM pg_sleep(0.002)", i) for i in range(50)]
        assert await asyncio.gather(*numbers) == list(range(50))
        # They may all be answered before the last connection is open.
        await eventually(lambda: pool.get_size() == pool.get_idle_size() == 4)
        assert repr(pool) == "<Pool of 4 of 4, 4 idle>"
    assert repr(pool) == "<Pool of 0 of 4, closed>"


@pytest.mark.each_loop
async def test_many_tasks_get_their_own_answers(pool: Pool) -> None:
    async def ask(i: int) -> None:
        if i % 7 == 0:
            with pytest.raises(errors.DivisionByZeroError):
                await pool.fetchval("SELECT 1 / ($1::int - $1)", i)
        elif i % 7 == 1:
            async with pool.transaction() as connection:
                assert await connection.fetchval("SELECT $1::int", i) == i
        else:
            assert await pool.fetchval("SELECT $1::int", i) == i

    async with asyncio.TaskGroup() as group:
        for i in range(300):
            group.create_task(ask(i))
    await eventually(lambda: pool.get_idle_size() == pool.get_size())
    assert pool.get_size() <= 10


async def test_who_waits_is_served_in_the_order_of_asking(single: Pool) -> None:
    served: list[int] = []

    async def take(number: int) -> None:
        async with single.acquire() as connection:
            await connection.execute("SELECT 1")
            served.append(number)

    connection = await single.acquire()
    async with asyncio.TaskGroup() as group:
        for number in range(10):
            group.create_task(take(number))
        await asyncio.sleep(0)
        await single.release(connection)
        # A newcomer does not pass them, even when it asks in the turn of the release.
        group.create_task(take(10))
    assert served == list(range(11))


async def test_a_wait_is_bounded(single: Pool, database: Server) -> None:
    async with single.acquire():
        with pytest.raises(errors.QueryTimeoutError, match=r"none of the pool's 1 conn.* 0\.02 s"):
            await single.acquire(timeout=0.02)
    assert await single.fetchval("SELECT 1") == 1
    hasty = postgres.create_pool(database.dsn, min_size=1, max_size=1, acquire_timeout=0.02)
    async with hasty as pool, pool.acquire():
        with pytest.raises(TimeoutError):
            await pool.fetchval("SELECT 1")
        assert not pool._waiting


@pytest.mark.each_loop
@pytest.mark.parametrize("turns", [0, 1, 2])
async def test_cancelled_waiters_lose_nothing(single: Pool, turns: int) -> None:
    """Even those to whom the connection is handed over in the very turn of their cancellation."""
    for _ in range(10):
        connection = await single.acquire()
        waiting = [asyncio.create_task(single.fetchval("SELECT $1::int", i)) for i in range(6)]
        await asyncio.sleep(0)
        await single.release(connection)
        for _ in range(turns):
            await asyncio.sleep(0)
        for task in waiting[::2]:
            task.cancel()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert results[1::2] == [1, 3, 5]
        await eventually(lambda: single.get_idle_size() == single.get_size() == 1)
    await assert_in_step(single)


async def test_acquired_by_await(single: Pool) -> None:
    connection = await single.acquire()
    assert (single.get_size(), single.get_idle_size()) == (1, 0)
    await single.release(connection)
    assert single.get_idle_size() == 1
    with pytest.raises(errors.InterfaceError, match="given back already"):
        await single.release(connection)
    async with single.acquire() as connection:
        await single.release(connection)
        assert single.get_idle_size() == 1
    assert single.get_idle_size() == 1
    acquisition = single.acquire()
    async with acquisition:
        with pytest.raises(errors.InterfaceError, match="entered once"):
            await acquisition


async def test_a_foreign_connection_is_refused(single: Pool, database: Server) -> None:
    async with await postgres.connect(database.dsn) as stranger:
        with pytest.raises(errors.InterfaceError, match="none that the pool"):
            await single.release(stranger)


async def test_what_is_no_connection_is_refused(single: Pool) -> None:
    acquisition: Any = single.acquire()
    with pytest.raises(errors.InterfaceError, match="no connection: await it"):
        await single.release(acquisition)
    nothing: Any = None
    with pytest.raises(errors.InterfaceError, match="acquire gave, not NoneType"):
        await single.release(nothing)
    assert await single.fetchval("SELECT 1") == 1


CHANGES = {
    "setting": ("SET work_mem = '77MB'", "SELECT current_setting('work_mem') = '77MB'"),
    "function": (
        "SELECT set_config('work_mem', '77MB', false)",
        "SELECT current_setting('work_mem') = '77MB'",
    ),
    "role": ("SET ROLE pg_monitor", "SELECT current_user = 'pg_monitor'"),
    "session role": (
        "SET SESSION AUTHORIZATION pg_monitor",
        "SELECT session_user = 'pg_monitor'",
    ),
    "listener": ("LISTEN channel", "SELECT EXISTS (SELECT pg_listening_channels())"),
    "cursor": (
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
        "SELECT EXISTS (SELECT FROM pg_cursors WHERE name = 'c')",
    ),
    "lock": (
        "SELECT pg_advisory_lock(4711)",
        "SELECT EXISTS (SELECT FROM pg_locks WHERE objid = 4711 AND pid = pg_backend_pid())",
    ),
    "transaction": (
        "BEGIN; SELECT pg_current_xact_id()",
        "SELECT pg_current_xact_id_if_assigned() IS NOT NULL",
    ),
    "failed transaction": ("BEGIN; SELECT 1/0", "SELECT false"),
    "block": (
        "DO $$BEGIN SET work_mem = '77MB'; END$$",
        "SELECT current_setting('work_mem') = '77MB'",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_changed_session_is_reset(single: Pool, change: str) -> None:
    statement, question = CHANGES[change]
    async with single.acquire() as connection:
        pid = await connection.fetchval("SELECT pg_backend_pid()")
        try:
            await connection.execute(statement)
        except errors.DivisionByZeroError:
            assert change == "failed transaction"
        else:
            assert await connection.fetchval(question) is True
    async with single.acquire() as connection:
        assert await connection.fetchval(question) is False
        assert await connection.fetchval("SELECT pg_backend_pid()") == pid


@pytest.mark.parametrize("how", ["execute", "fetch", "fetchval"])
async def test_a_session_left_unchanged_is_not_reset(
    single: Pool, administrator: psycopg.Connection, how: str
) -> None:
    """A reset is a round trip, and the largest part of what other pools cost."""
    async with single.acquire() as connection:
        pid = await connection.fetchval("SELECT pg_backend_pid()")
        async with connection.transaction():
            await connection.execute("CREATE TABLE t (a int)")
        await getattr(connection, how)("SELECT 'the last one'")
    await asyncio.sleep(0.01)
    row = administrator.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [pid])
    assert row.fetchone() == ("SELECT 'the last one'",)


async def test_a_statement_left_running_is_waited_for(single: Pool) -> None:
    async with single.acquire() as connection:
        task = asyncio.create_task(connection.fetchval("SELECT 'late' FROM pg_sleep(0.05)"))
        await asyncio.sleep(0)
    assert single.get_idle_size() == 0
    assert await single.fetchval("SELECT 1") == 1
    assert await task == "late"


@pytest.mark.each_loop
async def test_a_connection_that_ended_is_replaced(
    database: Server, administrator: psycopg.Connection, application: str
) -> None:
    dsn = database.uri(application_name=application)
    async with postgres.create_pool(dsn, min_size=2, max_size=2) as pool:
        for pid in sessions(administrator, application):
            administrator.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        await asyncio.sleep(0.01)
        await assert_in_step(pool)
        await eventually(lambda: pool.get_size() == pool.get_idle_size() == 2)
        # In mid-statement, too; nobody else notices.
        doomed = asyncio.create_task(pool.fetch("SELECT pg_sleep(60)"))
        await eventually(lambda: at_it(administrator, application, "SELECT pg_sleep(60)"))
        (victim,) = at_it(administrator, application, "SELECT pg_sleep(60)")
        other = asyncio.create_task(pool.fetchval("SELECT 'ok' FROM pg_sleep(0.1)"))
        await asyncio.sleep(0.01)
        administrator.execute("SELECT pg_terminate_backend(%s)", [victim])
        with pytest.raises(errors.AdminShutdownError):
            await doomed
        assert await other == "ok"
        await assert_in_step(pool)
        await eventually(lambda: pool.get_size() == pool.get_idle_size() <= 2)


def at_it(administrator: psycopg.Connection, name: str, statement: str) -> list[int]:
    """The sessions of an application that are running a statement."""
    return [
        pid for pid in sessions(administrator, name) if running(administrator, pid) == statement
    ]


async def test_closing_tells_who_waits(single: Pool) -> None:
    connection = await single.acquire()
    waiting = [asyncio.create_task(single.fetchval("SELECT 1")) for _ in range(3)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(single.close())
    for task in waiting:
        with pytest.raises(errors.PoolClosedError, match="the pool is closed"):
            await task
    # What is in use is waited for, and works until then.
    assert await connection.fetchval("SELECT 1") == 1
    assert not closing.done()
    await single.release(connection)
    await closing
    assert connection.is_closed()
    for refused in (single.fetchval("SELECT 1"), single.open()):
        with pytest.raises(errors.PoolClosedError):
            await refused
    await single.close()


async def test_closing_does_not_wait_for_ever(single: Pool) -> None:
    async with single.acquire() as connection:
        await single.close(timeout=0.02)
        with pytest.raises(errors.ConnectionClosedError):
            await connection.fetchval("SELECT 1")
    assert single.get_size() == 0


async def test_closing_lets_no_newcomer_in(database: Server) -> None:
    async with postgres.create_pool(database.dsn, min_size=2) as pool:
        connection = await pool.acquire()
        closing = asyncio.create_task(pool.close())
        await asyncio.sleep(0)
        with pytest.raises(errors.PoolClosedError):
            await pool.fetchval("SELECT 1")
        await pool.release(connection)
        await closing


async def test_must_be_opened_first(database: Server) -> None:
    pool = postgres.create_pool(database.dsn)
    with pytest.raises(errors.PoolClosedError, match="await it first"):
        await pool.fetchval("SELECT 1")
    await pool.close()


@pytest.mark.each_loop
async def test_opened_by_several_tasks_at_once(
    database: Server, administrator: psycopg.Connection, application: str
) -> None:
    dsn = database.uri(application_name=application)
    pool = postgres.create_pool(dsn, min_size=2, max_size=2)

    async def use(i: int) -> int:
        await pool
        answer: int = await pool.fetchval("SELECT $1::int FROM pg_sleep(0.01)", i)
        return answer

    assert await asyncio.gather(*(use(i) for i in range(6))) == list(range(6))
    assert (pool.get_size(), pool.get_idle_size()) == (2, 2)
    assert len(sessions(administrator, application)) == 2
    await pool.close()


async def test_a_failed_opening_leaves_nothing(
    own_database: Server, administrator: psycopg.Connection
) -> None:
    """It can be tried again, too."""
    name = own_database.database
    administrator.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 3")
    administrator.execute(f"CREATE ROLE {name} LOGIN")
    pool = postgres.create_pool(own_database.uri(user=name), min_size=5)
    with pytest.raises(errors.TooManyConnectionsError):
        async with asyncio.timeout(30):
            await pool

    def left() -> int:
        row = administrator.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = %s", [name]
        ).fetchone()
        return int(row[0]) if row else 0

    assert pool.get_size() == 0
    await eventually(lambda: left() == 0)
    administrator.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 100")
    async with pool:
        assert pool.get_size() == 5
    administrator.execute(f"DROP ROLE {name}")


async def test_a_cancelled_opening_leaves_nothing(
    database: Server, administrator: psycopg.Connection, application: str
) -> None:
    dsn = database.uri(application_name=application)
    for turns in range(6):
        pool = postgres.create_pool(dsn, min_size=3)
        task = asyncio.create_task(pool.open())
        for _ in range(turns):
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            await pool.close()
    await eventually(lambda: not sessions(administrator, application))


@pytest.mark.parametrize(("min_size", "max_size"), [(-1, 1), (3, 2), (0, 0), (0, -1)])
def test_sizes_that_make_no_sense(min_size: int, max_size: int) -> None:
    with pytest.raises(errors.InterfaceError, match=r"min_size=.* and max_size="):
        postgres.create_pool(min_size=min_size, max_size=max_size)


async def test_empty_until_it_is_used(database: Server) -> None:
    async with postgres.create_pool(database.dsn, min_size=0, max_size=1) as pool:
        assert pool.get_size() == 0
        assert await pool.fetchval("SELECT 1") == 1
        assert pool.get_size() == 1


async def test_every_waiter_learns_that_the_server_is_gone(disposable_server: Server) -> None:
    """None of them waits in vain for the connections of the others."""
    async with postgres.create_pool(disposable_server.dsn, min_size=2, max_size=2) as pool:
        tasks = [asyncio.create_task(pool.fetch("SELECT pg_sleep(60)")) for _ in range(7)]
        await asyncio.sleep(0.05)
        assert disposable_server.pid is not None
        os.kill(disposable_server.pid, signal.SIGQUIT)
        done, _ = await asyncio.wait(tasks, timeout=30)
        assert len(done) == 7
        for task in tasks:
            assert isinstance(
                task.exception(), errors.PostgresConnectionError | errors.OperatorInterventionError
            )
        with pytest.raises(errors.PostgresConnectionError, match="is the server running there"):
            await pool.fetchval("SELECT 1")
        assert pool.get_size() == 0
