"""Query loggers are told of each statement, and change nothing for it."""

import asyncio
import gc
import logging
import weakref
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, LoggedQuery, Pool, errors, sync

Told = list[LoggedQuery]


def facts(query: LoggedQuery) -> tuple[str, int | None, str | None]:
    return query.sql, query.rows, query.tag


EACH_CALL: list[tuple[str, str, tuple[Any, ...], int | None, str | None]] = [
    ("execute", "CREATE TABLE t (a int)", (), None, "CREATE TABLE"),
    ("execute", "INSERT INTO t VALUES ($1), (2)", (1,), 2, "INSERT 0 2"),
    ("executemany", "INSERT INTO t VALUES ($1)", ([(3,), (4,)],), None, "INSERT 0 1"),
    ("fetch", "SELECT a FROM t ORDER BY a", (), 4, None),
    ("fetch", "SELECT a FROM t ORDER BY a", (), 4, None),
    ("fetchrow", "SELECT a FROM t", (), 1, None),
    ("fetchrow", "SELECT a FROM t WHERE a = $1", (7,), 0, None),
    ("fetchval", "SELECT ARRAY[1, 2]", (), None, None),
]


@pytest.mark.parametrize("of", ["connection", "pool"])
async def test_each_call(connection: Connection, pool: Pool, of: str) -> None:
    told: Told = []
    asked = connection if of == "connection" else pool
    asked.add_query_logger(told.append)
    for call, statement, given, _, _ in EACH_CALL:
        await getattr(asked, call)(statement, *given)
    assert [facts(query) for query in told] == [
        (statement, rows, tag) for _, statement, _, rows, tag in EACH_CALL
    ]
    assert all(0 < query.duration < 60 and query.error is None for query in told)
    asked.remove_query_logger(told.append)
    await asked.execute("SELECT 1")
    assert len(told) == len(EACH_CALL)


@pytest.mark.parametrize("of", ["connection", "pool"])
def test_each_call_synchronously(database: Server, of: str) -> None:
    told: Told = []
    open_ = sync.connect if of == "connection" else sync.create_pool
    with open_(database.dsn) as asked:
        asked.add_query_logger(told.append)
        for call, statement, given, _, _ in EACH_CALL:
            getattr(asked, call)(statement, *given)
        assert [facts(query) for query in told] == [
            (statement, rows, tag) for _, statement, _, rows, tag in EACH_CALL
        ]
        assert all(0 < query.duration < 60 and query.error is None for query in told)
        asked.remove_query_logger(told.append)
        asked.execute("SELECT 1")
        assert len(told) == len(EACH_CALL)


async def test_arguments_are_told_to_those_who_ask(
    connection: Connection, sync_connection: sync.Connection
) -> None:
    for asked in (connection, sync_connection):
        plain: Told = []
        full: Told = []
        asked.add_query_logger(plain.append)
        asked.add_query_logger(full.append, parameters=True)
        for outcome in (
            asked.fetch("SELECT $1::text, $2::int", "secret", 1),
            asked.executemany("SELECT $1::text", [("secret",), ("other",)]),
            asked.execute("SELECT 1"),
        ):
            if asked is connection:
                await outcome  # type: ignore[misc]
        assert [query.parameters for query in plain] == [None] * 3
        assert [query.parameters for query in full] == [
            ("secret", 1),
            [("secret",), ("other",)],
            None,
        ]
        assert "secret" not in repr(plain + full)


async def test_failures(connection: Connection, sync_connection: sync.Connection) -> None:
    told: Told = []
    connection.add_query_logger(told.append)
    sync_connection.add_query_logger(told.append)
    for call in (connection.fetch, sync_connection.fetch):
        for statement, given in (
            ("SELECT 1/0", ()),
            ("SELECT missing", ()),
            ("SELECT $1::int", ("x",)),
        ):
            with pytest.raises(postgres.Error):
                outcome: Any = call(statement, *given)
                await outcome
    names = [type(query.error).__name__ for query in told]
    assert names == ["DivisionByZeroError", "UndefinedColumnError", "InterfaceError"] * 2
    assert all(query.rows is None for query in told)


async def test_timeouts_and_cancellation(
    connection: Connection, sync_connection: sync.Connection
) -> None:
    told: Told = []
    connection.add_query_logger(told.append)
    sync_connection.add_query_logger(told.append)
    with pytest.raises(errors.QueryTimeoutError):
        await connection.fetch("SELECT pg_sleep(60)", timeout=0.02)
    with pytest.raises(errors.QueryTimeoutError):
        sync_connection.fetch("SELECT pg_sleep(60)", timeout=0.02)
    task = asyncio.create_task(connection.fetch("SELECT pg_sleep(60)"))
    await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.wait([task])
    await connection.fetch("SELECT 1", timeout=30)
    assert [(type(query.error).__name__, query.timeout) for query in told] == [
        ("QueryTimeoutError", 0.02),
        ("QueryTimeoutError", 0.02),
        ("CancelledError", None),
        ("NoneType", 30),
    ]
    assert str(told[0].error) == str(told[1].error)
    assert all(query.duration > 0 for query in told)


def broken(query: LoggedQuery) -> None:
    raise RuntimeError("the logger's own")


async def broken_later(query: LoggedQuery) -> None:
    await asyncio.sleep(0)
    raise RuntimeError("the logger's own")


@pytest.mark.parametrize("logger", [broken, broken_later])
async def test_a_logger_that_fails_is_logged(
    connection: Connection,
    caplog: pytest.LogCaptureFixture,
    logger: Callable[[LoggedQuery], object],
) -> None:
    told: Told = []
    connection.add_query_logger(logger)
    connection.add_query_logger(told.append)
    assert await connection.fetchval("SELECT 1") == 1
    with pytest.raises(errors.DivisionByZeroError):
        await connection.fetch("SELECT 1/0")
    await asyncio.sleep(0.01)
    assert len(told) == 2
    assert [record.name for record in caplog.records] == ["data_bridge.postgres"] * 2
    assert {record.message for record in caplog.records} == {"a query logger failed"}
    assert "the logger's own" in caplog.text


def test_a_logger_that_fails_synchronously(
    sync_connection: sync.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    sync_connection.add_query_logger(broken)
    assert sync_connection.fetchval("SELECT 1") == 1
    with pytest.raises(errors.DivisionByZeroError):
        sync_connection.fetch("SELECT 1/0")
    assert [record.message for record in caplog.records] == ["a query logger failed"] * 2


@pytest.mark.each_loop
async def test_a_coroutine_as_logger(connection: Connection) -> None:
    told: Told = []

    async def later(query: LoggedQuery) -> None:
        await asyncio.sleep(0)
        told.append(query)

    connection.add_query_logger(later)
    await asyncio.gather(*(connection.fetchval("SELECT $1::int", i) for i in range(10)))
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(told) == 10


def test_threads_have_no_loop_for_a_coroutine(sync_connection: sync.Connection) -> None:
    async def later(query: LoggedQuery) -> None: ...

    with pytest.raises(postgres.InterfaceError, match="cannot be a coroutine"):
        sync_connection.add_query_logger(later)


async def test_loggers_run_in_the_context_of_the_task(pool: Pool) -> None:
    """A span finds its parent there."""
    who: ContextVar[int] = ContextVar("who")
    seen = []
    pool.add_query_logger(lambda query: seen.append((query.sql, who.get())))

    async def ask(number: int) -> None:
        who.set(number)
        await pool.fetchval(f"SELECT {number}")

    await asyncio.gather(*(ask(i) for i in range(20)))
    assert sorted(seen) == sorted((f"SELECT {i}", i) for i in range(20))


async def test_a_pools_connections(pool: Pool) -> None:
    """Those that it has and those to come; a logger of a user's own goes when he goes."""
    of_pool: Told = []
    own: Told = []
    async with pool.acquire() as connection:
        connection.add_query_logger(own.append)
        pool.add_query_logger(of_pool.append)
        others = [await pool.acquire() for _ in range(3)]
        await connection.fetchval("SELECT 1")
        for other in others:
            await other.fetchval("SELECT 2")
            await pool.release(other)
    assert [query.sql for query in own] == ["SELECT 1"]
    for _ in range(20):
        await asyncio.gather(*(pool.fetchval("SELECT 3") for _ in range(4)))
    assert [query.sql for query in own if query.sql == "SELECT 3"] == []
    asked = [query.sql for query in of_pool if query.sql in {"SELECT 1", "SELECT 2", "SELECT 3"}]
    assert asked == ["SELECT 1"] + ["SELECT 2"] * 3 + ["SELECT 3"] * 80


def test_a_synchronous_pools_connections(database: Server) -> None:
    of_pool: Told = []
    own: Told = []
    with sync.create_pool(database.dsn, min_size=1, max_size=2) as pool:
        with pool.acquire() as connection:
            connection.add_query_logger(own.append)
            pool.add_query_logger(of_pool.append)
            connection.fetchval("SELECT 1")
            with pool.acquire() as other:
                other.fetchval("SELECT 2")
        for _ in range(4):
            pool.fetchval("SELECT 3")
    assert [query.sql for query in own if query.sql == "SELECT 3"] == []
    asked = [query.sql for query in of_pool if query.sql.startswith("SELECT ")]
    assert [sql for sql in asked if len(sql) == 8] == ["SELECT 1", "SELECT 2"] + ["SELECT 3"] * 4


async def test_removing_what_was_not_added(connection: Connection, pool: Pool) -> None:
    for asked in (connection, pool):
        with pytest.raises(postgres.InterfaceError, match="was not added here"):
            asked.remove_query_logger(print)


async def test_slow_queries_are_logged(database: Server, caplog: pytest.LogCaptureFixture) -> None:
    statement = "SELECT pg_sleep($1)"
    options: dict[str, Any] = {"slow_query_seconds": 0.05}
    with caplog.at_level(logging.WARNING, logger="data_bridge.postgres"):
        async with await postgres.connect(database.dsn, **options) as connection:
            await connection.execute(statement, 0.0)
            await connection.execute(statement, 0.06)
        async with postgres.create_pool(database.dsn, **options) as pool:
            with pytest.raises(errors.QueryTimeoutError):
                await pool.execute(statement, 60.0, timeout=0.06)
        with sync.create_pool(database.dsn, **options) as sync_pool:
            sync_pool.execute(statement, 0.06)
    slow = [record for record in caplog.records if "pg_sleep" in record.getMessage()]
    assert len(slow) >= 3
    assert all(record.name == "data_bridge.postgres" for record in slow)
    assert "(QueryTimeoutError): SELECT pg_sleep($1)" in caplog.text
    assert "0.06)" not in caplog.text


async def test_a_logger_keeps_no_connection_alive(database: Server) -> None:
    """A circle of a connection and its logger is collected."""

    class Holder:
        def __init__(self, connection: Any) -> None:
            self.connection = connection

        def note(self, query: LoggedQuery) -> None: ...

    gone = []
    for connection in (await postgres.connect(database.dsn), sync.connect(database.dsn)):
        holder = Holder(connection)
        connection.add_query_logger(holder.note)
        closing: Any = connection.close()
        if closing is not None:
            await closing
        gone.append(weakref.ref(holder))
        del holder, connection, closing
    await asyncio.sleep(0)
    gc.collect()
    assert [one() for one in gone] == [None, None]
