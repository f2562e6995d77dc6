"""A connection: its calls, its state, and its end."""

import asyncio

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, errors
from tests.integration.observation import eventually, running


@pytest.mark.each_loop
async def test_closing_wakes_whoever_waits(
    connection: Connection, administrator: psycopg.Connection
) -> None:
    """And the server stops, instead of finishing for nobody."""
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    tasks = [asyncio.create_task(connection.fetch("SELECT pg_sleep(60)")) for _ in range(3)]
    await eventually(lambda: running(administrator, pid))
    await connection.close()
    for task in tasks:
        with pytest.raises(errors.ConnectionClosedError, match="closed"):
            await task
    await eventually(lambda: not running(administrator, pid))


async def test_statements_are_prepared_anew_without_a_cache(database: Server) -> None:
    async with await postgres.connect(database.dsn, statement_cache_size=0) as connection:
        statements = [connection.fetchval(f"SELECT $1::int + {i}", i) for i in range(10)]
        assert await asyncio.gather(*statements) == [2 * i for i in range(10)]
        left = await connection.fetchval("SELECT count(*) FROM pg_prepared_statements")
        # That statement itself is the one.
        assert left == 1


async def test_a_column_that_is_not_there(connection: Connection) -> None:
    assert await connection.fetchval("SELECT 1, 2", column=1) == 2
    for column in (2, -1):
        with pytest.raises(errors.InterfaceError, match=f"no column {column}"):
            await connection.fetchval("SELECT 1, 2", column=column)
    assert await connection.fetchval("SELECT", column=0) is None
