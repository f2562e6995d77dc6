"""Transactions and savepoints: what stays, what goes, and what an interruption leaves."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, errors
from tests.integration.observation import assert_in_step, eventually, running


@pytest.fixture
async def table(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (a int)")


async def rows(connection: Connection) -> list[int]:
    return [row["a"] for row in await connection.fetch("SELECT a FROM t ORDER BY a")]


async def insert(connection: Connection, value: int) -> None:
    await connection.execute("INSERT INTO t VALUES ($1)", value)


pytestmark = pytest.mark.usefixtures("table")


async def test_commits_at_its_end(connection: Connection) -> None:
    async with connection.transaction() as same:
        assert same is connection
        assert connection.is_in_transaction()
        await insert(connection, 1)
    assert not connection.is_in_transaction()
    assert await rows(connection) == [1]


async def test_an_exception_rolls_back(connection: Connection) -> None:
    with pytest.raises(ZeroDivisionError):
        async with connection.transaction():
            await insert(connection, 1)
            _ = 1 / 0
    assert not connection.is_in_transaction()
    assert await rows(connection) == []


async def test_a_failed_statement_rolls_back(connection: Connection) -> None:
    with pytest.raises(errors.UndefinedTableError):
        async with connection.transaction():
            await insert(connection, 1)
            await connection.execute("INSERT INTO missing VALUES (1)")
    assert await rows(connection) == []
    assert repr(connection) == "<Connection idle>"


async def test_savepoints(connection: Connection) -> None:
    async with connection.transaction():
        await insert(connection, 1)
        with pytest.raises(errors.DivisionByZeroError):
            async with connection.transaction():
                await insert(connection, 2)
                await connection.execute("SELECT 1/0")
        async with connection.transaction():
            await insert(connection, 3)
            async with connection.transaction():
                await insert(connection, 4)
            with pytest.raises(RuntimeError):
                async with connection.transaction():
                    await insert(connection, 5)
                    raise RuntimeError
    assert await rows(connection) == [1, 3, 4]


async def test_a_savepoint_goes_with_its_transaction(connection: Connection) -> None:
    with pytest.raises(RuntimeError):
        async with connection.transaction():
            async with connection.transaction():
                await insert(connection, 1)
            raise RuntimeError
    assert await rows(connection) == []


async def test_an_error_caught_inside_is_told_at_the_commit(connection: Connection) -> None:
    """The server answers COMMIT with ROLLBACK then, and calls it no error."""
    with pytest.raises(errors.InFailedSQLTransactionError, match="rolled back, not committed"):
        async with connection.transaction():
            await insert(connection, 1)
            with pytest.raises(errors.DivisionByZeroError):
                await connection.execute("SELECT 1/0")
    assert await rows(connection) == []
    assert not connection.is_in_transaction()


async def test_an_error_caught_inside_a_savepoint(connection: Connection) -> None:
    """Only the savepoint is lost: who catches that goes on with the transaction."""
    async with connection.transaction():
        await insert(connection, 1)
        with pytest.raises(errors.InFailedSQLTransactionError):
            async with connection.transaction():
                await insert(connection, 2)
                with pytest.raises(errors.DivisionByZeroError):
                    await connection.execute("SELECT 1/0")
        await insert(connection, 3)
    assert await rows(connection) == [1, 3]


@pytest.mark.parametrize(
    ("isolation", "level"),
    [
        (None, "read committed"),
        ("read_committed", "read committed"),
        ("read_uncommitted", "read uncommitted"),
        ("repeatable_read", "repeatable read"),
        ("serializable", "serializable"),
    ],
)
async def test_isolation(connection: Connection, isolation: Any, level: str) -> None:
    async with connection.transaction(isolation=isolation):
        assert await connection.fetchval("SHOW transaction_isolation") == level
        assert await connection.fetchval("SHOW transaction_read_only") == "off"


async def test_readonly_and_deferrable(connection: Connection) -> None:
    with pytest.raises(errors.ReadOnlySQLTransactionError):
        async with connection.transaction(readonly=True):
            await insert(connection, 1)
    async with connection.transaction(isolation="serializable", readonly=True, deferrable=True):
        assert await connection.fetchval("SHOW transaction_deferrable") == "on"


async def test_serialization_failures_are_told_apart(
    connection: Connection, database: Server
) -> None:
    await insert(connection, 1)
    async with await postgres.connect(database.dsn) as other:
        with pytest.raises(errors.SerializationError) as raised:
            async with connection.transaction(isolation="repeatable_read"):
                assert await rows(connection) == [1]
                await other.execute("UPDATE t SET a = 2")
                await connection.execute("UPDATE t SET a = 3")
    assert isinstance(raised.value, errors.TransactionRollbackError)
    assert await rows(connection) == [2]


async def test_a_commit_that_fails(connection: Connection) -> None:
    await connection.execute("CREATE TABLE u (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(errors.UniqueViolationError):
        async with connection.transaction():
            await connection.execute("INSERT INTO u VALUES (1), (1)")
    assert not connection.is_in_transaction()
    assert await connection.fetchval("SELECT count(*) FROM u") == 0


async def test_misuse(connection: Connection) -> None:
    transaction = connection.transaction()
    with pytest.raises(errors.InterfaceError, match="entered before it is left"):
        await transaction.__aexit__(None, None, None)
    async with transaction:
        with pytest.raises(errors.InterfaceError, match="entered once"):
            await transaction.__aenter__()
        with pytest.raises(errors.InterfaceError, match="belong to the outermost"):
            async with connection.transaction(readonly=True):
                pass
        await insert(connection, 1)
    with pytest.raises(errors.InterfaceError, match="entered once"):
        await transaction.__aenter__()
    with pytest.raises(errors.InterfaceError, match="unknown isolation 'chaos': it is one of read"):
        async with connection.transaction(isolation="chaos"):  # type: ignore[arg-type]
            pass
    assert await rows(connection) == [1]


async def test_a_lost_connection_tells_its_own_error(
    connection: Connection, administrator: psycopg.Connection
) -> None:
    with pytest.raises(errors.AdminShutdownError):
        async with connection.transaction():
            pid = await connection.fetchval("SELECT pg_backend_pid()")
            administrator.execute("SELECT pg_terminate_backend(%s)", [pid])
            await connection.fetchval("SELECT pg_sleep(60)")
    assert connection.is_closed()


# What an interruption leaves


async def interrupt(work: Coroutine[Any, Any, object], after: float | None) -> None:
    task = asyncio.create_task(work)
    await asyncio.sleep(after or 0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


@pytest.mark.each_loop
async def test_cancelled_while_it_begins(connection: Connection) -> None:
    async def work() -> None:
        async with connection.transaction():
            await insert(connection, 2)
            pytest.fail("it was not cancelled")

    for _ in range(5):
        await interrupt(work(), None)
        async with connection.transaction(isolation="serializable"):
            await insert(connection, 1)
        assert not connection.is_in_transaction()
    assert await rows(connection) == [1] * 5
    await assert_in_step(connection)


@pytest.mark.each_loop
async def test_cancelled_inside(connection: Connection, administrator: psycopg.Connection) -> None:
    pid = await connection.fetchval("SELECT pg_backend_pid()")

    async def work() -> None:
        async with connection.transaction():
            await insert(connection, 1)
            async with connection.transaction():
                await connection.execute("SELECT pg_sleep(60)")

    await interrupt(work(), 0.03)
    await eventually(lambda: not running(administrator, pid))
    assert not connection.is_in_transaction()
    assert await rows(connection) == []
    await assert_in_step(connection)


async def slow_commits(connection: Connection, seconds: float) -> None:
    """Have every commit of an insertion take its time."""
    await connection.execute(f"""
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql
            AS $$BEGIN PERFORM pg_sleep({seconds}); RETURN NULL; END$$;
        CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION wait();
    """)


@pytest.mark.each_loop
async def test_cancelled_while_it_commits(connection: Connection) -> None:
    await slow_commits(connection, 60)

    async def work() -> None:
        async with connection.transaction():
            await insert(connection, 1)

    await interrupt(work(), 0.03)
    async with connection.transaction():
        assert await rows(connection) == []
    assert not connection.is_in_transaction()
    await assert_in_step(connection)


async def test_a_commit_that_is_cancelled_ends_the_transaction_once(
    connection: Connection,
    administrator: psycopg.Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its own failure has ended it: another ROLLBACK would have the server warn of that."""
    await slow_commits(connection, 60)
    pid = await connection.fetchval("SELECT pg_backend_pid()")

    async def work() -> None:
        async with connection.transaction():
            await insert(connection, 1)

    task = asyncio.create_task(work())
    await eventually(lambda: running(administrator, pid) == "COMMIT")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with connection.transaction():
        assert await rows(connection) == []
    await assert_in_step(connection)
    assert [record.getMessage() for record in caplog.records] == []


async def test_timed_out_while_it_commits(database: Server, connection: Connection) -> None:
    await slow_commits(connection, 60)
    async with await postgres.connect(database.dsn, command_timeout=0.3) as other:
        with pytest.raises(errors.QueryTimeoutError):
            async with other.transaction():
                await insert(other, 1)
        async with other.transaction():
            assert await rows(other) == []
        assert not other.is_in_transaction()


@pytest.mark.each_loop
@pytest.mark.parametrize("nested", [False, True])
async def test_cancelled_again_while_it_rolls_back(connection: Connection, nested: bool) -> None:
    entered = asyncio.Event()

    async def inner() -> None:
        async with connection.transaction():
            await insert(connection, 1)
            entered.set()
            await connection.execute("SELECT pg_sleep(60)")

    async def work() -> None:
        if nested:
            async with connection.transaction():
                await inner()
        else:
            await inner()

    for turns in range(6):
        entered.clear()
        task = asyncio.create_task(work())
        await entered.wait()
        await asyncio.sleep(0.002)
        while not task.done():
            task.cancel()
            for _ in range(turns + 1):
                await asyncio.sleep(0)
        assert task.cancelled()
        async with connection.transaction(readonly=True):
            assert await rows(connection) == []
        assert not connection.is_in_transaction()
    await assert_in_step(connection)


@pytest.mark.parametrize("steps", [1, 2])
async def test_a_coroutine_thrown_away_rolls_back(connection: Connection, steps: int) -> None:
    """While it begins with its first statement, and between two of them."""

    async def work() -> None:
        async with connection.transaction():
            await insert(connection, 1)
            await asyncio.Event().wait()

    coroutine = work()
    for _ in range(steps):
        coroutine.send(None)
        await connection.execute("SELECT 1")
    coroutine.close()
    async with connection.transaction(readonly=True):
        assert await rows(connection) == []
