"""A connection: its calls, its state, and its end."""

import asyncio
import gc
import os
import signal
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
import uvloop

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, errors
from tests.integration.observation import all_sessions, eventually, eventually_sync, running


@pytest.mark.each_loop
async def test_calls(connection: Connection) -> None:
    assert await connection.execute("CREATE TABLE t (a int, b text)") == "CREATE TABLE"
    assert await connection.execute("INSERT INTO t VALUES ($1, $2)", 1, "x") == "INSERT 0 1"
    await connection.executemany("INSERT INTO t VALUES ($1, $2)", [(2, "y"), [3, "z"]])
    await connection.executemany("INSERT INTO t VALUES ($1, $2)", ((i, "w") for i in (4, 5)))
    await connection.executemany("INSERT INTO t VALUES ($1, $2)", [])
    rows = await connection.fetch("SELECT * FROM t WHERE a < $1 ORDER BY a", 4)
    assert [tuple(row) for row in rows] == [(1, "x"), (2, "y"), (3, "z")]
    row = await connection.fetchrow("SELECT * FROM t WHERE a = $1", 5)
    assert row is not None
    assert dict(row) == {"a": 5, "b": "w"}
    # Records are rows of arguments, too.
    await connection.executemany("INSERT INTO t VALUES ($1 + 100, $2)", rows)
    assert await connection.fetchval("SELECT count(*) FROM t WHERE a > 100") == 3
    assert await connection.fetchrow("SELECT * FROM t WHERE a = 9") is None
    assert await connection.fetchval("SELECT a, b FROM t WHERE a = 2", column=1) == "y"
    assert await connection.fetchval("SELECT a FROM t WHERE a = 9") is None
    # The first row is all that is asked of the server, even of many.
    assert await connection.fetchval("SELECT generate_series(1, 1000000)") == 1
    assert await connection.fetchrow("INSERT INTO t VALUES (7), (8) RETURNING a") == (7,)
    assert await connection.fetchval("SELECT count(*) FROM t WHERE a IN (7, 8)") == 2
    assert await connection.fetch("UPDATE t SET a = 0") == []
    assert await connection.execute("UPDATE t SET a = 0; DELETE FROM t") == "DELETE 10"


async def test_state(database: Server) -> None:
    async with await postgres.connect(database.dsn) as connection:
        assert repr(connection) == "<Connection idle>"
        assert not connection.is_in_transaction()
        async with connection.transaction():
            assert repr(connection) == "<Connection transaction>"
            assert connection.is_in_transaction()
        await connection.execute("BEGIN")
        with pytest.raises(errors.DivisionByZeroError):
            await connection.execute("SELECT 1/0")
        assert repr(connection) == "<Connection failed>"
        assert connection.is_in_transaction()
        assert not connection.is_closed()
    assert connection.is_closed()
    assert repr(connection) == "<Connection closed>"


async def test_an_executemany_is_all_or_nothing(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (a int PRIMARY KEY)")
    insert = "INSERT INTO t VALUES ($1)"
    with pytest.raises(errors.UniqueViolationError):
        await connection.executemany(insert, [(1,), (2,), (1,)])
    with pytest.raises(errors.InterfaceError, match="row 3"):
        await connection.executemany(insert, [(1,), (2,), ("3",)])
    assert await connection.fetchval("SELECT count(*) FROM t") == 0
    # Inside a transaction it is part of that.
    with pytest.raises(RuntimeError):
        async with connection.transaction():
            await connection.executemany(insert, [(i,) for i in range(1000)])
            assert await connection.fetchval("SELECT count(*) FROM t") == 1000
            raise RuntimeError
    assert await connection.fetchval("SELECT count(*) FROM t") == 0


@pytest.mark.each_loop
async def test_many_tasks_use_it_at_once(connection: Connection) -> None:
    async def work(i: int) -> None:
        for k in range(20):
            rows = await connection.fetch(
                "SELECT $1::int, g FROM generate_series(1, $2) AS g", i, k
            )
            assert [tuple(row) for row in rows] == [(i, g) for g in range(1, k + 1)]

    await asyncio.gather(*(work(i) for i in range(50)))
    assert connection._engine.in_flight == 0


@pytest.mark.each_loop
async def test_closing_wakes_whoever_waits(
    connection: Connection, administrator: psycopg.Connection
) -> None:
    """And the server stops, instead of finishing for nobody."""
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    tasks = [asyncio.create_task(connection.fetch("SELECT pg_sleep(60)")) for _ in range(3)]
    await eventually(lambda: running(administrator, pid))
    await connection.close()
    for task in tasks:
        with pytest.raises(errors.ConnectionClosedError, match="closed"):
            await task
    await eventually(lambda: not running(administrator, pid))


async def test_without_a_cache_the_server_keeps_no_statement(database: Server) -> None:
    async with await postgres.connect(database.dsn, statement_cache_size=0) as connection:
        for _ in range(2):
            statements = [connection.fetchval(f"SELECT $1::int + {i}", i) for i in range(10)]
            assert await asyncio.gather(*statements) == [2 * i for i in range(10)]
        assert await connection.fetch("SELECT name FROM pg_prepared_statements") == []


async def test_without_a_cache_a_changed_table_is_read(database: Server) -> None:
    async with (
        await postgres.connect(database.dsn, statement_cache_size=0) as connection,
        await postgres.connect(database.dsn) as other,
    ):
        await other.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
        query = "SELECT * FROM t WHERE a = $1"
        assert await connection.fetch(query, 1) == [(1,)]
        await other.execute("ALTER TABLE t ADD b text DEFAULT 'new'")
        assert await connection.fetch(query, 1) == [(1, "new")]
        # What it takes has another type now.
        await asyncio.sleep(0.3)
        await other.execute("ALTER TABLE t ALTER a TYPE text")
        assert await connection.fetch(query, "1") == [("1", "new")]


async def test_a_column_that_is_not_there(connection: Connection) -> None:
    assert await connection.fetchval("SELECT 1, 2", column=1) == 2
    for column in (2, -1):
        with pytest.raises(errors.InterfaceError, match=f"no column {column}"):
            await connection.fetchval("SELECT 1, 2", column=column)
    assert await connection.fetchval("SELECT", column=0) is None


async def test_another_encoding_ends_the_connection(connection: Connection) -> None:
    """In any but UTF-8 the server would keep other characters than were meant."""
    with pytest.raises(errors.InterfaceError, match="must stay UTF8, and was set to LATIN1"):
        await connection.execute("SET client_encoding = 'LATIN1'")
    assert connection.is_closed()
    with pytest.raises(errors.InterfaceError, match="must stay UTF8"):
        await connection.fetchval("SELECT $1::text", "é")


@pytest.mark.each_loop
async def test_terminated_in_mid_statement(
    connection: Connection, administrator: psycopg.Connection
) -> None:
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    tasks = [asyncio.create_task(connection.fetch("SELECT pg_sleep(60)")) for _ in range(3)]
    await eventually(lambda: running(administrator, pid))
    administrator.execute("SELECT pg_terminate_backend(%s)", [pid])
    for task in tasks:
        with pytest.raises(errors.AdminShutdownError, match="terminating connection") as raised:
            await task
        assert raised.value.sqlstate == "57P01"
    assert connection.is_closed()
    with pytest.raises(errors.AdminShutdownError):
        await connection.fetchval("SELECT 1")
    await connection.close()


@pytest.mark.each_loop
async def test_terminated_while_idle(
    connection: Connection, administrator: psycopg.Connection
) -> None:
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    administrator.execute("SELECT pg_terminate_backend(%s)", [pid])
    await eventually(connection.is_closed)
    with pytest.raises(errors.AdminShutdownError):
        await connection.fetchval("SELECT 1")


@pytest.mark.each_loop
async def test_terminated_before_the_loop_has_seen_it(
    connection: Connection, administrator: psycopg.Connection
) -> None:
    """What is written to a socket that is closed by then still learns why it was."""
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    administrator.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    with pytest.raises(errors.AdminShutdownError):
        await connection.fetchval("SELECT 1")
    assert connection.is_closed()


async def test_the_server_is_killed(disposable_server: Server) -> None:
    async with await postgres.connect(disposable_server.dsn) as connection:
        task = asyncio.create_task(connection.fetch("SELECT pg_sleep(60)"))
        await asyncio.sleep(0.05)
        assert disposable_server.pid is not None
        os.kill(disposable_server.pid, signal.SIGKILL)
        with pytest.raises(errors.PostgresConnectionError, match="closed the conn") as raised:
            await task
        assert raised.value.sqlstate == "08006"
        assert connection.is_closed()


def sockets() -> set[str]:
    """The sockets that this process has open."""
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        # One may be closed while they are listed: the listing's own always is.
        with suppress(OSError):
            found.add(str(descriptor.readlink()))
    return {name for name in found if name.startswith("socket:")}


@pytest.mark.each_loop
async def test_a_connection_dropped_without_close(
    database: Server, administrator: psycopg.Connection
) -> None:
    """It is closed all the same, at once, and somebody is told."""
    before = sockets()
    connection = await postgres.connect(database.dsn)
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    opened = sockets() - before
    assert opened
    engine = weakref.ref(connection._engine)
    with pytest.warns(ResourceWarning, match="unclosed <Connection idle>"):
        del connection
    await eventually(lambda: pid not in all_sessions(administrator))
    await eventually(lambda: engine() is None)
    await eventually(lambda: not opened & sockets())


@pytest.mark.each_loop
async def test_a_closed_connection_is_kept_by_nothing(database: Server) -> None:
    connection = await postgres.connect(database.dsn)
    engine = weakref.ref(connection._engine)
    task = asyncio.create_task(connection.fetch("SELECT pg_sleep(60)"))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])
    results = await asyncio.gather(connection.fetch("SELECT 1/0"), return_exceptions=True)
    assert isinstance(results[0], errors.DivisionByZeroError)
    await connection.close()
    del connection, task, results
    # What is thrown through frames is held by them, until the collector comes.
    gc.collect()
    await eventually(lambda: engine() is None)


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_the_loop_ends_with_statements_in_flight(
    database: Server, administrator: psycopg.Connection, loop: Any
) -> None:
    """asyncio.run cancels them: nothing is left of the connection, here or at the server."""
    before = sockets()
    opened: set[str] = set()
    pids: list[int] = []

    async def main() -> None:
        connection = await postgres.connect(database.dsn)
        pids.append(await connection.fetchval("SELECT pg_backend_pid()"))
        for _ in range(3):
            tasks.add(asyncio.create_task(connection.fetch("SELECT pg_sleep(60)")))
        await asyncio.sleep(0.01)
        opened.update(sockets() - before)
        kept.append(connection)

    tasks: set[asyncio.Task[Any]] = set()
    kept: list[Connection] = []
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(main())
    assert all(task.cancelled() for task in tasks)

    def drop() -> None:
        tasks.clear()
        kept.clear()
        gc.collect()

    with pytest.warns(ResourceWarning, match="unclosed"):
        drop()
    eventually_sync(lambda: pids[0] not in all_sessions(administrator))
    eventually_sync(lambda: not opened & sockets())


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_the_loop_is_closed_with_tasks_left(
    database: Server, administrator: psycopg.Connection, loop: Any
) -> None:
    """Nobody cancels them then: the collector finds them, and the connections they wait for."""
    before = sockets()
    opened: set[str] = set()
    pids: set[int] = set()

    async def main() -> None:
        pool = await postgres.create_pool(database.dsn, min_size=1, max_size=1)
        connection = await postgres.connect(database.dsn)
        for each in (pool, connection):
            pids.add(await each.fetchval("SELECT pg_backend_pid()"))
            tasks.append(asyncio.ensure_future(each.fetch("SELECT pg_sleep(60)")))
        await asyncio.sleep(0.01)
        opened.update(sockets() - before)

    def run() -> None:
        runner = loop()
        runner.run_until_complete(main())
        runner.close()
        tasks.clear()

    tasks: list[asyncio.Future[Any]] = []
    run()
    assert opened & sockets()
    with pytest.warns(ResourceWarning, match="unclosed <Connection"):
        gc.collect()
    eventually_sync(lambda: not pids & all_sessions(administrator))
    eventually_sync(lambda: not opened & sockets())


def test_used_after_its_loop(database: Server) -> None:
    connection = asyncio.run(postgres.connect(database.dsn))
    with pytest.raises(errors.InterfaceError, match="another event loop"):
        asyncio.run(connection.fetch("SELECT 1"))
    asyncio.run(connection.close())
    assert connection.is_closed()
