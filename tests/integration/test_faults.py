"""A network that delays, splits, cuts and swallows: an error, in time, and no wrong row."""

import asyncio
import time
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import errors, sync
from tests.integration.fault_proxy import TO_CLIENT, TO_SERVER, Fault, FaultProxy, fault_proxy
from tests.integration.observation import PATIENCE, assert_in_step, eventually, sessions

TWICE = "INSERT INTO t VALUES ($1, $2)"


@pytest.fixture
def network(database: Server, administrator: psycopg.Connection) -> Iterator[FaultProxy]:
    """A way to the test's schema, where table t wants two rows of each number."""
    with fault_proxy(database) as proxy:
        with postgres.sync.connect(database.dsn) as connection:
            connection.execute("CREATE TABLE t (a int, part int)")
        yield proxy


async def converse(dsn: str, number: int) -> None:
    """A conversation with everything in it that can be cut."""
    async with await postgres.connect(dsn, timeout=PATIENCE, command_timeout=PATIENCE) as opened:
        rows = await opened.fetch("SELECT g, $1::int FROM generate_series(1, 3) AS g", number)
        assert [tuple(row) for row in rows] == [(1, number), (2, number), (3, number)]
        async with opened.transaction():
            await opened.execute(TWICE, number, 1)
            await opened.execute(TWICE, number, 2)


def converse_sync(dsn: str, number: int) -> None:
    with sync.connect(dsn, timeout=PATIENCE, command_timeout=PATIENCE) as opened:
        rows = opened.fetch("SELECT g, $1::int FROM generate_series(1, 3) AS g", number)
        assert [tuple(row) for row in rows] == [(1, number), (2, number), (3, number)]
        with opened.transaction():
            opened.execute(TWICE, number, 1)
            opened.execute(TWICE, number, 2)


def stored(database: Server) -> dict[int, int]:
    """How many rows there are of each number."""
    with postgres.sync.connect(database.dsn) as connection:
        rows = connection.fetch("SELECT a, count(*)::int FROM t GROUP BY a")
    return {row[0]: row[1] for row in rows}


@pytest.mark.each_loop
@pytest.mark.parametrize("piece", [1, 7])
async def test_bytes_that_come_one_by_one(
    network: FaultProxy, database: Server, piece: int
) -> None:
    network.piece = piece
    await converse(network.dsn(options=database.parameters["options"]), 1)
    assert stored(database) == {1: 2}


async def test_bytes_that_come_late(network: FaultProxy, database: Server) -> None:
    network.piece, network.delay = 40, 0.001
    await converse(network.dsn(), 1)
    assert stored(database) == {1: 2}


@pytest.mark.parametrize("direction", [TO_SERVER, TO_CLIENT], ids=["to_server", "to_client"])
async def test_cut_at_every_byte(network: FaultProxy, database: Server, direction: int) -> None:
    """All or nothing of the transaction, an error of the connection or none, and never a wait."""
    await converse(network.dsn(), 0)
    # What comes back after the last byte is not counted before it has come.
    length = network.passed[direction]
    assert length > 300
    done, seen = {0}, set()
    for after in range(length):
        network.fault = Fault(direction, after, "reset" if after % 2 else "close")
        try:
            await converse(network.dsn(), after + 1)
        except errors.PostgresConnectionError as error:
            seen.add(str(error.sqlstate)[:2])
        else:
            done.add(after + 1)
    network.fault = None
    assert seen <= {"08", "57"}
    await eventually(lambda: done <= stored(database).keys())
    kept = stored(database)
    assert set(kept.values()) == {2}
    # All that was sent can be carried out though the answer is cut; nothing before that is.
    assert len(done) < length / 4


@pytest.mark.parametrize("direction", [TO_SERVER, TO_CLIENT], ids=["to_server", "to_client"])
def test_cut_for_threads(network: FaultProxy, database: Server, direction: int) -> None:
    converse_sync(network.dsn(), 0)
    seen = set()
    for after in range(0, network.passed[direction], 11):
        network.fault = Fault(direction, after, "reset" if after % 2 else "close")
        try:
            converse_sync(network.dsn(), after + 1)
        except errors.PostgresConnectionError as error:
            seen.add(str(error.sqlstate)[:2])
    assert seen <= {"08", "57"}
    assert set(stored(database).values()) == {2}


@pytest.mark.each_loop
@pytest.mark.parametrize("direction", [TO_SERVER, TO_CLIENT], ids=["to_server", "to_client"])
async def test_swallowed_in_mid_conversation(network: FaultProxy, direction: int) -> None:
    """No answer, no reset: every wait has its bound, closing too."""
    await converse(network.dsn(), 0)
    length = network.passed[direction]
    started = time.monotonic()
    for after in range(0, length, max(1, length // 12)):
        network.fault = Fault(direction, after, "swallow")
        with pytest.raises(
            (errors.QueryTimeoutError, errors.PostgresConnectionError, TimeoutError)
        ):
            async with asyncio.timeout(PATIENCE):
                await converse_briefly(network.dsn())
    assert time.monotonic() - started < 300


async def converse_briefly(dsn: str) -> None:
    opened = await postgres.connect(dsn, timeout=0.1)
    try:
        for _ in range(4):
            await opened.fetchval("SELECT 1 FROM generate_series(1, 100)", timeout=0.05)
        await opened.fetchval("SELECT repeat('x', 10000)", timeout=0.05)
    finally:
        async with asyncio.timeout(PATIENCE):
            await opened.close()
    raise TimeoutError("it ended before the network did")


@pytest.mark.each_loop
async def test_a_pool_closes_on_a_network_that_swallows_everything(
    network: FaultProxy, administrator: psycopg.Connection
) -> None:
    name = f"test_{uuid4().hex}"
    pool = await postgres.create_pool(network.dsn(application_name=name), min_size=2, max_size=3)
    await assert_in_step(pool)
    network.swallow()
    asked = [asyncio.create_task(pool.fetchval("SELECT 1")) for _ in range(3)]
    await asyncio.sleep(0.02)
    async with asyncio.timeout(PATIENCE):
        await pool.close(timeout=0.1)
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(one, errors.PostgresError | errors.Error) for one in found)
    assert pool.get_size() == 0
    await eventually(lambda: len(sessions(administrator, name)) <= 3)


@pytest.mark.each_loop
async def test_a_pool_gets_over_a_network_that_fails(network: FaultProxy, database: Server) -> None:
    """Cut connections cost their statements, and the pool is whole again by itself."""
    async with postgres.create_pool(network.dsn(), min_size=1, max_size=4) as pool:
        for after in range(200, 3000, 200):
            network.fault = Fault(TO_CLIENT, after, "reset")
            found = await asyncio.gather(
                *(pool.fetchval("SELECT $1::int", i) for i in range(40)), return_exceptions=True
            )
            for i, one in enumerate(found):
                assert one == i or isinstance(one, errors.PostgresConnectionError)
        network.fault = None

        async def whole() -> bool:
            try:
                await assert_in_step(pool)
            except errors.PostgresConnectionError:
                return False
            return True

        async with asyncio.timeout(PATIENCE):
            while not await whole():
                pass
        assert pool.get_size() <= 4
        await eventually(lambda: pool.get_idle_size() == pool.get_size())
