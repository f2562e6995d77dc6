"""LISTEN and NOTIFY, notices, and the end of a connection: who is told, and when."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, Notice, Notification, Pool, errors
from tests.integration.observation import all_sessions, assert_in_step, eventually

pytestmark = pytest.mark.each_loop

Told = list[tuple[Any, ...]]


@pytest.fixture
async def other(database: Server) -> AsyncIterator[Connection]:
    """Another connection, that notifies."""
    async with await postgres.connect(database.dsn) as opened:
        yield opened


def notes(told: Told) -> Callable[..., None]:
    def note(_: Connection, *arguments: object) -> None:
        told.append(arguments)

    return note


async def within(awaitable: Any) -> Any:
    return await asyncio.wait_for(awaitable, 30)


async def test_an_idle_connection_is_told_at_once(
    connection: Connection, other: Connection
) -> None:
    told: Told = []
    await connection.add_listener("jobs", notes(told))
    pid = await other.fetchval("SELECT pg_backend_pid()")
    await other.execute("NOTIFY jobs, 'one'")
    await other.execute("SELECT pg_notify('jobs', 'two')")
    await eventually(lambda: len(told) == 2)
    assert told == [(pid, "jobs", "one"), (pid, "jobs", "two")]
    await assert_in_step(connection)


async def test_beside_statements(connection: Connection) -> None:
    """Its own notifications come before the answer of the statement is complete."""
    told: Told = []
    await connection.add_listener("jobs", notes(told))
    statements = [connection.fetchval("SELECT pg_notify('jobs', $1)", str(i)) for i in range(20)]
    await asyncio.gather(*statements)
    await eventually(lambda: len(told) == 20)
    assert [payload for _, _, payload in told] == [str(i) for i in range(20)]
    await assert_in_step(connection)


async def test_channels_are_identifiers(connection: Connection, other: Connection) -> None:
    told: Told = []
    for channel in ("Jobs", 'a"b', "x y; DROP TABLE t", "é"):
        await connection.add_listener(channel, notes(told))
        await other.fetchval("SELECT pg_notify($1, '')", channel)
        await eventually(lambda: told)
        assert told.pop()[1] == channel
    await other.execute("NOTIFY jobs")
    for wrong in ("", "x" * 64, "a\0b"):
        with pytest.raises(errors.InterfaceError, match="a name in SQL"):
            await connection.add_listener(wrong, notes(told))
    await assert_in_step(connection)
    assert told == []


async def test_several_listeners(connection: Connection, other: Connection) -> None:
    first: Told = []
    second: Told = []
    one, two = notes(first), notes(second)
    await connection.add_listener("jobs", one)
    await connection.add_listener("jobs", one)
    await connection.add_listener("jobs", two)
    await other.execute("NOTIFY jobs")
    await eventually(lambda: first and second)
    await connection.remove_listener("jobs", one)
    await connection.remove_listener("jobs", one)
    await other.execute("NOTIFY jobs")
    await eventually(lambda: len(second) == 2)
    assert len(first) == 1
    await connection.remove_listener("jobs", two)
    assert await connection.fetch("SELECT pg_listening_channels()") == []


async def test_a_listener_may_use_its_connection(connection: Connection, other: Connection) -> None:
    found: list[int] = []

    async def look(inside: Connection, pid: int, channel: str, payload: str) -> None:
        assert (channel, pid > 0) == ("jobs", True)
        found.append(await inside.fetchval("SELECT $1::int + 1", int(payload)))

    await connection.add_listener("jobs", look)
    await other.execute("NOTIFY jobs, '41'")
    await eventually(lambda: found == [42])


async def test_a_listener_that_raises(connection: Connection, other: Connection) -> None:
    told: Told = []
    reported: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    await connection.add_listener("jobs", fail)
    await connection.add_listener("jobs", notes(told))
    await other.execute("NOTIFY jobs")
    await eventually(lambda: told)
    assert isinstance(reported[0]["exception"], ZeroDivisionError)
    await assert_in_step(connection)


async def test_a_transaction_that_is_rolled_back(connection: Connection, other: Connection) -> None:
    told: Told = []
    await connection.add_listener("jobs", notes(told))
    with pytest.raises(ZeroDivisionError):
        async with other.transaction():
            await other.execute("NOTIFY jobs, 'never'")
            _ = 1 / 0
    await other.execute("NOTIFY jobs, 'now'")
    await eventually(lambda: told)
    assert [payload for _, _, payload in told] == ["now"]


async def test_a_listener_that_could_not_be_added(connection: Connection) -> None:
    await connection.execute("BEGIN")
    with pytest.raises(errors.DivisionByZeroError):
        await connection.execute("SELECT 1/0")
    with pytest.raises(errors.InFailedSQLTransactionError):
        await connection.add_listener("jobs", notes([]))
    assert connection._listeners.channels == {}
    await connection.execute("ROLLBACK")
    await connection.close()
    with pytest.raises(errors.ConnectionClosedError):
        await connection.add_listener("jobs", notes([]))
    await connection.remove_listener("jobs", notes([]))


async def test_as_an_iterator(connection: Connection, other: Connection) -> None:
    await connection.execute("LISTEN jobs; LISTEN others")
    told: Told = []
    await connection.add_listener("others", notes(told))
    # Those that came before somebody asked are kept.
    await other.execute("NOTIFY jobs, '1'; NOTIFY others; NOTIFY jobs, '2'")
    await eventually(lambda: told)
    found = [note.payload async for note in connection.notifications(timeout=0.02)]
    assert found == ["1", "2"]

    async def next_one() -> Notification:
        return await anext(connection.notifications())

    task = asyncio.create_task(next_one())
    await asyncio.sleep(0.01)
    await other.execute("NOTIFY jobs, '3'")
    pid = await other.fetchval("SELECT pg_backend_pid()")
    assert await within(task) == Notification("jobs", "3", pid)
    task = asyncio.create_task(next_one())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    task = asyncio.create_task(next_one())
    await asyncio.sleep(0.01)
    await connection.close()
    with pytest.raises(errors.ConnectionClosedError):
        await within(task)


async def test_a_connection_given_back_to_a_pool_hears_no_more(
    database: Server, other: Connection
) -> None:
    """What listened on a connection of a pool is forgotten when it is given back."""
    told: Told = []
    async with postgres.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        async with pool.acquire() as connection:
            pid = await connection.fetchval("SELECT pg_backend_pid()")
            await connection.add_listener("jobs", notes(told))
            connection.add_notice_listener(notes(told))
            connection.add_termination_listener(notes(told))
        assert await pool.fetchval("SELECT pg_backend_pid()") == pid
        assert await pool.fetch("SELECT pg_listening_channels()") == []
        await pool.execute("DO $$ BEGIN RAISE NOTICE 'x'; END $$")
        await other.execute("NOTIFY jobs")
    await asyncio.sleep(0.01)
    assert told == []


async def test_notices(connection: Connection, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "data_bridge.postgres")
    say = "DO $$ BEGIN RAISE {} 'it is %', 7 USING DETAIL = 'd', HINT = 'h'; END $$"
    await connection.execute(say.format("NOTICE"))
    await connection.execute(say.format("WARNING"))
    logged = [(record.levelname, record.message) for record in caplog.records]
    assert logged == [("INFO", "NOTICE: it is 7 (00000)"), ("WARNING", "WARNING: it is 7 (01000)")]
    told: list[tuple[Notice]] = []
    listener = notes(told)
    connection.add_notice_listener(listener)
    await connection.execute(say.format("NOTICE"))
    await eventually(lambda: told)
    (notice,) = told[0]
    assert (notice.severity, notice.sqlstate, notice.message) == ("NOTICE", "00000", "it is 7")
    assert (notice.detail, notice.hint) == ("d", "h")
    assert len(caplog.records) == 2
    connection.remove_notice_listener(listener)
    connection.remove_notice_listener(listener)
    await connection.execute(say.format("NOTICE"))
    assert len(caplog.records) == 3
    await assert_in_step(connection)


async def test_the_end_of_a_connection(database: Server, administrator: psycopg.Connection) -> None:
    told: list[str] = []
    closed = await postgres.connect(database.dsn)
    closed.add_termination_listener(lambda _: told.append("closed"))
    await closed.close()
    await closed.close()
    lost = await postgres.connect(database.dsn)
    forgotten = lambda _: told.append("forgotten")  # noqa: E731 - it is removed again
    lost.add_termination_listener(forgotten)
    lost.remove_termination_listener(forgotten)
    lost.add_termination_listener(lambda c: told.append(f"lost {c.is_closed()}"))
    pid = await lost.fetchval("SELECT pg_backend_pid()")
    administrator.execute("SELECT pg_terminate_backend(%s)", [pid])
    await eventually(lambda: len(told) == 2)
    assert told == ["closed", "lost True"]


async def test_a_stream(pool: Pool, administrator: psycopg.Connection) -> None:
    async with pool.listen("jobs", "Others", "jobs") as stream:
        assert stream._connection is not None
        pid = await stream._connection.fetchval("SELECT pg_backend_pid()")
        assert pool.get_size() == pool.get_idle_size()
        await pool.execute("""NOTIFY jobs, 'a'; NOTIFY "Others"; NOTIFY others""")
        found = [await within(anext(stream)) for _ in range(2)]
        assert [(note.channel, note.payload, note.missed) for note in found] == [
            ("jobs", "a", False),
            ("Others", "", False),
        ]
        waiting = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.01)
        await stream.close()
        with pytest.raises(StopAsyncIteration):
            await within(waiting)
    assert [note async for note in stream] == []
    await eventually(lambda: pid not in all_sessions(administrator))


async def test_a_stream_survives_its_connection(
    database: Server, administrator: psycopg.Connection, other: Connection
) -> None:
    listening = postgres.listen("a", "b", dsn=database.dsn)
    async with listening as stream:
        assert stream._connection is not None
        pid = await stream._connection.fetchval("SELECT pg_backend_pid()")
        await other.execute("NOTIFY a, 'before'")
        assert (await within(anext(stream))).payload == "before"
        waiting = asyncio.create_task(anext(stream))
        administrator.execute("SELECT pg_terminate_backend(%s)", [pid])
        assert await within(waiting) == Notification("a", missed=True)
        assert await within(anext(stream)) == Notification("b", missed=True)
        await other.execute("NOTIFY b, 'after'")
        assert (await within(anext(stream))).payload == "after"


async def test_a_stream_tries_again_and_again(database: Server) -> None:
    failed = 0

    async def connect() -> Connection:
        nonlocal failed
        if failed < 3 and stream._connection is not None:
            failed += 1
            raise errors.PostgresConnectionError("no server yet", sqlstate="08001")
        return await postgres.connect(database.dsn)

    stream = postgres.Listening(connect, ("a",), 10)
    async with stream:
        assert stream._connection is not None
        await stream._connection.close()
        assert await within(anext(stream)) == Notification("a", missed=True)
        assert failed == 3
        await stream._connection.close()
        waiting = asyncio.create_task(anext(stream))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting


async def test_a_reader_that_is_too_slow(pool: Pool) -> None:
    async with pool.listen("a", queue_size=3) as stream:
        await pool.execute("; ".join(f"NOTIFY a, '{i}'" for i in range(5)))
        await eventually(lambda: len(stream._queue) == 3 and stream._queue[-1].payload == "4")
        found = [await within(anext(stream)) for _ in range(4)]
        assert [note.payload for note in found] == ["2", "3", "4", ""]
        assert found[-1].missed


async def test_streams_that_cannot_begin(pool: Pool) -> None:
    with pytest.raises(errors.InterfaceError, match="one channel at least"):
        pool.listen()
    with pytest.raises(errors.InterfaceError, match="queue_size=0"):
        pool.listen("a", queue_size=0)
    with pytest.raises(errors.InterfaceError, match="a name in SQL"):
        pool.listen("")
    with pytest.raises(errors.InterfaceError, match="async with"):
        await anext(pool.listen("a"))
    with pytest.raises(errors.PostgresConnectionError):
        async with postgres.listen("a", host="127.0.0.1", port=1, user="u"):
            pass


async def test_a_stream_ends_with_its_pool(database: Server) -> None:
    async with postgres.create_pool(database.dsn, min_size=1) as pool:
        stream = pool.listen("a")
        await stream.__aenter__()
        waiting = asyncio.create_task(anext(stream, None))
    assert await within(waiting) is None
    with pytest.raises(errors.PoolClosedError):
        await pool.listen("a").__aenter__()


async def test_a_stream_that_is_closed_while_there_is_no_server(
    database: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = asyncio.Event()

    async def connect() -> Connection:
        if stream._connection is None:
            return await postgres.connect(database.dsn)
        tried.set()
        raise errors.PostgresConnectionError("no server", sqlstate="08001")

    monkeypatch.setattr("data_bridge.postgres.retry.FIRST_PAUSE", 100)
    stream = postgres.Listening(connect, ("a",), 10)
    async with stream:
        assert stream._connection is not None
        await stream._connection.close()
        waiting = asyncio.create_task(anext(stream, None))
        await within(tried.wait())
        await stream.close()
        assert await within(waiting) is None
