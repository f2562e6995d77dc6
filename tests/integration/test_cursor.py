"""Cursors: rows in portions, what may come between, and every way in which they end."""

import asyncio
import tracemalloc
from collections.abc import Callable

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, Pool, errors
from tests.integration.observation import assert_in_step, eventually, running

pytestmark = pytest.mark.each_loop

NUMBERS = "SELECT i FROM generate_series(1, $1::int) AS i"
#: A row at once, and the next one in a minute.
SLOW = "SELECT pg_sleep(CASE WHEN i = 3 THEN 60 ELSE 0 END), i FROM generate_series(1, 9) AS i"
WIDE = "SELECT i, repeat('x', 1000) AS text FROM generate_series(1, $1::int) AS i"


async def numbers(cursor: postgres.Cursor) -> list[int]:
    return [record["i"] async for record in cursor]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 20, 25])
async def test_gives_all_rows(connection: Connection, count: int) -> None:
    found = await numbers(connection.cursor(NUMBERS, count, prefetch=10))
    assert found == list(range(1, count + 1))
    await assert_in_step(connection)


@pytest.mark.parametrize("inside", [False, True])
async def test_rows_as_they_are_asked_for(connection: Connection, inside: bool) -> None:
    async with connection.transaction() if inside else asyncio.timeout(30):
        cursor = await connection.cursor(NUMBERS, 50, prefetch=4)
        assert [record["i"] for record in await cursor.fetch(3)] == [1, 2, 3]
        record = await cursor.fetchrow()
        assert record is not None
        assert record["i"] == 4
        assert [record["i"] for record in await cursor.fetch(10)] == list(range(5, 15))
        assert await cursor.forward(6) == 6
        assert (await cursor.fetch(1))[0]["i"] == 21
        assert [record["i"] async for record in cursor] == list(range(22, 51))
        assert await cursor.fetch(2) == []
        assert await cursor.fetchrow() is None
        assert await cursor.forward(2) == 0
        await cursor.close()
        await cursor.close()
        assert repr(cursor) == "<Cursor closed, 0 rows read ahead>"
    await assert_in_step(connection)


async def test_is_left_at_any_row(connection: Connection) -> None:
    """The connection is usable at once, without a turn of the loop in between."""
    for last in (1, 3, 4, 5, 9):
        async for record in connection.cursor(NUMBERS, 10, prefetch=4):
            if record["i"] == last:
                break
        assert await connection.fetchval("SELECT 1") == 1
    with pytest.raises(ZeroDivisionError):
        async for _ in connection.cursor(NUMBERS, 10, prefetch=2):
            _ = 1 / 0
    await assert_in_step(connection)


async def test_is_closed_by_its_block(connection: Connection) -> None:
    async with connection.cursor(NUMBERS, 10_000, prefetch=3) as cursor:
        assert [record["i"] for record in await cursor.fetch(7)] == list(range(1, 8))
    assert await connection.fetchval("SELECT 1") == 1
    assert await cursor.fetch(1) == []
    with pytest.raises(ZeroDivisionError):
        async with connection.cursor(NUMBERS, 10_000) as cursor:
            _ = 1 / 0
    await assert_in_step(connection)


async def test_has_the_connection_to_itself(connection: Connection) -> None:
    async with connection.cursor(NUMBERS, 100, prefetch=5) as cursor:
        with pytest.raises(errors.InterfaceError, match="a cursor is open on this connection"):
            await connection.fetchval("SELECT 1")
        with pytest.raises(errors.InterfaceError, match="open both in a transaction"):
            await connection.cursor(NUMBERS, 1)
        with pytest.raises(errors.InterfaceError, match="a cursor is open"):
            async with connection.transaction():
                pass
        assert len(await numbers(cursor)) == 100
        # It has ended, though its block has not.
        assert await connection.fetchval("SELECT 1") == 1


async def test_follows_what_is_in_flight(connection: Connection) -> None:
    before = [asyncio.create_task(connection.fetchval(f"SELECT {i}")) for i in range(3)]
    await asyncio.sleep(0)
    assert await numbers(connection.cursor(NUMBERS, 5, prefetch=2)) == [1, 2, 3, 4, 5]
    assert await asyncio.gather(*before) == [0, 1, 2]


async def test_inside_a_transaction_others_come_between(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (a int)")
    async with connection.transaction():
        other = await connection.cursor(NUMBERS, 5, prefetch=2)
        async for record in connection.cursor(NUMBERS, 5, prefetch=2):
            await connection.execute("INSERT INTO t VALUES ($1)", record["i"])
            assert (await other.fetch(1))[0]["i"] == record["i"]
    assert await connection.fetchval("SELECT sum(a) FROM t") == 15
    # The end of the transaction was the cursor's, too.
    async with connection.transaction():
        left = await connection.cursor(NUMBERS, 9, prefetch=1)
    with pytest.raises(errors.PostgresError) as raised:
        await left.fetch(5)
    assert raised.value.sqlstate == "34000"
    await assert_in_step(connection)


async def test_an_error_comes_with_its_row(connection: Connection) -> None:
    sql = "SELECT 6 / (4 - i) AS i FROM generate_series(1, 9) AS i"
    for inside in (False, True):
        found = []
        with pytest.raises(errors.DivisionByZeroError):
            async with connection.transaction() if inside else asyncio.timeout(30):
                async for record in connection.cursor(sql, prefetch=2):
                    found.append(record["i"])  # noqa: PERF401 - an error comes in between
        assert found == [2, 3]
        await assert_in_step(connection)


async def test_what_cannot_begin(connection: Connection) -> None:
    with pytest.raises(errors.UndefinedTableError):
        await connection.cursor("SELECT * FROM missing")
    with pytest.raises(errors.InterfaceError, match="expected int, not str"):
        await connection.cursor(NUMBERS, "1")
    await connection.fetch(NUMBERS, 1)
    with pytest.raises(errors.InterfaceError, match="expected int, not str"):
        await connection.cursor(NUMBERS, "1")
    for prefetch in (0, -1, 2**31):
        with pytest.raises(errors.InterfaceError, match="prefetch="):
            connection.cursor(NUMBERS, 1, prefetch=prefetch)
    with pytest.raises(errors.InterfaceError, match="n=0"):
        await connection.cursor(NUMBERS, 1).fetch(0)
    await assert_in_step(connection)


async def test_statements_that_write(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    sql = "INSERT INTO t SELECT * FROM generate_series(1, 5) AS i RETURNING a AS i"
    assert await numbers(connection.cursor(sql, prefetch=2)) == [1, 2, 3, 4, 5]
    assert await connection.fetchval("SELECT count(*) FROM t") == 5
    # They are checked at the end, which is a part of the cursor.
    with pytest.raises(errors.UniqueViolationError):
        await numbers(connection.cursor(sql, prefetch=2))
    with pytest.raises(errors.UniqueViolationError):
        async with connection.cursor(sql, prefetch=2):
            pass
    assert await connection.cursor("UPDATE t SET a = a").fetch(1) == []
    assert await connection.fetchval("SELECT count(*) FROM t") == 5


async def test_after_a_migration(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t AS SELECT 1 AS i")
    assert await numbers(connection.cursor("SELECT * FROM t")) == [1]
    await connection.execute("ALTER TABLE t ADD b text")
    cursor = await connection.cursor("SELECT * FROM t")
    assert [tuple(record) for record in await cursor.fetch(2)] == [(1, None)]
    await assert_in_step(connection)


async def test_copy_is_none(connection: Connection) -> None:
    for sql in ("COPY (SELECT 1) TO STDOUT", "COPY pg_class FROM STDIN"):
        with pytest.raises(errors.Error):
            await connection.cursor(sql)
        await assert_in_step(connection)


async def start_slow(
    connection: Connection, administrator: psycopg.Connection
) -> "tuple[postgres.Cursor, int]":
    """A cursor that has given two rows, and for the next one the server takes a minute."""
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    cursor = connection.cursor(SLOW, prefetch=2)
    assert (await anext(cursor))["i"] == 1
    await eventually(lambda: running(administrator, pid))
    return cursor, pid


async def leave(cursor: postgres.Cursor) -> None:
    await cursor.close()


async def cancel(cursor: postgres.Cursor) -> None:
    await anext(cursor)
    task = asyncio.ensure_future(cursor.fetch(1))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def time_out(cursor: postgres.Cursor) -> None:
    cursor._timeout = 0.02
    with pytest.raises(errors.QueryTimeoutError):
        await cursor.fetch(2)


async def forget(cursor: postgres.Cursor) -> None:
    cursor.__del__()


@pytest.mark.parametrize("end", [leave, cancel, time_out, forget])
async def test_the_server_stops(
    connection: Connection, administrator: psycopg.Connection, end: Callable[..., object]
) -> None:
    """However it is ended while the server works, that ends there, too."""
    cursor, pid = await start_slow(connection, administrator)
    await asyncio.wait_for(asyncio.ensure_future(end(cursor)), 5)  # type: ignore[call-overload]
    await assert_in_step(connection)
    assert running(administrator, pid) is None
    cursor._rows.clear()
    assert await cursor.fetch(3) == []


async def test_cancelled_at_any_moment(connection: Connection) -> None:
    for turns in range(25):
        task = asyncio.create_task(numbers(connection.cursor(NUMBERS, 500, prefetch=20)))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert await connection.fetchval("SELECT $1::int", turns) == turns
    await assert_in_step(connection)


async def test_a_session_that_is_ended(
    connection: Connection, administrator: psycopg.Connection
) -> None:
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    cursor = await connection.cursor(NUMBERS, 100, prefetch=10)
    administrator.execute("SELECT pg_terminate_backend(%s)", [pid])
    with pytest.raises((errors.AdminShutdownError, errors.PostgresConnectionError)):
        await numbers(cursor)
    await cursor.close()
    assert connection.is_closed()


async def test_a_connection_that_is_closed(connection: Connection) -> None:
    cursor = await connection.cursor(NUMBERS, 100, prefetch=10)
    await connection.close()
    with pytest.raises(errors.ConnectionClosedError):
        await numbers(cursor)
    with pytest.raises(errors.ConnectionClosedError):
        await connection.cursor(NUMBERS, 1)


async def test_two_tasks_at_one_cursor(connection: Connection) -> None:
    cursor = await connection.cursor(SLOW.replace("60", "5"), prefetch=2)
    task = asyncio.create_task(cursor.fetch(3))
    await asyncio.sleep(0.01)
    with pytest.raises(errors.InterfaceError, match="at other rows"):
        await cursor.fetch(3)
    with pytest.raises(errors.InterfaceError, match="closed"):
        await task
    await assert_in_step(connection)


async def test_of_a_pool(pool: Pool) -> None:
    before = pool.get_idle_size()
    assert len(await numbers(pool.cursor(NUMBERS, 25, prefetch=10))) == 25
    assert pool.get_idle_size() == before
    async for _ in pool.cursor(NUMBERS, 1000, prefetch=10):
        assert pool.get_idle_size() == before - 1
        assert await pool.fetchval("SELECT 1") == 1
        break
    await eventually(lambda: pool.get_idle_size() == before)
    async with pool.cursor(NUMBERS, 1000, prefetch=10) as cursor:
        assert len(await cursor.fetch(15)) == 15
    with pytest.raises(errors.UndefinedTableError):
        await pool.cursor("SELECT * FROM missing")
    await eventually(lambda: pool.get_idle_size() == before)
    assert pool.get_size() == before
    await assert_in_step(pool)


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_of_a_pool_thrown_away(pool: Pool, elsewhere: bool) -> None:
    """The connection goes back, whichever thread the collector runs on."""
    thrown_away = [await pool.cursor(NUMBERS, 50, prefetch=4)]
    assert pool.get_stats().acquired == 1
    if elsewhere:
        await asyncio.to_thread(thrown_away.clear)
    else:
        thrown_away.clear()
    await eventually(lambda: pool.get_stats().acquired == 0)
    assert await pool.fetchval("SELECT 1") == 1


async def test_a_connection_given_back_with_a_cursor(database: Server) -> None:
    async with postgres.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        for inside in (False, True):
            async with pool.acquire() as connection:
                pid = await connection.fetchval("SELECT pg_backend_pid()")
                if inside:
                    await connection.execute("BEGIN")
                cursor = await connection.cursor(NUMBERS, 1000, prefetch=10)
            assert await pool.fetchval("SELECT pg_backend_pid()") == pid
            with pytest.raises(errors.InterfaceError, match="the cursor is closed"):
                await cursor.fetch(100)
            await assert_in_step(pool)


async def test_memory_does_not_grow_with_the_result(connection: Connection) -> None:
    """Five megabytes of text go through one."""
    tracemalloc.start()
    try:
        count = 0
        async for record in connection.cursor(WIDE, 5_000, prefetch=50):
            count += len(record["text"])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 5_000_000
    assert peak < 1_000_000
