"""A COPY that is given up, whenever that is, leaves its connection clean, or closed in time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, errors
from tests.integration.observation import assert_in_step, eventually, running

pytestmark = pytest.mark.each_loop

HUGE = "SELECT repeat('x', 1000) FROM generate_series(1, 1000000)"


@pytest.fixture
async def table(connection: Connection) -> Connection:
    await connection.execute("CREATE TABLE t (a int, b text)")
    return connection


def endless() -> Iterator[tuple[int, str]]:
    while True:
        yield (1, "a")


async def waiting() -> AsyncIterator[tuple[int, str]]:
    """Records of which the last never comes."""
    for _ in range(10_000):
        yield (1, "a")
    await asyncio.sleep(60)


async def records_in(connection: Connection) -> None:
    await connection.copy_records_to_table("t", records=endless())


async def records_in_slowly(connection: Connection) -> None:
    await connection.copy_records_to_table("t", records=waiting())


async def data_in(connection: Connection) -> None:
    await connection.copy_to_table("t", source=(b"1\ta\n" for _ in endless()))


async def data_out(connection: Connection) -> None:
    async for _ in connection.copy_from_query(HUGE):
        pass


async def data_out_slowly(connection: Connection) -> None:
    async for _ in connection.copy_from_query(HUGE):
        await asyncio.sleep(60)


async def data_out_to_a_function(connection: Connection) -> None:
    await connection.copy_from_query(HUGE, output=lambda data: None)


async def nothing_comes(connection: Connection) -> None:
    await connection.copy_from_query("SELECT pg_sleep(60)", output=lambda data: None)


COPIES = [
    records_in,
    records_in_slowly,
    data_in,
    data_out,
    data_out_slowly,
    data_out_to_a_function,
    nothing_comes,
]


@pytest.mark.parametrize("copy", COPIES)
async def test_cancelled_at_several_points(
    table: Connection, copy: Callable[[Connection], Awaitable[None]]
) -> None:
    for seconds in (None, 0, 0.002, 0.02, 0.08):
        task = asyncio.ensure_future(copy(table))
        if seconds is not None:
            await asyncio.sleep(seconds)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(30):
            assert await table.fetchval("SELECT count(*) FROM t") == 0
    await assert_in_step(table)


async def test_a_timeout(table: Connection) -> None:
    for copy in (
        table.copy_records_to_table("t", records=endless(), timeout=0.05),
        table.copy_from_query("SELECT pg_sleep(60)", output=print, timeout=0.05),
        anext(table.copy_from_query("SELECT pg_sleep(60)", timeout=0.05)),
    ):
        with pytest.raises(errors.QueryTimeoutError):
            await copy
    await assert_in_step(table)


async def test_while_it_waits_for_a_lock(
    table: Connection, administrator: psycopg.Connection, database: Server
) -> None:
    async with await postgres.connect(database.dsn) as other, other.transaction():
        await other.execute("LOCK TABLE t")
        pid = await table.fetchval("SELECT pg_backend_pid()")
        task = asyncio.create_task(table.copy_to_table("t", source=b"1\ta\n"))
        await eventually(lambda: running(administrator, pid))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await eventually(lambda: not running(administrator, pid))
    await assert_in_step(table)


async def test_while_it_waits_for_its_turn(
    table: Connection, administrator: psycopg.Connection
) -> None:
    administrator.execute("SELECT pg_advisory_lock(4714)")
    before = asyncio.create_task(table.fetchval("SELECT pg_advisory_lock(4714)::text || 'ok'"))
    await asyncio.sleep(0)
    copies = [asyncio.create_task(table.copy_to_table("t", source=b"1\ta\n")) for _ in range(3)]
    behind = asyncio.create_task(table.fetchval("SELECT count(*) FROM t"))
    await asyncio.sleep(0.01)
    copies[0].cancel()
    copies[2].cancel()
    administrator.execute("SELECT pg_advisory_unlock(4714)")
    assert await before == "ok"
    assert await copies[1] == "COPY 1"
    assert await behind == 1
    assert copies[0].cancelled()
    await assert_in_step(table)


async def test_the_server_is_terminated_midway(
    database: Server, administrator: psycopg.Connection
) -> None:
    administrator.execute("CREATE TABLE IF NOT EXISTS pg_temp.nothing ()")
    for copy in (records_in, data_in, data_out, data_out_slowly):
        connection = await postgres.connect(database.dsn)
        await connection.execute("CREATE TABLE IF NOT EXISTS t (a int, b text)")
        pid = await connection.fetchval("SELECT pg_backend_pid()")
        task = asyncio.ensure_future(copy(connection))
        await asyncio.sleep(0.03)
        administrator.execute("SELECT pg_terminate_backend(%s)", [pid])
        if copy is data_out_slowly:
            # Nobody reads: what the server says is seen by who does so again.
            task.cancel()
        with pytest.raises((errors.PostgresError, asyncio.CancelledError)):
            async with asyncio.timeout(30):
                await task
        await eventually(connection.is_closed)
        with pytest.raises(errors.Error):
            await connection.copy_to_table("t", source=b"")


async def test_closed_midway(database: Server) -> None:
    for copy in (records_in, data_in, data_out):
        connection = await postgres.connect(database.dsn)
        await connection.execute("CREATE TABLE IF NOT EXISTS t (a int, b text)")
        task = asyncio.ensure_future(copy(connection))
        await asyncio.sleep(0.02)
        await connection.close()
        with pytest.raises(errors.ConnectionClosedError):
            await task


async def test_memory_is_bounded_while_the_server_is_slow(table: Connection) -> None:
    """Who has much data waits until the server has taken what was sent before."""
    await table.execute(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END $$; "
        "CREATE TRIGGER slow BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION slow()"
    )
    sent = 0

    def count(so_far: int, rows: int | None) -> None:
        nonlocal sent
        sent = so_far

    def wide() -> Iterator[tuple[int, str]]:
        for _ in endless():
            yield (1, "x" * 1000)

    copying: Any = table.copy_records_to_table("t", records=wide(), progress=count)
    task = asyncio.ensure_future(copying)
    await eventually(lambda: sent)
    await asyncio.sleep(0.2)
    # The socket's two buffers, and what may wait to be written.
    assert 0 < sent < 4_000_000
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await assert_in_step(table)


async def test_left_open_as_its_connection_is_given_back(database: Server) -> None:
    async with postgres.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        pid = await pool.fetchval("SELECT pg_backend_pid()")
        async with pool.acquire() as connection:
            stream = connection.copy_from_query(HUGE)
            assert await anext(stream)
        # Nobody has to wait until the stream is forgotten, nor for another connection.
        assert await asyncio.wait_for(pool.fetchval("SELECT pg_backend_pid()"), 30) == pid
        with pytest.raises(errors.InterfaceError, match="given up before its end"):
            [piece async for piece in stream]
