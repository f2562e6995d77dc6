"""A pool or a connection that is used from another event loop than its own: refused, unharmed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import uvloop

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, Pool, errors

Use = Callable[[Pool], Awaitable[object]]
SECONDS = 20
REFUSED = "belongs to another event loop"


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def loops(request: pytest.FixtureRequest) -> Iterator[list[asyncio.AbstractEventLoop]]:
    """The owner's loop, and another."""
    made = [request.param(), request.param()]
    yield made
    for loop in made:
        loop.close()


def run(loop: asyncio.AbstractEventLoop, awaitable: Awaitable[Any]) -> Any:
    async def wait() -> Any:
        return await asyncio.wait_for(awaitable, SECONDS)

    return loop.run_until_complete(wait())


async def fetch(pool: Pool) -> None:
    await pool.fetchval("SELECT 1")


async def fetch_bounded(pool: Pool) -> None:
    await pool.fetchval("SELECT 1", timeout=10)


async def fetch_many(pool: Pool) -> None:
    await asyncio.gather(*(pool.fetchval("SELECT 1") for _ in range(5)))


async def acquire(pool: Pool) -> None:
    async with pool.acquire() as connection:
        await connection.execute("SELECT 1")


async def acquire_more_than_there_are(pool: Pool) -> None:
    async with pool.acquire(), pool.acquire():
        pass


async def begin(pool: Pool) -> None:
    async with pool.transaction() as connection:
        await connection.execute("SELECT 1")


async def listen(pool: Pool) -> None:
    async with pool.listen("jobs"):
        pass


async def open_again(pool: Pool) -> None:
    await pool


async def close(pool: Pool) -> None:
    await pool.close()


USES = [
    fetch,
    fetch_bounded,
    fetch_many,
    acquire,
    acquire_more_than_there_are,
    begin,
    listen,
    open_again,
    close,
]


@pytest.mark.parametrize("use", USES)
def test_a_pool(database: Server, loops: list[asyncio.AbstractEventLoop], use: Use) -> None:
    owner, other = loops
    pool = postgres.create_pool(database.dsn, min_size=1, max_size=2)
    run(owner, pool.open())
    with pytest.raises(errors.InterfaceError, match=REFUSED):
        run(other, use(pool))
    # What was opened there would show up here.
    run(other, asyncio.sleep(0.02))
    assert pool.get_size() <= 1

    async def go_on() -> None:
        for _ in range(2):
            values = await asyncio.gather(*(pool.fetchval("SELECT $1::int", i) for i in range(5)))
            assert values == list(range(5))
        async with pool.transaction() as connection:
            assert await connection.fetchval("SELECT 'on'") == "on"

    run(owner, go_on())
    run(owner, pool.close())
    assert pool.get_size() == 0


@pytest.mark.parametrize("use", USES[:-1])
def test_a_pool_whose_loop_is_closed(
    database: Server, loops: list[asyncio.AbstractEventLoop], use: Use
) -> None:
    owner, other = loops
    pool = postgres.create_pool(database.dsn, min_size=1, max_size=2)
    run(owner, pool.open())
    owner.close()
    for _ in range(2):
        with pytest.raises(errors.InterfaceError, match=REFUSED):
            run(other, use(pool))
    # Nobody else can close it.
    run(other, pool.close())
    assert pool.get_size() == 0


def test_a_connection(database: Server, loops: list[asyncio.AbstractEventLoop]) -> None:
    owner, other = loops
    connection: Connection = run(owner, postgres.connect(database.dsn))
    for _ in range(2):
        with pytest.raises(errors.InterfaceError, match=REFUSED):
            run(other, connection.fetch("SELECT 1"))
    assert run(owner, connection.fetchval("SELECT 2")) == 2
    run(owner, connection.close())


async def test_what_is_thrown_on_its_own_loop(connection: Connection) -> None:
    """A task that waits gets just that."""
    reply: Any = connection._engine.execute("SELECT pg_sleep(60)", None)
    error = RuntimeError("mine")
    with pytest.raises(RuntimeError) as raised:
        reply.throw(error)
    assert raised.value is error
    reply.cancel()
