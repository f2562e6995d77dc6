"""What tests look at from outside: the server's view of a session, and a connection's answers."""

import asyncio
import time
from collections.abc import Callable

import psycopg

from data_bridge.postgres import Connection, Pool, sync

#: How long anything may take before a test says that it does not happen, in seconds.
PATIENCE = 30.0


async def eventually(condition: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        await asyncio.sleep(0.002)


def eventually_sync(condition: Callable[[], object]) -> None:
    """Wait until a condition holds, in a test without a loop."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.002)


def running(administrator: psycopg.Connection, pid: int) -> str | None:
    """The statement that a session is running; None when it runs none, or is gone."""
    row = administrator.execute(
        "SELECT query FROM pg_stat_activity WHERE pid = %s AND state = 'active'", [pid]
    ).fetchone()
    return None if row is None else str(row[0])


def sessions(administrator: psycopg.Connection, name: str) -> list[int]:
    """The sessions that an application has open at the server, by its name."""
    rows = administrator.execute(
        "SELECT pid FROM pg_stat_activity WHERE application_name = %s ORDER BY pid", [name]
    )
    return [int(row[0]) for row in rows]


def all_sessions(administrator: psycopg.Connection) -> set[int]:
    """Every session at the server."""
    return {int(row[0]) for row in administrator.execute("SELECT pid FROM pg_stat_activity")}


async def assert_in_step(connection: Connection | Pool) -> None:
    """Every statement gets its own answer, one after the other and all at once."""
    assert await connection.fetchval("SELECT $1::int + 1", 41) == 42
    assert await connection.fetchval("SELECT $1::text || 'b'", "a") == "ab"
    assert [tuple(row) for row in await connection.fetch("SELECT 'x' AS x, 2.5::float8 AS y")] == [
        ("x", 2.5)
    ]
    answers = await asyncio.gather(
        *(connection.fetchval(f"SELECT $1::int * {i}", i) for i in range(5))
    )
    assert answers == [0, 1, 4, 9, 16]


def assert_in_step_sync(connection: sync.Connection | sync.Pool) -> None:
    """As `assert_in_step`, one after the other."""
    assert connection.fetchval("SELECT $1::int + 1", 41) == 42
    assert connection.fetchval("SELECT $1::text || 'b'", "a") == "ab"
    assert [tuple(row) for row in connection.fetch("SELECT 'x' AS x, 2.5::float8 AS y")] == [
        ("x", 2.5)
    ]
