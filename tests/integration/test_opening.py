"""The begin of a transaction, and a savepoint, which leave with the first statement inside."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest

from data_bridge.postgres import Connection, errors, sync
from data_bridge.postgres.transaction import Plan
from tests.integration.observation import assert_in_step, assert_in_step_sync

Work = Callable[[Connection], Awaitable[object]]
SyncWork = Callable[[sync.Connection], object]


class UndoneError(Exception):
    """Undoes a transaction."""


async def pipelined(c: Connection) -> None:
    async with c.pipeline() as p:
        p.execute("INSERT INTO t VALUES ($1)", 1)
        p.execute("INSERT INTO t VALUES ($1)", 2)


async def at_once(c: Connection) -> None:
    await asyncio.gather(*(c.execute("INSERT INTO t VALUES ($1)", i) for i in range(3)))


async def prepared(c: Connection) -> None:
    statement = await c.prepare("INSERT INTO t VALUES ($1)")
    await statement.fetch(1)


async def streamed(c: Connection) -> None:
    async for _ in c.cursor("INSERT INTO t SELECT generate_series(1, 5) RETURNING a", prefetch=2):
        pass


#: Everything that can come first.
FIRST: dict[str, Work] = {
    "statement": lambda c: c.fetchval("INSERT INTO t VALUES ($1) RETURNING a", 1),
    "script": lambda c: c.execute("INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)"),
    "executemany": lambda c: c.executemany("INSERT INTO t VALUES ($1)", [(1,), (2,)]),
    "executemany in pieces": lambda c: c.executemany(
        "INSERT INTO t VALUES ($1)", ((i,) for i in range(3000))
    ),
    "copy": lambda c: c.copy_records_to_table("t", records=[(1,), (2,)]),
    "prepared": prepared,
    "cursor": streamed,
    "pipeline": pipelined,
    "at once": at_once,
}


def sync_pipelined(c: sync.Connection) -> None:
    with c.pipeline() as p:
        p.execute("INSERT INTO t VALUES ($1)", 1)
        p.execute("INSERT INTO t VALUES ($1)", 2)


SYNC_FIRST: dict[str, SyncWork] = {
    "statement": lambda c: c.fetchval("INSERT INTO t VALUES ($1) RETURNING a", 1),
    "script": lambda c: c.execute("INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)"),
    "executemany": lambda c: c.executemany("INSERT INTO t VALUES ($1)", [(1,), (2,)]),
    "executemany in pieces": lambda c: c.executemany(
        "INSERT INTO t VALUES ($1)", ((i,) for i in range(3000))
    ),
    "copy": lambda c: c.copy_records_to_table("t", records=[(1,), (2,)]),
    "prepared": lambda c: c.prepare("INSERT INTO t VALUES ($1)").fetch(1),
    "cursor": lambda c: list(c.cursor("INSERT INTO t SELECT generate_series(1, 5) RETURNING a")),
    "pipeline": sync_pipelined,
}


@pytest.fixture
async def table(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (a int)")


@pytest.fixture
def sync_table(sync_connection: sync.Connection) -> None:
    sync_connection.execute("CREATE TABLE t (a int)")


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """BEGIN is none that the server knows, as it refuses some on a standby, or when cancelled."""
    plan = Plan("BEGIN NONSENSE", "COMMIT", "ROLLBACK")
    module = sys.modules["data_bridge.postgres.transaction"]
    monkeypatch.setattr(module, "_PLAIN", plan)


async def count(connection: Connection) -> int:
    number: int = await connection.fetchval("SELECT count(*) FROM t")
    return number


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("nested", [False, True])
async def test_what_comes_first_is_inside(connection: Connection, first: str, nested: bool) -> None:
    for undone in (True, False):
        try:
            async with connection.transaction():
                if nested:
                    async with connection.transaction():
                        await FIRST[first](connection)
                else:
                    await FIRST[first](connection)
                assert connection.is_in_transaction()
                assert await count(connection) > 0
                if undone:
                    raise UndoneError
        except UndoneError:
            assert await count(connection) == 0
    assert await count(connection) > 0
    assert not connection.is_in_transaction()
    await assert_in_step(connection)


@pytest.mark.usefixtures("sync_table")
@pytest.mark.parametrize("first", SYNC_FIRST)
@pytest.mark.parametrize("nested", [False, True])
def test_what_comes_first_is_inside_sync(
    sync_connection: sync.Connection, first: str, nested: bool
) -> None:
    connection = sync_connection
    for undone in (True, False):
        try:
            with connection.transaction():
                if nested:
                    with connection.transaction():
                        SYNC_FIRST[first](connection)
                else:
                    SYNC_FIRST[first](connection)
                assert connection.is_in_transaction()
                if undone:
                    raise UndoneError
        except UndoneError:
            assert connection.fetchval("SELECT count(*) FROM t") == 0
    assert connection.fetchval("SELECT count(*) FROM t") > 0
    assert_in_step_sync(connection)


@pytest.mark.usefixtures("table", "refused")
@pytest.mark.parametrize("first", FIRST)
async def test_nothing_runs_where_it_could_not_begin(connection: Connection, first: str) -> None:
    with pytest.raises(errors.PostgresSyntaxError, match="NONSENSE"):
        async with connection.transaction():
            await FIRST[first](connection)
    assert not connection.is_in_transaction()
    with pytest.raises(errors.InFailedSQLTransactionError, match="rolled back"):
        async with connection.transaction():
            with pytest.raises(errors.PostgresSyntaxError):
                await FIRST[first](connection)
            # Who has caught it does not get outside unawares.
            with pytest.raises(errors.PostgresSyntaxError):
                await FIRST[first](connection)
            with pytest.raises(errors.PostgresSyntaxError):
                async with connection.transaction():
                    pytest.fail("it is not open")
            assert connection.is_in_transaction()
    assert await count(connection) == 0
    await assert_in_step(connection)


@pytest.mark.usefixtures("sync_table", "refused")
@pytest.mark.parametrize("first", SYNC_FIRST)
def test_nothing_runs_where_it_could_not_begin_sync(
    sync_connection: sync.Connection, first: str
) -> None:
    connection = sync_connection
    with pytest.raises(errors.PostgresSyntaxError, match="NONSENSE"), connection.transaction():
        SYNC_FIRST[first](connection)
    told = pytest.raises(errors.InFailedSQLTransactionError, match="rolled back")
    with told, connection.transaction():
        for _ in range(2):
            with pytest.raises(errors.PostgresSyntaxError):
                SYNC_FIRST[first](connection)
    assert not connection.is_in_transaction()
    assert connection.fetchval("SELECT count(*) FROM t") == 0
    assert_in_step_sync(connection)


def state(administrator: psycopg.Connection[Any]) -> str:
    found = administrator.execute("SELECT state FROM pg_stat_activity WHERE application_name = 'o'")
    row = found.fetchone()
    assert row is not None
    return str(row[0])


async def test_nothing_is_sent_before_the_first_statement(
    connection: Connection, administrator: psycopg.Connection[Any]
) -> None:
    await connection.execute("SET application_name = 'o'")
    async with connection.transaction():
        assert connection.is_in_transaction()
        async with connection.transaction(), connection.transaction():
            assert state(administrator) == "idle"
        assert state(administrator) == "idle"
        await connection.fetchval("SELECT 1")
        assert state(administrator) == "idle in transaction"
    assert state(administrator) == "idle"
    async with connection.transaction():
        pass
    with pytest.raises(UndoneError):
        async with connection.transaction():
            raise UndoneError
    assert not connection.is_in_transaction()
    await assert_in_step(connection)


@pytest.mark.parametrize("script", [False, True])
async def test_options_are_those_of_the_transaction(connection: Connection, script: bool) -> None:
    options: Any = {"isolation": "serializable", "readonly": True, "deferrable": True}
    names = ["transaction_isolation", "transaction_read_only", "transaction_deferrable"]
    async with connection.transaction(**options):
        if script:
            await connection.execute("SELECT 1")
        shown = [await connection.fetchval(f"SHOW {name}") for name in names]
    assert shown == ["serializable", "on", "on"]


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("script", [False, True])
async def test_a_first_statement_that_is_wrong(connection: Connection, script: bool) -> None:
    """Of a savepoint it undoes that alone, of the transaction all."""
    arguments = () if script else (1,)
    async with connection.transaction():
        await connection.execute("INSERT INTO t VALUES ($1)", 1)
        with pytest.raises(errors.PostgresSyntaxError):
            async with connection.transaction():
                await connection.execute("INSRT $1", *arguments)
        await connection.execute("INSERT INTO t VALUES ($1)", 2)
    assert await count(connection) == 2
    with pytest.raises(errors.InFailedSQLTransactionError):
        async with connection.transaction():
            with pytest.raises(errors.PostgresSyntaxError):
                await connection.execute("INSRT $1", *arguments)
            with pytest.raises(errors.InFailedSQLTransactionError):
                await connection.execute("INSERT INTO t VALUES ($1)", 3)
    assert await count(connection) == 2


@pytest.mark.usefixtures("table")
async def test_arguments_that_are_refused_come_before_the_begin(connection: Connection) -> None:
    await connection.execute("INSERT INTO t VALUES ($1)", 0)
    async with connection.transaction():
        with pytest.raises(errors.InterfaceError):
            await connection.execute("INSERT INTO t VALUES ($1)", "one")
        await connection.execute("INSERT INTO t VALUES ($1)", 1)
        assert connection.is_in_transaction()
    assert await count(connection) == 2


async def test_its_time_is_that_of_the_first_statement(connection: Connection) -> None:
    async with connection.transaction():
        before = await connection.fetchval("SELECT clock_timestamp()")
        assert await connection.fetchval("SELECT now()") <= before
        started = await connection.fetchval("SELECT statement_timestamp()")
        assert await connection.fetchval("SELECT now()") < started


async def test_a_begin_of_the_programs_own_inside(connection: Connection) -> None:
    async with connection.transaction():
        await connection.execute("BEGIN")
        assert connection.is_in_transaction()
    assert not connection.is_in_transaction()
    async with connection.transaction():
        await connection.execute("COMMIT")
        assert not connection.is_in_transaction()
    await assert_in_step(connection)
