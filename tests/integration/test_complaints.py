"""What users of other clients complain of most often does not happen here.

A test each; where a part of the driver has its own tests of the matter, `ELSEWHERE` names one.
"""

import asyncio
import datetime as dt
import threading
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, LoggedQuery, Pool, Table, errors, sync
from tests.integration.observation import assert_in_step

ROOT = Path(__file__).parents[2]

ELSEWHERE = {
    "prepared statements behind pgbouncer": (
        "tests/integration/test_pooler.py",
        "test_statements_of_many_clients",
    ),
    "closing takes for ever on a network that fails": (
        "tests/integration/test_faults.py",
        "test_a_pool_closes_on_a_network_that_swallows_everything",
    ),
    "some wait for a connection for ever": (
        "tests/integration/test_pool.py",
        "test_who_waits_is_served_in_the_order_of_asking",
    ),
    "COPY is slow, or needs all rows at once": (
        "tests/integration/test_copy_records.py",
        "async def test_the_event_loop_is_not_held(",
    ),
    "slower than other clients": ("benchmarks/bench_postgres_comparison.py", "main"),
    "the asynchronous ORM is slower than the synchronous one": (
        "tests/postgres/benchmarks/bench_find.py",
        "Find Many",
    ),
}


@pytest.mark.parametrize("complaint", ELSEWHERE)
def test_has_a_test_elsewhere(complaint: str) -> None:
    path, name = ELSEWHERE[complaint]
    assert name in (ROOT / path).read_text()


@pytest.fixture
async def table(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'x')")


@pytest.mark.each_loop
async def test_another_operation_is_in_progress(connection: Connection) -> None:
    """Tasks use one connection at once, and each gets its own answer."""
    asked = (connection.fetchval("SELECT $1::int8 * 2", i) for i in range(50))
    assert await asyncio.gather(*asked) == [i * 2 for i in range(50)]


@pytest.mark.each_loop
async def test_connections_leak_when_tasks_are_cancelled(database: Server) -> None:
    async with postgres.create_pool(database.dsn, min_size=0, max_size=2) as pool:

        async def use() -> None:
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute("SELECT pg_sleep(10)")

        for delay in (0, 0, 0.001, 0.005, 0.02):
            tasks = [asyncio.create_task(use()) for _ in range(6)]
            await asyncio.sleep(delay)
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert {type(one) for one in ended} == {asyncio.CancelledError}
        async with pool.acquire(timeout=60) as first, pool.acquire(timeout=60) as second:
            for connection in (first, second):
                assert not connection.is_in_transaction()
                await assert_in_step(connection)
        assert pool.get_size() <= 2


async def test_the_pool_hangs(database: Server) -> None:
    """Every wait has a bound by itself, and no failure takes a place away for ever."""
    async with postgres.create_pool(
        database.dsn, min_size=1, max_size=1, acquire_timeout=0.5
    ) as pool:
        async with pool.acquire():
            with pytest.raises(errors.QueryTimeoutError, match="was free within"):
                await pool.fetchval("SELECT 1", timeout=30)
        async with pool.acquire() as connection:
            await connection.close()
        for _ in range(3):
            with pytest.raises(errors.DivisionByZeroError):
                await pool.fetchval("SELECT 1/0")
        assert await pool.fetchval("SELECT 1") == 1


async def test_a_new_connection_looks_at_the_types(own_database: Server) -> None:
    """A role that may not read pg_type reads all built-in types: nobody looks at them."""
    async with await postgres.connect(own_database.dsn) as connection:
        await connection.execute("""
            REVOKE SELECT ON pg_catalog.pg_type FROM PUBLIC;
            CREATE TYPE mood AS ENUM ('glad');
            SET ROLE pg_monitor;
        """)
        row = await connection.fetchrow("""
            SELECT 1::int8, 'a'::text, 1.5::numeric, now(), '{}'::jsonb, '{1,2}'::int4[],
                   gen_random_uuid(), '10.0.0.0/8'::cidr, 'infinity'::date, '(1,2)'::point
        """)
        assert row is not None
        assert row[0:3] == (1, "a", Decimal("1.5"))
        # One of the database's own has to be looked at.
        with pytest.raises(errors.InsufficientPrivilegeError):
            await connection.fetchval("SELECT 'glad'::mood")


@pytest.mark.usefixtures("table")
async def test_a_migration_breaks_prepared_statements(
    connection: Connection, sync_connection: sync.Connection
) -> None:
    statement = "SELECT * FROM t"
    for wanted, change in ((2, "ALTER TABLE t ADD c int"), (3, "ALTER TABLE t DROP b"), (2, "")):
        row = await connection.fetchrow(statement)
        sync_row = sync_connection.fetchrow(statement)
        assert row is not None
        assert row == sync_row
        assert len(row) == wanted
        await connection.execute(change)


async def test_json_is_not_decoded(connection: Connection) -> None:
    value = {"a": [1, 2.5, None, "x"]}
    for type_name in ("json", "jsonb"):
        assert await connection.fetchval(f"SELECT $1::{type_name}", value) == value


async def test_numbers_of_any_precision_come_as_text(connection: Connection) -> None:
    found = await connection.fetchval("SELECT '12345678901234567890.123456789'::numeric")
    assert found == Decimal("12345678901234567890.123456789")
    assert type(found) is Decimal


@pytest.mark.each_loop
async def test_a_cancellation_is_absorbed(connection: Connection) -> None:
    task = asyncio.create_task(connection.execute("SELECT pg_sleep(10)"))
    await asyncio.sleep(0.01)
    assert task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await connection.execute("SELECT pg_sleep(10)")
    await assert_in_step(connection)


@pytest.mark.usefixtures("table")
async def test_the_type_of_a_parameter_is_not_known(connection: Connection) -> None:
    """The server says the types; only where its own grammar leaves one open, it asks for a cast."""
    await connection.execute("INSERT INTO t VALUES ($1, $2)", None, None)
    for name, found in ((None, 2), ("x", 1)):
        sql = "SELECT count(*) FROM t WHERE $1::text IS NULL OR b = $1"
        assert await connection.fetchval(sql, name) == found
    assert await connection.fetchval("SELECT count(*) FROM t WHERE a = ANY($1)", [1, 2]) == 1
    assert await connection.fetchval("SELECT $1", "x") == "x"
    with pytest.raises(errors.IndeterminateDatatypeError, match=r"\$1"):
        await connection.fetchval("SELECT $1 IS NULL", None)


async def test_infinite_dates_raise(connection: Connection) -> None:
    for type_name in ("date", "timestamp", "timestamptz"):
        for sign in ("infinity", "-infinity"):
            value = await connection.fetchval(f"SELECT '{sign}'::{type_name}")
            sql = f"SELECT $1::{type_name}::text"
            assert await connection.fetchval(sql, value) == sign
    with pytest.raises(postgres.InterfaceError, match="expected"):
        await connection.fetchval("SELECT $1::date", dt.timedelta(1))


async def test_limit_takes_no_parameter(
    connection: Connection, sync_connection: sync.Connection
) -> None:
    sql = "SELECT generate_series(1, 100) LIMIT $1 OFFSET $2"
    wanted = [(4,), (5,)]
    assert await connection.fetch(sql, 2, 3) == wanted
    assert sync_connection.fetch(sql, 2, 3) == wanted


class Author(Table):
    name: str
    born: int | None = None

    class Settings:
        table_name = "author"


@pytest.fixture
async def authors(database: Server) -> AsyncIterator[None]:
    await postgres.init(database.dsn)
    with sync.connect(database.dsn) as connection:
        connection.execute("CREATE TABLE author (id bigserial PRIMARY KEY, name text, born int)")
    yield
    await postgres.close()


@pytest.mark.usefixtures("authors")
async def test_reading_an_attribute_asks_the_server() -> None:
    """No attribute of a model waits for anything: it is there, also when the server is not."""
    await Author(name="Ann", born=1815).save()
    author = await Author.find_one(Author.name == "Ann")
    await postgres.close()
    assert author is not None
    read: dict[str, Any] = {}
    thread = threading.Thread(target=lambda: read.update(name=author.name, born=author.born))
    thread.start()
    thread.join()
    assert read == {"name": "Ann", "born": 1815}


async def test_a_query_blocks_the_loop(pool: Pool) -> None:
    """While the server works, the loop does other things."""
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    turning = asyncio.create_task(turn())
    await pool.fetchval("SELECT pg_sleep(0.2)")
    turning.cancel()
    assert turns > 20


def count_threads() -> int:
    """All of the process, those that Python does not know included."""
    return len(list(Path("/proc/self/task").iterdir()))


async def test_each_call_hops_between_threads(connection: Connection) -> None:
    """The thread of the loop itself sends, reads and decodes."""
    told: list[int] = []

    def note(query: LoggedQuery) -> None:
        told.append(threading.get_ident())

    connection.add_query_logger(note)
    await connection.fetchval("SELECT 1")
    before = count_threads()
    await asyncio.gather(*(connection.fetchval("SELECT $1::int", i) for i in range(200)))
    assert count_threads() <= before
    assert told == [threading.get_ident()] * 201


@pytest.mark.usefixtures("table")
async def test_each_row_of_a_bulk_statement_is_synchronized(
    connection: Connection, sync_connection: sync.Connection
) -> None:
    """One Sync ends one transaction: all rows are of the same."""
    rows = [(i, "many") for i in range(1000)]
    await connection.executemany("INSERT INTO t VALUES ($1, $2)", rows)
    sync_connection.executemany("INSERT INTO t VALUES ($1, $2)", rows)
    found = await connection.fetch(
        "SELECT count(*) FROM t WHERE b = 'many' GROUP BY xmin::text ORDER BY 1"
    )
    assert found == [(1000,), (1000,)]
