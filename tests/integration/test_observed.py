"""Query loggers are told of what is waited for in several steps: COPY and cursors, once each."""

import asyncio
import gc
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, LoggedQuery, Pool, errors, sync
from tests.integration.observation import eventually

Told = list[LoggedQuery]
Facts = tuple[str, int | None, str | None, str]

COPY_IN = 'COPY "t" ("a", "b") FROM STDIN (FORMAT binary)'
COPY_OUT = 'COPY "t" ("a", "b") TO STDOUT (FORMAT binary)'
QUERY = "SELECT a FROM t WHERE a > $1"


def facts(told: Told) -> list[Facts]:
    """What is told of COPY and of the cursors' statements."""
    seen = [
        query for query in told if query.sql.startswith(("COPY ", "SELECT a ", "SELECT pg_sleep"))
    ]
    assert all(0 < query.duration < 60 for query in seen)
    return [(query.sql, query.rows, query.tag, type(query.error).__name__) for query in seen]


@pytest.fixture
def table(sync_connection: sync.Connection) -> sync.Connection:
    sync_connection.execute("CREATE TABLE t (a int, b text)")
    return sync_connection


ROWS = [(i, str(i)) for i in range(10)]


@pytest.mark.parametrize("of", ["connection", "pool"])
async def test_copy(table: sync.Connection, connection: Connection, pool: Pool, of: str) -> None:
    told: Told = []
    asked = connection if of == "connection" else pool
    asked.add_query_logger(told.append)
    await asked.copy_records_to_table("t", records=ROWS)
    await asked.copy_to_table("t", source=b"77\tx\n")
    assert len([record async for record in asked.copy_records_from_table("t")]) == 11
    assert len([piece async for piece in asked.copy_from_table("t")]) == 1
    await asked.copy_from_query(QUERY, 5, output=lambda piece: None)
    query = f"COPY (\n{QUERY}\n) TO STDOUT"
    assert facts(told) == [
        (COPY_IN, 10, "COPY 10", "NoneType"),
        ('COPY "t" FROM STDIN', 1, "COPY 1", "NoneType"),
        (COPY_OUT, 11, "COPY 11", "NoneType"),
        ('COPY "t" TO STDOUT', 11, "COPY 11", "NoneType"),
        # Its argument is in the command that the server gets, and in nobody's log.
        (query, 5, "COPY 5", "NoneType"),
    ]
    assert not any('SELECT "a"' in query.sql for query in told)


def test_copy_for_threads(table: sync.Connection) -> None:
    told: Told = []
    table.add_query_logger(told.append, parameters=True)
    table.copy_records_to_table("t", records=ROWS)
    assert len(list(table.copy_records_from_query(QUERY, 5))) == 4
    assert len(list(table.copy_from_table("t"))) == 1
    table.copy_from_query(QUERY, 7, output=lambda piece: None)
    query = f"COPY (\n{QUERY}\n) TO STDOUT"
    assert facts(told) == [
        (COPY_IN, 10, "COPY 10", "NoneType"),
        (f"{query} (FORMAT binary)", 4, "COPY 4", "NoneType"),
        ('COPY "t" TO STDOUT', 10, "COPY 10", "NoneType"),
        (query, 2, "COPY 2", "NoneType"),
    ]
    of_query = [found for found in told if found.sql == query]
    assert [found.parameters for found in of_query] == [(7,)]


async def failing_records() -> AsyncIterator[tuple[int, str]]:
    yield 1, "x"
    raise LookupError


async def test_copy_that_fails(table: sync.Connection, connection: Connection) -> None:
    told: Told = []
    connection.add_query_logger(told.append)
    with pytest.raises(LookupError):
        await connection.copy_records_to_table("t", records=failing_records())
    with pytest.raises(errors.InvalidTextRepresentationError):
        await connection.copy_to_table("t", source=b"one\tx\n")
    with pytest.raises(errors.UndefinedTableError):
        await anext(connection.copy_from_table("nowhere"))
    with pytest.raises(errors.QueryTimeoutError):
        query = "SELECT pg_sleep(60)"
        await connection.copy_from_query(query, output=lambda piece: None, timeout=0.05)
    async with connection.copy_records_from_table("t", columns=["a"]) as left:
        assert [record async for record in left] == []
    names = ["LookupError", "InvalidTextRepresentationError", "UndefinedTableError"]
    assert [found[3] for found in facts(told)] == [*names, "QueryTimeoutError", "NoneType"]
    assert told[-2].timeout == 0.05


def test_copy_that_fails_for_threads(table: sync.Connection) -> None:
    def failing() -> Iterator[tuple[int, str]]:
        yield 1, "x"
        raise LookupError

    told: Told = []
    table.add_query_logger(told.append)
    with pytest.raises(LookupError):
        table.copy_records_to_table("t", records=failing())
    with pytest.raises(errors.UndefinedTableError):
        next(table.copy_from_table("nowhere"))
    table.copy_records_to_table("t", records=ROWS)
    records = table.copy_records_from_table("t")
    next(records)
    records.close()
    assert facts(told) == [
        (COPY_IN, None, None, "LookupError"),
        ('COPY "nowhere" TO STDOUT', None, None, "UndefinedTableError"),
        (COPY_IN, 10, "COPY 10", "NoneType"),
        # All had come with the first.
        (COPY_OUT, 10, None, "NoneType"),
    ]


NUMBERS = "SELECT a FROM generate_series(1, $1) a"


@pytest.mark.parametrize("of", ["connection", "pool"])
async def test_cursors(connection: Connection, pool: Pool, of: str) -> None:
    told: Told = []
    asked = connection if of == "connection" else pool
    asked.add_query_logger(told.append, parameters=True)
    assert len([record async for record in asked.cursor(NUMBERS, 25, prefetch=10)]) == 25
    async with asked.cursor(NUMBERS, 100, prefetch=10) as cursor:
        await cursor.fetch(15)
    dropped = asked.cursor(NUMBERS, 100, prefetch=10)
    await dropped.fetchrow()
    del dropped
    gc.collect()
    await eventually(lambda: len(told) == 3)
    with pytest.raises(errors.DivisionByZeroError):
        await asked.cursor("SELECT a / 0 FROM generate_series(1, 5) a").fetchrow()
    with pytest.raises(errors.QueryTimeoutError):
        await asked.cursor("SELECT pg_sleep(60)", timeout=0.05).fetchrow()
    with pytest.raises(errors.InterfaceError):
        await asked.cursor(NUMBERS, "many").fetchrow()
    assert [(found[1], found[3]) for found in facts(told)] == [
        (25, "NoneType"),
        (15, "NoneType"),
        (10, "NoneType"),
        (None, "DivisionByZeroError"),
        (None, "QueryTimeoutError"),
        (None, "InterfaceError"),
    ]
    assert [query.parameters for query in told[:2]] == [(25,), (100,)]
    assert told[-2].timeout == 0.05


def test_cursors_for_threads(sync_connection: sync.Connection) -> None:
    told: Told = []
    sync_connection.add_query_logger(told.append)
    assert len(list(sync_connection.cursor(NUMBERS, 25, prefetch=10))) == 25
    with sync_connection.cursor(NUMBERS, 100, prefetch=10) as cursor:
        cursor.fetch(15)
    with pytest.raises(errors.DivisionByZeroError):
        sync_connection.cursor("SELECT a / 0 FROM generate_series(1, 5) a").fetchrow()
    found = [(NUMBERS, 25, None, "NoneType"), (NUMBERS, 15, None, "NoneType")]
    assert facts(told)[:2] == found
    assert facts(told)[2][3] == "DivisionByZeroError"


async def test_the_readers_own_time_does_not_count(
    connection: Connection, sync_connection: sync.Connection
) -> None:
    told: Told = []
    connection.add_query_logger(told.append)
    sync_connection.add_query_logger(told.append)
    begun = time.perf_counter()
    async for _ in connection.cursor(NUMBERS, 3, prefetch=1):
        await asyncio.sleep(0.1)
    for _ in sync_connection.cursor(NUMBERS, 3, prefetch=1):
        await asyncio.sleep(0.1)
    spent = time.perf_counter() - begun
    assert sum(query.duration for query in told) < spent - 0.55


async def test_slow_ones_are_logged(database: Server, caplog: pytest.LogCaptureFixture) -> None:
    async with await postgres.connect(database.dsn, slow_query_seconds=0.05) as connection:
        caplog.set_level(logging.WARNING)
        with pytest.raises(errors.QueryTimeoutError):
            await connection.cursor("SELECT pg_sleep(60)", timeout=0.1).fetchrow()
        await connection.copy_from_query("SELECT pg_sleep(0.1)", output=lambda piece: None)
    assert len(caplog.records) == 2
    assert "COPY (" in caplog.records[1].message


async def test_cancelled(table: sync.Connection, connection: Connection) -> None:
    told: Told = []
    connection.add_query_logger(told.append)
    calls: list[Callable[[], Any]] = [
        lambda: connection.cursor("SELECT pg_sleep(60)").fetchrow(),
        lambda: anext(connection.copy_from_query("SELECT pg_sleep(60)")),
    ]
    for call in calls:
        task = asyncio.ensure_future(call())
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task])
    assert [found[3] for found in facts(told)] == ["CancelledError"] * 2
