"""A statement that is given up stops at the server, and its connection stays in step."""

import asyncio

import psycopg
import pytest

from data_bridge.postgres import Connection
from tests.integration.observation import assert_in_step, eventually, running

pytestmark = pytest.mark.each_loop


async def start(
    administrator: psycopg.Connection, connection: Connection, sql: str
) -> "tuple[asyncio.Task[object], int]":
    """A task that runs a statement, once the server is at it, and the session's pid."""
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    task = asyncio.create_task(connection.fetch(sql))
    await eventually(lambda: running(administrator, pid))
    return task, pid


async def cancel(task: "asyncio.Task[object]") -> None:
    assert task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_running_statement_stops_at_the_server(
    connection: Connection, administrator: psycopg.Connection
) -> None:
    task, pid = await start(administrator, connection, "SELECT pg_sleep(60)")
    await cancel(task)
    await eventually(lambda: not running(administrator, pid))
    await assert_in_step(connection)


async def test_all_tasks_of_one_connection_at_once(
    connection: Connection, administrator: psycopg.Connection
) -> None:
    """Each of the statements is stopped, though none may be hit while a neighbour is waited for."""
    task, pid = await start(administrator, connection, "SELECT pg_sleep(60)")
    others = [asyncio.create_task(connection.fetch(f"SELECT pg_sleep(6{i})")) for i in range(4)]
    await asyncio.sleep(0.01)
    for each in (task, *others):
        each.cancel()
    await asyncio.wait([task, *others])
    assert all(each.cancelled() for each in (task, *others))
    await assert_in_step(connection)
    assert running(administrator, pid) is None


async def test_a_neighbour_is_not_hit(
    connection: Connection, administrator: psycopg.Connection
) -> None:
    task, _ = await start(administrator, connection, "SELECT pg_sleep(0.1)")
    neighbour = asyncio.create_task(connection.fetchval("SELECT pg_sleep(0.05)::text || 'ok'"))
    await asyncio.sleep(0.01)
    await cancel(task)
    assert await neighbour == "ok"
    await assert_in_step(connection)


async def test_the_last_one_waiting_gives_up_behind_a_neighbour(
    connection: Connection, administrator: psycopg.Connection
) -> None:
    """What runs on alone, after its neighbour was answered, is stopped then."""
    neighbour, pid = await start(administrator, connection, "SELECT pg_sleep(0.1)")
    task = asyncio.create_task(connection.fetch("SELECT pg_sleep(60)"))
    await asyncio.sleep(0.01)
    await cancel(task)
    await neighbour
    await eventually(lambda: not running(administrator, pid))
    await assert_in_step(connection)


async def test_others_do_not_wait_for_what_was_given_up(
    connection: Connection, administrator: psycopg.Connection
) -> None:
    """They were written behind it, and would be answered after it only."""
    task, pid = await start(administrator, connection, "SELECT pg_sleep(60)")
    others = [asyncio.create_task(connection.fetchval("SELECT $1::int", i)) for i in range(5)]
    doomed = asyncio.create_task(connection.fetch("SELECT pg_sleep(61)"))
    last = asyncio.create_task(connection.execute("SELECT 1; SELECT 2"))
    await asyncio.sleep(0.01)
    await cancel(task)
    await cancel(doomed)
    async with asyncio.timeout(5):
        assert await asyncio.gather(*others) == [0, 1, 2, 3, 4]
        assert await last == "SELECT 1"
    assert running(administrator, pid) is None
    await assert_in_step(connection)


async def test_what_is_given_up_ends_by_itself_meanwhile(connection: Connection) -> None:
    """The cancel request comes late then, and those behind must not feel it."""
    await connection.execute("CREATE TABLE t (a int)")
    for i in range(8):
        # The server is asked to stop it after a tenth of a second.
        task = asyncio.create_task(connection.fetch(f"SELECT pg_sleep({0.095 + i * 0.003})"))
        await asyncio.sleep(0.005)
        insert = "INSERT INTO t SELECT $1::int"
        others = [asyncio.create_task(connection.execute(insert, i)) for _ in range(20)]
        await asyncio.sleep(0)
        await cancel(task)
        assert await asyncio.gather(*others) == ["INSERT 0 1"] * 20
    counts = await connection.fetch("SELECT count(*)::int FROM t GROUP BY a")
    assert [row[0] for row in counts] == [20] * 8
    await assert_in_step(connection)


async def test_cancelled_again_while_the_first_is_being_cancelled(
    connection: Connection, administrator: psycopg.Connection
) -> None:
    """A late cancel request never hits what was asked after it."""
    for _ in range(20):
        task, _ = await start(administrator, connection, "SELECT pg_sleep(60)")
        await cancel(task)
        second = asyncio.create_task(connection.fetch("SELECT pg_sleep(60)"))
        await asyncio.sleep(0)
        await cancel(second)
        await assert_in_step(connection)


async def test_the_message_of_a_cancellation_arrives(connection: Connection) -> None:
    async def work() -> tuple[object, ...]:
        try:
            await connection.fetch("SELECT pg_sleep(60)")
        except asyncio.CancelledError as error:
            return error.args
        return ("it was not cancelled",)

    for arguments in (("enough of it",), ()):
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel(*arguments)
        assert await task == arguments
