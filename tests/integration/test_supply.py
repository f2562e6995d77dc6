"""What a pool does with its connections: replaces, tries, resets and counts them."""

import asyncio
import os
import signal
import socket

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, Pool, errors
from tests.integration.observation import assert_in_step, eventually
from tests.integration.test_pool import application, single

__all__ = ["application", "single"]

PID = "SELECT pg_backend_pid()"


async def test_uses_are_counted(database: Server) -> None:
    async with postgres.create_pool(database.dsn, min_size=1, max_size=1, max_uses=3) as pool:
        pids = [await pool.fetchval(PID) for _ in range(7)]
        assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 1]
        async with pool.acquire() as connection:
            assert await connection.fetchval(PID) == pids[-1]
        await asyncio.gather(*(pool.fetchval(PID) for _ in range(20)))
        await eventually(lambda: pool.get_stats().idle == 1)
        assert pool.get_stats().opened >= 5
        await assert_in_step(pool)


async def test_a_lifetime_ends(database: Server) -> None:
    """Connections in use live on until they are given back."""
    async with postgres.create_pool(
        database.dsn, min_size=2, max_size=2, max_lifetime=0.05
    ) as pool:
        connection = await pool.acquire()
        first = {await connection.fetchval(PID), await pool.fetchval(PID)}
        await eventually(lambda: pool.get_stats().closed >= 2)
        assert await connection.fetchval(PID) in first
        await pool.release(connection)
        await eventually(lambda: pool.get_size() == pool.get_idle_size() == 2)
        assert await pool.fetchval(PID) not in first


async def test_connections_that_are_not_needed_are_closed(database: Server) -> None:
    async with postgres.create_pool(
        database.dsn, min_size=1, max_size=4, idle_timeout=0.05
    ) as pool:
        held = [await pool.acquire() for _ in range(4)]
        assert pool.get_size() == 4
        for connection in held:
            await pool.release(connection)
        for _ in range(20):
            await pool.fetchval("SELECT 1")
            await asyncio.sleep(0.005)
        await eventually(lambda: pool.get_size() == 1)
        await asyncio.sleep(0.1)
        assert pool.get_size() == 1
        await assert_in_step(pool)


async def test_a_connection_that_was_idle_is_tried(disposable_server: Server) -> None:
    """One that answers no more is replaced, and nobody notices."""
    async with postgres.create_pool(
        disposable_server.dsn, min_size=2, max_size=2, check_after=0.02, acquire_timeout=0.3
    ) as pool:
        assert await pool.fetchval("SELECT 1") == 1
        await asyncio.sleep(0.1)
        # It is tried, and found to be well.
        assert await pool.fetchval("SELECT 1") == 1
        assert pool.get_stats().opened == 2
        stopped = {engine: await engine.fetchval(PID, (), 0) for engine in pool._connections}
        for pid in stopped.values():
            os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(0.1)
            async with asyncio.timeout(30):
                await assert_in_step(pool)
        finally:
            for pid in stopped.values():
                os.kill(pid, signal.SIGCONT)
        assert not stopped.keys() & pool._connections.keys()


async def test_a_pool_costs_its_loop_nothing_while_it_is_idle(database: Server) -> None:
    """A loop with a timer looks at it at every turn, and so at every statement."""
    async with postgres.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        await pool.fetchval("SELECT 1")
        timers = getattr(asyncio.get_running_loop(), "_scheduled", [])
        assert not [timer for timer in timers if not timer.cancelled()]


async def test_the_pool_is_resized(database: Server) -> None:
    async with postgres.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        pool.resize(3, 4)
        await eventually(lambda: pool.get_idle_size() == 3)
        held = [await pool.acquire() for _ in range(4)]
        late = asyncio.create_task(pool.fetchval("SELECT 1"))
        pool.resize(0, 5)
        assert await late == 1
        pool.resize(1, 2)
        assert pool.get_size() >= 4
        for connection in held:
            await pool.release(connection)
        await eventually(lambda: pool.get_size() == pool.get_idle_size() == 2)
        with pytest.raises(errors.InterfaceError, match="min_size=3 and max_size=2"):
            pool.resize(3, 2)
        await assert_in_step(pool)


async def test_the_pool_is_drained(database: Server, administrator: psycopg.Connection) -> None:
    async with postgres.create_pool(database.dsn, min_size=2, max_size=2) as pool:
        connection = await pool.acquire()
        mine = await connection.fetchval(PID)
        other = await pool.fetchval(PID)
        running = asyncio.create_task(pool.fetchval("SELECT 1 FROM pg_sleep(0.05)"))
        await asyncio.sleep(0)
        pool.drain()
        assert await running == 1
        assert await connection.fetchval(PID) == mine
        await pool.release(connection)
        await eventually(lambda: pool.get_idle_size() == 2)
        assert not {await pool.fetchval(PID)} & {mine, other}
        await assert_in_step(pool)


async def test_hooks(database: Server) -> None:
    told: list[str] = []

    async def init(connection: Connection) -> None:
        told.append("init")
        await connection.execute("SET work_mem = '77MB'")

    async def setup(connection: Connection) -> None:
        told.append("setup")
        await connection.execute("SET lock_timeout = '7s'")

    async def reset(connection: Connection) -> None:
        told.append("reset")
        assert await connection.fetchval("SHOW lock_timeout") == "7s"

    async with postgres.create_pool(
        database.dsn, min_size=1, max_size=1, init=init, setup=setup, reset=reset
    ) as pool:
        assert told == ["init"]
        assert await pool.fetchval("SHOW lock_timeout") == "7s"
        async with pool.acquire() as connection:
            assert await connection.fetchval("SHOW work_mem") == "77MB"
            await connection.execute("SET work_mem = '1MB'")
        await eventually(lambda: pool.get_idle_size() == 1)
        # The session was changed by setup, so reset, and initialised again.
        assert told == ["init"] + ["setup", "reset", "init"] * 2
        answers = await asyncio.gather(*(pool.fetchval("SHOW work_mem") for _ in range(5)))
        assert answers == ["77MB"] * 5
        assert pool.get_stats().shared == 0


async def test_listeners_of_init_stay(database: Server) -> None:
    """Whoever changes a session has it reset: what init has set up is there all the same."""
    heard: list[str] = []

    async def init(connection: Connection) -> None:
        await connection.set_type_codec("int8", encoder=str, decoder=str)
        connection.add_notice_listener(lambda _, notice: heard.append(notice.message))
        connection.add_query_logger(lambda query: heard.append(query.sql))
        await connection.add_listener("news", lambda *said: heard.append(said[-1]))

    async with postgres.create_pool(database.dsn, min_size=1, max_size=1, init=init) as pool:
        for change in ("SELECT 1", "SET work_mem = '1MB'", "LISTEN other", "SELECT 2"):
            async with pool.acquire() as connection:
                connection.add_notice_listener(lambda *_: heard.append("the user's own"))
                await connection.execute(change)
        await eventually(lambda: pool.get_idle_size() == 1)
        async with pool.acquire() as connection:
            heard.clear()
            await connection.execute("DO $$ BEGIN RAISE NOTICE 'noticed'; END $$")
            await connection.execute("NOTIFY news, 'notified'")
            await connection.fetchval("SELECT 1")
            await asyncio.sleep(0)
        assert sorted(heard)[-2:] == ["noticed", "notified"]
        assert "the user's own" not in heard
        assert len(heard) == 5


@pytest.mark.parametrize("hook", ["init", "setup", "reset"])
async def test_hooks_that_fail(database: Server, hook: str) -> None:
    """Their error is the caller's, and no connection is lost."""
    fails = False

    async def work(_: Connection) -> None:
        if fails:
            raise LookupError(hook)

    hooks = {hook: work}
    async with postgres.create_pool(database.dsn, min_size=0, max_size=1, **hooks) as pool:  # type: ignore[arg-type]
        fails = True
        if hook == "reset":
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda *_: None)
            assert await pool.fetchval("SELECT 1") == 1
        else:
            with pytest.raises(LookupError, match=hook):
                await pool.fetchval("SELECT 1")
        fails = False
        await eventually(lambda: pool.get_stats().acquired == 0)
        await assert_in_step(pool)
        await eventually(lambda: pool.get_idle_size() == pool.get_size() == 1)


async def test_init_that_leaves_a_transaction(database: Server) -> None:
    async def init(connection: Connection) -> None:
        await connection.execute("BEGIN")

    pool = postgres.create_pool(database.dsn, init=init)
    with pytest.raises(errors.InterfaceError, match="left a transaction open"):
        await pool
    await pool.close()


async def test_a_connection_that_ends_before_its_first_use(database: Server) -> None:
    """It is none of the pool's: who waits is told, or gets the next one."""
    closes = True

    async def init(connection: Connection) -> None:
        if closes:
            await connection.close()

    async with postgres.create_pool(database.dsn, min_size=1, max_size=1, init=init) as pool:
        assert pool.get_size() == 0
        with pytest.raises(errors.PostgresConnectionError, match="before its first use"):
            await pool.acquire(timeout=30)
        closes = False
        assert await pool.fetchval("SELECT 1") == 1
    with pytest.raises(errors.PostgresConnectionError, match="before its first use"):
        await asyncio.to_thread(
            postgres.sync.create_pool, database.dsn, init=lambda connection: connection.close()
        )


async def test_what_was_released_is_unusable(single: Pool) -> None:
    connection = await single.acquire()
    await single.release(connection)
    assert connection.is_closed()
    for call in (connection.execute, connection.fetch, connection.fetchval):
        with pytest.raises(errors.InterfaceError, match="given back to its pool"):
            await call("SELECT 1")
    await connection.close()
    async with single.acquire() as another:
        assert another is not connection
        assert await another.fetchval("SELECT 1") == 1
    with pytest.raises(errors.InterfaceError, match="given back to its pool"):
        async with another.transaction():
            pass
    assert single.get_idle_size() == 1


LEFT = {
    "temporary table": ("CREATE TEMP TABLE x (a int)", "SELECT to_regclass('x') IS NULL"),
    "temporary by select": ("SELECT 1 AS a INTO TEMP x", "SELECT to_regclass('x') IS NULL"),
    "prepared by hand": (
        'PREPARE "it\'s" AS SELECT 1',
        "SELECT NOT EXISTS (SELECT FROM pg_prepared_statements WHERE from_sql)",
    ),
}


@pytest.mark.parametrize("left", LEFT)
async def test_what_a_session_leaves_behind(single: Pool, left: str) -> None:
    """It goes; the engine's own prepared statements stay."""
    statement, question = LEFT[left]
    assert await single.fetchval("SELECT $1::int", 1) == 1
    await single.execute(statement)
    assert await single.fetchval(question) is True
    kept = "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1::int'"
    # The server does not tell which one a DEALLOCATE has meant.
    assert await single.fetchval(kept) == (left != "prepared by hand")
    assert single.get_stats().resets == 1


async def test_statistics(database: Server) -> None:
    async with postgres.create_pool(database.dsn, min_size=1, max_size=2) as pool:
        assert await pool.fetchval("SELECT 1") == 1
        async with pool.acquire(), pool.acquire():
            stats = pool.get_stats()
            assert (stats.size, stats.idle, stats.acquired) == (2, 0, 2)
            with pytest.raises(errors.QueryTimeoutError):
                await pool.acquire(timeout=0.02)
        stats = pool.get_stats()
        assert (stats.min_size, stats.max_size, stats.opened, stats.closed) == (1, 2, 2, 0)
        assert (stats.requests, stats.timeouts, stats.waiting) == (3, 1, 0)
        assert stats.waits >= 1
        assert stats.wait_seconds >= 0.01
    assert pool.get_stats().closed == 2


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("max_lifetime", -1),
        ("idle_timeout", float("nan")),
        ("check_after", -0.1),
        ("acquire_timeout", -1),
        ("acquire_timeout", "1"),
        ("command_timeout", -1),
        ("max_uses", 0),
        ("opening", "never"),
    ],
)
def test_limits_that_make_no_sense(option: str, value: object) -> None:
    for module in (postgres, postgres.sync):
        with pytest.raises(errors.InterfaceError, match=option):
            module.create_pool(**{option: value})


# Servers that are down


async def test_usable_before_there_is_a_server(disposable_server: Server) -> None:
    """In the background it waits for the server to come, and comes back with it."""
    dsn = disposable_server.uri(host="/nowhere")
    pool = postgres.create_pool(dsn, opening="background", acquire_timeout=0.3)
    with pytest.raises(errors.QueryTimeoutError) as late:
        await pool.fetchval("SELECT 1")
    assert isinstance(late.value.__cause__, errors.PostgresConnectionError)
    assert "cannot connect" in "".join(late.value.__notes__)
    assert pool.get_stats().failed >= 1
    await pool.close()
    async with postgres.create_pool(
        disposable_server.dsn, opening="background", min_size=1, max_size=2
    ) as pool:
        assert await pool.fetchval("SELECT 1") == 1
        await pool.close()
    with pytest.raises(errors.PoolClosedError):
        await pool.fetchval("SELECT 1")


@pytest.mark.parametrize("opening", ["wait", "background"])
async def test_comes_back_with_the_server(
    database: Server, administrator: psycopg.Connection, application: str, opening: str
) -> None:
    """Refused for a while, its connections are opened again by themselves."""
    role = application
    administrator.execute(f"CREATE ROLE {role} LOGIN")
    dsn = database.uri(user=role)
    async with postgres.create_pool(dsn, min_size=2, max_size=2, opening=opening) as pool:  # type: ignore[arg-type]
        await eventually(lambda: pool.get_idle_size() == 2)
        administrator.execute(f"ALTER ROLE {role} NOLOGIN")
        administrator.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s",
            [role],
        )
        await eventually(lambda: pool.get_stats().failed)
        if opening == "wait":
            with pytest.raises(errors.InvalidAuthorizationSpecificationError):
                await pool.fetchval("SELECT 1")
            administrator.execute(f"ALTER ROLE {role} LOGIN")
        else:
            waiting = asyncio.create_task(pool.fetchval("SELECT 1"))
            await asyncio.sleep(0.05)
            assert not waiting.done()
            administrator.execute(f"ALTER ROLE {role} LOGIN")
            assert await waiting == 1
        await eventually(lambda: pool.get_idle_size() == 2)
        await assert_in_step(pool)
    administrator.execute(f"DROP ROLE {role}")


async def test_when_the_server_takes_no_more_what_is_there_is_shared(
    own_database: Server, administrator: psycopg.Connection, application: str
) -> None:
    administrator.execute(f"CREATE ROLE {application} LOGIN")
    administrator.execute(f"ALTER DATABASE {own_database.database} CONNECTION LIMIT 1")
    async with postgres.create_pool(
        own_database.uri(user=application), min_size=1, max_size=5
    ) as pool:
        async with asyncio.timeout(30):
            answers = await asyncio.gather(
                *(pool.fetchval("SELECT $1::int", i) for i in range(50)),
                *(pool.execute("SELECT 1; SELECT 2") for i in range(5)),
            )
        assert answers[:50] == list(range(50))
        # The one that is there may have answered all before the server has refused another.
        await eventually(lambda: pool.get_stats().failed)
        assert pool.get_size() == 1
    administrator.execute(f"DROP ROLE {application}")


# Complaints about other pools


async def test_asyncio_timeout_is_honoured(single: Pool) -> None:
    """While waiting for a connection, and for an answer."""
    async with single.acquire():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await single.acquire()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await single.execute("SELECT pg_sleep(60)")
    async with asyncio.timeout(30):
        await assert_in_step(single)
    assert single.get_stats().acquired == 0


async def test_releasing_ends_though_the_task_is_cancelled(single: Pool) -> None:
    """What hangs in release hangs the whole pool."""

    async def work() -> None:
        async with single.acquire() as connection:
            await connection.execute("SET work_mem = '77MB'")
            await connection.fetch("SELECT pg_sleep(60)")

    for _ in range(5):
        task = asyncio.create_task(work())
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task])
        async with asyncio.timeout(30):
            assert await single.fetchval("SHOW work_mem") != "77MB"


async def test_closing_is_bounded_where_the_network_swallows_all() -> None:
    """Nothing answers, and nothing ends."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        dsn = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        pool = postgres.create_pool(dsn, timeout=60, opening="background", min_size=1)
        async with asyncio.timeout(30):
            await pool
            with pytest.raises(errors.QueryTimeoutError):
                await pool.acquire(timeout=0.05)
            await pool.close(timeout=0.1)
    assert pool.get_size() == 0


@pytest.mark.parametrize("hooked", [False, True])
async def test_closing_does_not_wait_for_what_was_just_given_back(
    database: Server, hooked: bool
) -> None:
    """A session that was to be reset, and not a step of that was taken yet, is closed at once."""

    async def reset(_: Connection) -> None:
        await asyncio.sleep(60)

    pool = await postgres.create_pool(database.dsn, min_size=1, reset=reset if hooked else None)
    async with pool.acquire() as connection:
        await connection.execute("SET work_mem = '77MB'")
    async with asyncio.timeout(30):
        await pool.close(timeout=60)
    stats = pool.get_stats()
    assert (stats.size, stats.acquired, stats.closed) == (0, 0, 1)


async def test_closing_leaves_no_task_behind(database: Server) -> None:
    """Neither of those that have begun to open a connection nor of those that have not."""
    for turns in (0, 1, 2):
        pool = await postgres.create_pool(database.dsn, min_size=2, opening="background")
        for _ in range(turns):
            await asyncio.sleep(0)
        await pool.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert (pool.get_stats().opening, pool.get_stats().size) == (0, 0)
