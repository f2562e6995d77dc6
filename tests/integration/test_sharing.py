"""Statements of a pool that share its busy connections: what they may, and what never."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Pool, errors
from tests.integration.observation import assert_in_step, eventually, sessions
from tests.integration.test_pool import application, single

__all__ = ["application", "single"]


@pytest.fixture
async def pair(database: Server, application: str) -> AsyncIterator[Pool]:
    """A pool of two connections, both open."""
    dsn = database.uri(application_name=application)
    async with postgres.create_pool(dsn, min_size=2, max_size=2) as pool:
        yield pool


@pytest.mark.each_loop
async def test_queries_share_busy_connections(pair: Pool) -> None:
    answers = [pair.fetchval("SELECT $1::int", i) for i in range(200)]
    assert await asyncio.gather(*answers) == list(range(200))
    stats = pair.get_stats()
    assert (stats.size, stats.idle, stats.waiting) == (2, 2, 0)
    assert stats.shared > 100
    assert stats.requests >= 200


async def test_no_more_than_so_many_share_one(single: Pool) -> None:
    """Who finds no place waits for one, and is served in the order of asking."""
    (engine,) = single._connections
    answered: list[int] = []

    async def ask(i: int) -> None:
        assert await single.fetchval("SELECT $1::int", i) == i
        answered.append(i)

    tasks = [asyncio.create_task(ask(i)) for i in range(500)]
    await asyncio.sleep(0)
    assert (engine.in_flight, single.get_stats().waiting) == (64, 436)
    await asyncio.gather(*tasks)
    assert sorted(answered) == list(range(500))
    assert single.get_stats().waits == 436
    await assert_in_step(single)


async def test_an_error_touches_nobody_else(single: Pool) -> None:
    async def ask(i: int) -> object:
        if i % 3 == 0:
            with pytest.raises(errors.DivisionByZeroError):
                await single.fetchval("SELECT 1 / ($1::int - $1)", i)
            return i
        if i % 7 == 0:
            with pytest.raises(errors.InterfaceError):
                await single.fetchval("SELECT $1::int", "no number")
            return i
        return await single.fetchval("SELECT $1::int", i)

    assert await asyncio.gather(*map(ask, range(100))) == list(range(100))
    await assert_in_step(single)


OWN = {
    "setting": "SET work_mem = '1MB'",
    "script": "SELECT pg_sleep(0.02); SELECT 2",
    "function": "SELECT set_config('work_mem', '1MB', false)",
    "temporary table": "SELECT 1 AS a INTO TEMP x",
    "write": "INSERT INTO t VALUES (1)",
    "lock": "SELECT * FROM t FOR UPDATE",
}


@pytest.mark.parametrize("statement", OWN)
async def test_all_else_stands_alone(single: Pool, statement: str) -> None:
    """Nothing goes behind it, and it goes behind nothing."""
    await single.execute("CREATE TABLE t (a int)")
    (connection,) = single._connections.values()
    engine = connection._engine
    own = asyncio.create_task(single.execute(OWN[statement]))
    await asyncio.sleep(0)
    assert engine.in_flight == 1
    behind = asyncio.create_task(single.fetchval("SELECT 1"))
    await asyncio.sleep(0)
    assert engine.in_flight == 1
    assert await behind == 1
    await own
    queries = [asyncio.create_task(single.fetchval("SELECT $1::int", i)) for i in range(3)]
    await asyncio.sleep(0)
    before = engine.in_flight
    own = asyncio.create_task(single.execute(OWN[statement]))
    await asyncio.sleep(0)
    assert engine.in_flight == before
    assert await asyncio.gather(*queries) == [0, 1, 2]
    with suppress(errors.DuplicateTableError):
        await own


async def test_an_acquired_connection_is_never_shared(pair: Pool) -> None:
    async with pair.acquire() as mine:
        engine = mine._engine
        for _ in range(3):
            answers = [asyncio.ensure_future(pair.fetchval("SELECT 1")) for _ in range(20)]
            await asyncio.sleep(0)
            assert engine.in_flight == 0
            assert await asyncio.gather(*answers) == [1] * 20
    async with pair.transaction() as mine:
        pid = await mine.fetchval("SELECT pg_backend_pid()")
        pids = await asyncio.gather(*(pair.fetchval("SELECT pg_backend_pid()") for _ in range(20)))
        assert pid not in pids


async def test_a_write_that_waits_for_a_lock_holds_nobody_up(database: Server) -> None:
    """Were a query behind it, and its answer what the lock's owner waits for, all would stop."""
    async with asyncio.timeout(30), postgres.create_pool(database.dsn, max_size=3) as pool:
        await pool.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
        async with pool.transaction() as connection:
            await connection.execute("UPDATE t SET a = 2")
            waiting = asyncio.create_task(pool.execute("UPDATE t SET a = $1", 3))
            await asyncio.sleep(0.01)
            for _ in range(20):
                rows = await asyncio.gather(*(pool.fetchval("SELECT a FROM t") for _ in "abc"))
                assert rows == [1, 1, 1]
            assert not waiting.done()
        await waiting
        assert await pool.fetchval("SELECT a FROM t") == 3


async def test_nothing_goes_behind_what_takes_long(pair: Pool) -> None:
    """It is noticed while it runs, and known the next time."""
    slow = "SELECT count(*) FROM generate_series(1, 100) AS g, LATERAL (SELECT slow(g)) AS s"
    await pair.execute(
        "CREATE FUNCTION slow(int) RETURNS void LANGUAGE sql AS 'SELECT pg_sleep(0.004)'"
    )
    tasks = [asyncio.create_task(pair.fetchval(slow)) for _ in range(1)]
    tasks += [asyncio.create_task(pair.fetchval("SELECT 1")) for _ in range(20)]
    await asyncio.sleep(0.15)
    for _ in range(30):
        answers = await asyncio.gather(*(pair.fetchval("SELECT 2") for _ in range(5)))
        assert answers == [2] * 5
    assert not tasks[0].done()
    await asyncio.gather(*tasks)
    assert not pair._sharing.is_shareable(slow)
    assert pair._sharing.is_shareable("SELECT 2")


@pytest.mark.each_loop
async def test_who_wants_one_of_his_own_does_not_starve(pair: Pool) -> None:
    """A connection is drained for him, however many others go on to share."""
    stop = False
    answered = before = 0

    async def share() -> None:
        nonlocal answered
        while not stop:
            await pair.fetchval("SELECT 1")
            answered += 1

    sharers = [asyncio.create_task(share()) for _ in range(40)]
    async with asyncio.timeout(30):
        for _ in range(20):
            async with pair.transaction() as connection:
                before = answered
                assert await connection.fetchval("SELECT 42") == 42
                await asyncio.sleep(0.001)
        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(pair.execute("SELECT 1; SELECT 2"))
    assert answered > before
    stop = True
    await asyncio.gather(*sharers)
    assert pair.get_stats().idle == 2


async def test_a_connection_is_drained_for_who_wants_one(single: Pool) -> None:
    """Newcomers wait behind him, and what is in flight is answered first."""
    assert await single.fetchval("SELECT 1") == 1
    (engine,) = single._connections
    # Slow enough to be in flight still when the others have asked.
    slow = "SELECT $1::int + min(g) - 1 FROM generate_series(1, 500000) AS g"
    queries = [asyncio.create_task(single.fetchval(slow, i)) for i in range(3)]
    await asyncio.sleep(0)
    wanted = asyncio.ensure_future(single.acquire())
    await asyncio.sleep(0)
    newcomers = [asyncio.create_task(single.fetchval("SELECT 1")) for _ in range(3)]
    await asyncio.sleep(0)
    assert engine.in_flight == 3
    connection = await wanted
    assert await asyncio.gather(*queries) == [0, 1, 2]
    assert not any(newcomer.done() for newcomer in newcomers)
    await single.release(connection)
    assert await asyncio.gather(*newcomers) == [1, 1, 1]


async def test_who_shares_does_not_starve_either(pair: Pool) -> None:
    stop = False

    async def own() -> None:
        while not stop:
            async with pair.transaction() as connection:
                await connection.fetchval("SELECT 1")

    owners = [asyncio.create_task(own()) for _ in range(10)]
    async with asyncio.timeout(30):
        for i in range(12):
            assert await pair.fetchval("SELECT $1::int", i) == i
    stop = True
    await asyncio.gather(*owners)


async def test_a_choice_not_to_share(database: Server) -> None:
    async with postgres.create_pool(database.dsn, max_size=2, pipelining=False) as pool:
        answers = [pool.fetchval("SELECT $1::int", i) for i in range(50)]
        assert await asyncio.gather(*answers) == list(range(50))
        assert pool.get_stats().shared == 0


async def test_a_bound_holds_on_a_shared_connection(single: Pool) -> None:
    """Its end hurts none of those who stand on the same connection."""
    await single.execute(
        "CREATE FUNCTION slow() RETURNS int LANGUAGE sql AS 'SELECT 1 FROM pg_sleep(0.2)'"
    )
    slow = asyncio.create_task(single.fetchval("SELECT slow()"))
    await asyncio.sleep(0)
    late = asyncio.create_task(single.fetchval("SELECT 1", timeout=0.02))
    others = [asyncio.create_task(single.fetchval("SELECT $1::int", i)) for i in range(10)]
    with pytest.raises(errors.QueryTimeoutError):
        await late
    slow.cancel()
    async with asyncio.timeout(30):
        assert await asyncio.gather(*others) == list(range(10))
    assert slow.cancelled()
    await assert_in_step(single)


@pytest.mark.each_loop
@pytest.mark.parametrize("seed", [1, 2])
async def test_all_at_once(
    database: Server, administrator: psycopg.Connection, application: str, seed: int
) -> None:
    """Queries, errors, writes, transactions and cancellations: every answer is its asker's."""
    chance = random.Random(seed)
    dsn = database.uri(application_name=application)
    async with postgres.create_pool(dsn, min_size=1, max_size=4) as pool:
        await pool.execute("CREATE TABLE t (a int, part int)")

        async def ask(i: int) -> None:
            for k in range(5):
                number = i * 10 + k
                kind = chance.randrange(8)
                if kind == 0:
                    with pytest.raises(errors.DivisionByZeroError):
                        await pool.fetchval("SELECT 1 / ($1::int - $1)", number)
                elif kind == 1:
                    async with pool.transaction() as connection:
                        await connection.execute("INSERT INTO t VALUES ($1, 1)", number)
                        await connection.execute("INSERT INTO t VALUES ($1, 2)", number)
                elif kind == 2:
                    await pool.execute("INSERT INTO t VALUES ($1, 1), ($1, 2)", number)
                elif kind == 3:
                    async with pool.acquire() as connection:
                        await connection.execute("SET work_mem = '1MB'")
                        assert await connection.fetchval("SHOW work_mem") == "1MB"
                elif kind == 4:
                    with suppress(errors.QueryTimeoutError):
                        seconds = chance.choice([0.0005, 0.005, 1])
                        answer = await pool.fetchval("SELECT $1::int", number, timeout=seconds)
                        assert answer == number
                else:
                    row = await pool.fetchrow(
                        "SELECT $1::int, current_setting('work_mem') <> '1MB'", number
                    )
                    assert tuple(row or ()) == (number, True)

        tasks = [asyncio.create_task(ask(i)) for i in range(200)]
        for _ in range(60):
            await asyncio.sleep(0.001)
            chance.choice(tasks).cancel()
        async with asyncio.timeout(30):
            await asyncio.wait(tasks)
        for task in tasks:
            assert task.cancelled() or task.exception() is None
        await eventually(lambda: pool.get_idle_size() == pool.get_size() and not pool._tasks)
        stats = pool.get_stats()
        assert (stats.waiting, stats.acquired, stats.opening) == (0, 0, 0)
        assert (pool._promised, pool._wanting) == (0, 0)
        assert stats.size <= 4
        await eventually(lambda: len(sessions(administrator, application)) == stats.size)
        parts = await pool.fetch("SELECT count(*) FROM t GROUP BY a")
        assert {row[0] for row in parts} <= {2}
        await assert_in_step(pool)
