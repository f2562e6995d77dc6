"""Everything at once, given up at random: nothing leaks, and no answer and no row is wrong."""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable
from uuid import uuid4

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Pool, errors
from tests.integration.fault_proxy import fault_proxy
from tests.integration.observation import assert_in_step, eventually, running, sessions

ACCOUNTS = 20
TOTAL = 100 * ACCOUNTS
#: Tasks at a time, and how many of them in all: more than half of them are given up.
AT_ONCE = 40
CALLS = 20_000

pytestmark = pytest.mark.each_loop


async def find(pool: Pool, chance: random.Random) -> None:
    number = chance.randrange(1_000_000)
    assert await pool.fetchval("SELECT $1::int + 1", number) == number + 1


async def find_many(pool: Pool, chance: random.Random) -> None:
    number = chance.randrange(1_000_000)
    rows = await pool.fetch("SELECT g, $1::int FROM generate_series(1, 20) AS g", number)
    assert [tuple(row) for row in rows] == [(g, number) for g in range(1, 21)]


async def find_in_time(pool: Pool, chance: random.Random) -> None:
    number = chance.randrange(1_000_000)
    try:
        found = await pool.fetchval("SELECT $1::int FROM pg_sleep(0.001)", number, timeout=0.002)
    except errors.QueryTimeoutError:
        return
    assert found == number


async def err(pool: Pool, chance: random.Random) -> None:
    with pytest.raises(errors.DivisionByZeroError):
        await pool.fetchval("SELECT 1 / ($1::int - $1)", chance.randrange(1000))


async def transfer(pool: Pool, chance: random.Random) -> None:
    """Money changes hands in four statements; half-way there is too little of it."""
    payer, payee = sorted(chance.sample(range(ACCOUNTS), 2))
    async with pool.transaction() as connection:
        await connection.execute("UPDATE account SET sum = sum - 1 WHERE id = $1", payer)
        async with connection.transaction():
            await connection.execute("UPDATE account SET sum = sum + 1 WHERE id = $1", payee)
        await connection.execute("INSERT INTO done VALUES ($1, $2)", payer, payee)


async def insert_many(pool: Pool, chance: random.Random) -> None:
    number = chance.randrange(1_000_000_000)
    await pool.executemany("INSERT INTO batch VALUES ($1, $2)", [(number, i) for i in range(10)])


async def change_the_session(pool: Pool, chance: random.Random) -> None:
    async with pool.acquire() as connection:
        name = f"of_{chance.randrange(1000)}"
        await connection.execute(f"SET application_name = '{name}'")
        assert await connection.fetchval("SHOW application_name") == name


KINDS: list[tuple[Callable[[Pool, random.Random], Awaitable[None]], int]] = [
    (find, 30),
    (find_many, 15),
    (find_in_time, 10),
    (err, 10),
    (transfer, 20),
    (insert_many, 10),
    (change_the_session, 5),
]


async def prepare(pool: Pool) -> None:
    await pool.execute(
        "CREATE TABLE account (id int PRIMARY KEY, sum int NOT NULL);"
        "CREATE TABLE done (payer int, payee int); CREATE TABLE batch (a int, part int);"
        f"INSERT INTO account SELECT g, 100 FROM generate_series(0, {ACCOUNTS - 1}) AS g"
    )


async def check(pool: Pool) -> None:
    """Whatever was given up when: all of it happened, or nothing."""
    assert await pool.fetchval("SELECT sum(sum)::int FROM account") == TOTAL
    moved = await pool.fetch(
        "SELECT a.id FROM account AS a WHERE a.sum <> 100"
        " - (SELECT count(*) FROM done WHERE payer = a.id)"
        " + (SELECT count(*) FROM done WHERE payee = a.id)"
    )
    assert moved == []
    assert await pool.fetch("SELECT a FROM batch GROUP BY a HAVING count(*) % 10 <> 0") == []


async def test_ten_thousand_cancellations(
    database: Server, administrator: psycopg.Connection
) -> None:
    await give_up_at_random(database.uri, administrator, CALLS)


async def test_cancellations_on_a_slow_network(
    database: Server, administrator: psycopg.Connection
) -> None:
    """Where an answer comes in parts and late, more can be given up in its midst."""
    with fault_proxy(database) as proxy:
        proxy.piece, proxy.delay = 200, 0.0002
        await give_up_at_random(proxy.dsn, administrator, CALLS // 10)


async def give_up_at_random(
    dsn: Callable[..., str], administrator: psycopg.Connection, calls: int
) -> None:
    chance = random.Random(20261126)
    work, weights = zip(*KINDS, strict=True)
    name = f"test_{uuid4().hex}"
    async with postgres.create_pool(dsn(application_name=name), min_size=1, max_size=8) as pool:
        await prepare(pool)
        given_up, left = 0, calls

        async def worker() -> None:
            nonlocal given_up, left
            while left > 0:
                left -= 1
                task = asyncio.ensure_future(chance.choices(work, weights)[0](pool, chance))
                if chance.random() < 0.75:
                    for _ in range(chance.choice([0, 1, 2, 3, 5, 8])):
                        await asyncio.sleep(0)
                    if chance.random() < 0.3:
                        await asyncio.sleep(chance.random() * 0.004)
                    given_up += task.cancel()
                await asyncio.wait([task])
                if not task.cancelled():
                    task.result()

        async with asyncio.timeout(600), asyncio.TaskGroup() as workers:
            for _ in range(AT_ONCE):
                workers.create_task(worker())
        assert given_up >= calls / 2
        await eventually(lambda: pool.get_idle_size() == pool.get_size())
        assert 1 <= pool.get_size() <= 8
        await eventually(lambda: len(sessions(administrator, name)) == pool.get_size())
        for pid in sessions(administrator, name):
            assert running(administrator, pid) is None
        await check(pool)
        await assert_in_step(pool)
    await eventually(lambda: sessions(administrator, name) == [])


async def test_sessions_that_are_terminated(
    database: Server, administrator: psycopg.Connection
) -> None:
    """An administrator ends sessions at any moment: errors that say so, and nothing half done."""
    chance = random.Random(7)
    name = f"test_{uuid4().hex}"
    async with postgres.create_pool(
        database.uri(application_name=name), min_size=1, max_size=4
    ) as pool:
        await prepare(pool)
        lost = 0

        async def worker() -> None:
            nonlocal lost
            for _ in range(60):
                try:
                    await chance.choice([find, find_many, transfer, insert_many])(pool, chance)
                except errors.PostgresConnectionError:
                    lost += 1
                except errors.AdminShutdownError:
                    lost += 1

        async def terminate() -> None:
            while True:
                for pid in sessions(administrator, name)[:2]:
                    administrator.execute("SELECT pg_terminate_backend(%s)", [pid])
                await asyncio.sleep(0.02)

        ending = asyncio.create_task(terminate())
        async with asyncio.timeout(300), asyncio.TaskGroup() as workers:
            for _ in range(10):
                workers.create_task(worker())
        ending.cancel()
        assert lost > 0
        await eventually(lambda: pool.get_idle_size() == pool.get_size())
        await in_step_again(pool)
        await check(pool)


async def test_a_server_that_crashes_and_comes_back(disposable_server: Server) -> None:
    """Every session is lost at once, the server refuses for a while, and the pool recovers."""
    async with postgres.create_pool(disposable_server.dsn, min_size=2, max_size=4) as pool:
        await prepare(pool)
        # The server of the tests keeps what it committed last in memory alone.
        await pool.execute("CHECKPOINT")
        # A backend that dies takes all others with it, and has the postmaster start anew.
        os.kill(await pool.fetchval("SELECT pg_backend_pid()"), signal.SIGKILL)
        found = await asyncio.gather(
            *(pool.fetchval("SELECT $1::int", i) for i in range(20)), return_exceptions=True
        )
        assert all(one == i or isinstance(one, errors.Error) for i, one in enumerate(found))
        await in_step_again(pool)
        await check(pool)
        assert pool.get_size() <= 4


async def in_step_again(pool: Pool) -> None:
    """The pool answers, at the latest when it has met all connections that are no more."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await assert_in_step(pool)
            except errors.Error:
                await asyncio.sleep(0.01)
