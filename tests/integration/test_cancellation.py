"""A statement that is given up stops at the server, and its connection stays in step."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast
from uuid import uuid4

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, errors
from tests.integration.observation import assert_in_step, eventually, running, sessions

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


async def cancel_if_it_runs(task: "asyncio.Task[object]") -> None:
    """As `cancel`, of a task that may have ended by now on a busy machine."""
    if not task.done():
        await cancel(task)


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


async def test_a_neighbour_is_not_hit(connection: Connection) -> None:
    task: asyncio.Task[object] = asyncio.create_task(connection.fetch("SELECT pg_sleep(0.1)"))
    await asyncio.sleep(0)
    neighbour = asyncio.create_task(connection.fetchval("SELECT pg_sleep(0.05)::text || 'ok'"))
    await asyncio.sleep(0.02)
    await cancel_if_it_runs(task)
    assert await neighbour == "ok"
    await assert_in_step(connection)


async def test_the_last_one_waiting_gives_up_behind_a_neighbour(
    connection: Connection, administrator: psycopg.Connection
) -> None:
    """What runs on alone, after its neighbour was answered, is stopped then."""
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    neighbour = asyncio.create_task(connection.fetch("SELECT pg_sleep(0.1)"))
    await asyncio.sleep(0)
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
    async with asyncio.timeout(30):
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
        await cancel_if_it_runs(task)
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


# At every stage


async def at_once(connection: Connection) -> None:
    """What is given up at once has been written, and not even seen by the server perhaps."""
    task = asyncio.create_task(connection.fetch("SELECT pg_sleep(60)"))
    await asyncio.sleep(0)
    await cancel(task)


async def while_it_is_prepared(connection: Connection) -> None:
    """The server waits for the lock before it can describe the statement."""
    task = asyncio.create_task(connection.fetch("SELECT * FROM locked WHERE a = $1", 1))
    await asyncio.sleep(0.02)
    await cancel(task)


async def while_its_types_are_asked_for(connection: Connection) -> None:
    for turns in range(6):
        await connection.execute(f"CREATE TYPE mood{turns} AS ENUM ('ok')")
        task = asyncio.create_task(connection.fetch(f"SELECT 'ok'::mood{turns}, pg_sleep(60)"))
        for _ in range(turns):
            await asyncio.sleep(0.0005)
        await cancel(task)
        await connection.execute(f"DROP TYPE mood{turns}")


async def half_read(connection: Connection) -> None:
    task = asyncio.create_task(
        connection.fetch("SELECT repeat('x', 1000) FROM generate_series(1, 10000000)")
    )
    await asyncio.sleep(0.05)
    await cancel(task)


async def in_executemany(connection: Connection) -> None:
    rows = [(0.01,)] * 10_000
    task = asyncio.create_task(connection.executemany("SELECT pg_sleep($1)", rows))
    await asyncio.sleep(0.05)
    await cancel(task)


async def in_a_script(connection: Connection) -> None:
    task = asyncio.create_task(connection.execute("SELECT 1; SELECT pg_sleep(60); SELECT 2"))
    await asyncio.sleep(0.02)
    await cancel(task)


async def half_written(connection: Connection) -> None:
    task = asyncio.create_task(connection.fetchval("SELECT $1::text", "x" * 20_000_000))
    await asyncio.sleep(0)
    await cancel(task)


async def just_answered(connection: Connection) -> None:
    for i in range(20):
        task = asyncio.create_task(connection.fetchval("SELECT $1::int", i))
        await asyncio.sleep(i * 0.0001)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled() or task.result() == i


async def all_together(connection: Connection) -> None:
    tasks = [asyncio.create_task(connection.fetch(f"SELECT {i}, pg_sleep(60)")) for i in range(9)]
    await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert all(task.cancelled() for task in tasks)


STAGES = [
    at_once,
    while_it_is_prepared,
    while_its_types_are_asked_for,
    half_read,
    in_executemany,
    in_a_script,
    half_written,
    just_answered,
    all_together,
]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("times", [1, 3])
async def test_at_every_stage(
    connection: Connection,
    administrator: psycopg.Connection,
    stage: Callable[[Connection], Awaitable[None]],
    times: int,
) -> None:
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    schema = await connection.fetchval("SELECT current_schema()::text")
    await connection.execute("CREATE TABLE locked (a int)")
    with administrator.transaction():
        administrator.execute(f'LOCK TABLE "{schema}".locked')
        for _ in range(times):
            await stage(connection)
        await assert_in_step(connection)
        assert not connection.is_closed()
        assert running(administrator, pid) is None
    assert connection._engine.in_flight == 0


@pytest.mark.parametrize("stage", STAGES)
async def test_at_every_stage_of_a_pool(
    database: Server,
    administrator: psycopg.Connection,
    stage: Callable[[Connection], Awaitable[None]],
) -> None:
    """It can be asked just as a connection, and keeps what it had."""
    name = f"test_{uuid4().hex}"
    async with postgres.create_pool(
        database.uri(application_name=name), min_size=1, max_size=2
    ) as pool:
        await pool.execute("CREATE TABLE locked (a int)")
        schema = await pool.fetchval("SELECT current_schema()::text")
        with administrator.transaction():
            administrator.execute(f'LOCK TABLE "{schema}".locked')
            await stage(cast("Connection", pool))
            await assert_in_step(pool)
        await eventually(lambda: pool.get_idle_size() == pool.get_size() and not pool._opening)
        assert not pool._waiting
        connections = list(pool._connections.values())
        pids = [await each.fetchval("SELECT pg_backend_pid()") for each in connections]
        # One that the pool has closed may still be on its way out.
        await eventually(lambda: sorted(pids) == sessions(administrator, name))
        for pid in sessions(administrator, name):
            assert running(administrator, pid) is None


async def test_while_it_waits_for_the_pool(database: Server) -> None:
    async with postgres.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        async with pool.acquire():
            task = asyncio.create_task(pool.fetchval("SELECT 1"))
            await asyncio.sleep(0.01)
            await cancel(task)
            transaction = asyncio.create_task(pool.transaction().__aenter__())
            await asyncio.sleep(0)
            await cancel(transaction)
        assert pool.get_idle_size() == pool.get_size() == 1
        await assert_in_step(pool)


# Under load


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_at_random_on_one_connection(connection: Connection, seed: int) -> None:
    """No answer is wrong, none is another's, and none is missing."""
    chance = random.Random(seed)
    await connection.execute("CREATE TABLE t (a int)")
    kept: set[int] = set()
    unknown: set[int] = set()

    async def ask(i: int) -> None:
        kind = i % 5
        if kind == 0:
            assert await connection.fetchval("SELECT $1::int FROM pg_sleep(0.001)", i) == i
        elif kind == 1:
            rows = await connection.fetch("SELECT $1::int, g FROM generate_series(1, 50) AS g", i)
            assert [tuple(row) for row in rows] == [(i, g) for g in range(1, 51)]
        elif kind == 2:
            assert await connection.fetchval(f"SELECT {i}") == i
        elif kind == 3:
            with pytest.raises(errors.DivisionByZeroError):
                await connection.execute("SELECT 1 / ($1::int - $1)", i)
        else:
            unknown.add(i)
            assert await connection.execute("INSERT INTO t VALUES ($1)", i) == "INSERT 0 1"
            unknown.discard(i)
            kept.add(i)

    running_tasks: set[asyncio.Task[None]] = set()
    finished: list[asyncio.Task[None]] = []
    for i in range(400):
        task = asyncio.create_task(ask(i))
        running_tasks.add(task)
        if chance.random() < 0.5:
            await asyncio.sleep(chance.choice([0, 0, 0.0005, 0.002]))
        while running_tasks and chance.random() < 0.6:
            chosen = chance.choice(sorted(running_tasks, key=id))
            running_tasks.discard(chosen)
            finished.append(chosen)
            if chance.random() < 0.7:
                chosen.cancel()
    finished += running_tasks
    async with asyncio.timeout(30):
        await asyncio.wait(finished)
    for task in finished:
        if not task.cancelled():
            assert task.exception() is None
    await assert_in_step(connection)
    stored = [row[0] for row in await connection.fetch("SELECT a FROM t")]
    assert len(stored) == len(set(stored))
    # What was given up may have been carried out before.
    assert kept <= set(stored) <= kept | unknown


@pytest.mark.parametrize("seed", [1, 2])
async def test_at_random_on_a_pool(
    database: Server, administrator: psycopg.Connection, seed: int
) -> None:
    chance = random.Random(seed)
    name = f"test_{uuid4().hex}"
    dsn = database.uri(application_name=name)
    async with postgres.create_pool(dsn, min_size=1, max_size=4) as pool:
        await pool.execute("CREATE TABLE t (a int, part int)")

        async def ask(i: int) -> None:
            if i % 3 == 0:
                assert await pool.fetchval("SELECT $1::int FROM pg_sleep(0.001)", i) == i
            elif i % 3 == 1:
                with suppress(errors.QueryTimeoutError):
                    seconds = chance.choice([0.001, 1])
                    assert await pool.fetchval("SELECT $1::int", i, timeout=seconds) == i
            else:
                async with pool.transaction() as connection:
                    await connection.execute("INSERT INTO t VALUES ($1, 1)", i)
                    await connection.execute("INSERT INTO t VALUES ($1, 2)", i)

        tasks = []
        for i in range(400):
            tasks.append(asyncio.create_task(ask(i)))
            if chance.random() < 0.6:
                await asyncio.sleep(chance.choice([0, 0.0005, 0.001]))
            if chance.random() < 0.5:
                chance.choice(tasks[-8:]).cancel()
        async with asyncio.timeout(30):
            await asyncio.wait(tasks)
        assert [task.exception() for task in tasks if not task.cancelled()].count(None) == len(
            [task for task in tasks if not task.cancelled()]
        )
        await eventually(lambda: pool.get_idle_size() == pool.get_size() and not pool._opening)
        assert not pool._waiting
        assert pool.get_size() <= 4
        await eventually(lambda: len(sessions(administrator, name)) == pool.get_size())
        # Whole transactions, or none of one.
        parts = await pool.fetch("SELECT count(*) FROM t GROUP BY a")
        assert {row[0] for row in parts} == {2}
        await assert_in_step(pool)
