"""Transactions that are run again when the server asks for it, and those that are not."""

import asyncio
from typing import Any

import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, Pool, errors, sync
from tests.integration.observation import assert_in_step

RAISE = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{}'; END $$"
#: Ends the session while it commits: a deferred trigger runs inside COMMIT.
FATAL_AT_COMMIT = """
CREATE FUNCTION finish() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER finish AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION finish();
"""


@pytest.fixture(autouse=True)
def table(sync_connection: sync.Connection) -> None:
    sync_connection.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (0)")


class Failing:
    """Adds one to the only row; fails the first `times` times, after that."""

    def __init__(self, code: str, times: int) -> None:
        self.code = code
        self.times = times
        self.calls = 0

    def fails(self) -> bool:
        self.calls += 1
        return self.calls <= self.times

    async def __call__(self, connection: Connection) -> int:
        await connection.execute("UPDATE t SET a = a + 1")
        if self.fails():
            await connection.execute(RAISE.format(self.code))
        return self.calls

    def without_await(self, connection: sync.Connection) -> int:
        connection.execute("UPDATE t SET a = a + 1")
        if self.fails():
            connection.execute(RAISE.format(self.code))
        return self.calls


@pytest.mark.parametrize("code", ["40001", "40P01"])
async def test_is_run_again(connection: Connection, pool: Pool, code: str) -> None:
    for where in (connection, pool):
        assert await where.run_in_transaction(Failing(code, 2)) == 3
    assert await connection.fetchval("SELECT a FROM t") == 2
    assert pool.get_idle_size() == pool.get_size()


async def test_only_so_often(connection: Connection) -> None:
    failing = Failing("40001", 9)
    with pytest.raises(errors.SerializationError):
        await connection.run_in_transaction(failing, retries=2)
    assert failing.calls == 3
    assert await connection.fetchval("SELECT a FROM t") == 0
    assert not connection.is_in_transaction()


@pytest.mark.parametrize("code", ["23505", "40002", "57014"])
async def test_nothing_else_is_repeated(connection: Connection, code: str) -> None:
    failing = Failing(code, 1)
    with pytest.raises(errors.PostgresError) as raised:
        await connection.run_in_transaction(failing)
    assert (raised.value.sqlstate, failing.calls) == (code, 1)


async def test_a_real_conflict(connection: Connection, database: Server) -> None:
    """Another transaction changes the row between the snapshot and the update."""
    calls = 0

    async def change(inside: Connection) -> None:
        nonlocal calls
        calls += 1
        assert await inside.fetchval("SHOW transaction_isolation") == "repeatable read"
        await inside.fetch("SELECT a FROM t")
        if calls == 1:
            async with await postgres.connect(database.dsn) as other:
                await other.execute("UPDATE t SET a = 10")
        await inside.execute("UPDATE t SET a = a + 1")

    await connection.run_in_transaction(change, isolation="repeatable_read")
    assert calls == 2
    assert await connection.fetchval("SELECT a FROM t") == 11


async def test_options(connection: Connection, pool: Pool) -> None:
    async def settings(inside: Connection) -> tuple[Any, ...]:
        names = ("isolation", "read_only", "deferrable")
        return tuple([await inside.fetchval(f"SHOW transaction_{name}") for name in names])

    for where in (connection, pool):
        found = await where.run_in_transaction(
            settings, isolation="serializable", readonly=True, deferrable=True
        )
        assert found == ("serializable", "on", "on")


async def test_never_inside_another(connection: Connection) -> None:
    failing = Failing("40001", 1)
    async with connection.transaction():
        with pytest.raises(errors.InterfaceError, match="one is open already"):
            await connection.run_in_transaction(failing)
    assert failing.calls == 0


async def test_a_number_of_retries_that_makes_no_sense(pool: Pool) -> None:
    with pytest.raises(errors.InterfaceError, match="retries=-1"):
        await pool.run_in_transaction(Failing("40001", 0), retries=-1)


async def test_a_connection_lost_while_it_commits(
    pool: Pool, sync_connection: sync.Connection
) -> None:
    sync_connection.execute(FATAL_AT_COMMIT)
    calls = 0

    async def insert(inside: Connection) -> None:
        nonlocal calls
        calls += 1
        await inside.execute("INSERT INTO t VALUES (1)")

    with pytest.raises(errors.PostgresConnectionError, match="lost during COMMIT") as raised:
        await pool.run_in_transaction(insert)
    assert raised.value.sqlstate == "08007"
    assert isinstance(raised.value.__cause__, errors.AdminShutdownError)
    assert calls == 1
    await assert_in_step(pool)


async def test_cancelled_while_it_pauses(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_bridge.postgres.retry.FIRST_PAUSE", 60)
    monkeypatch.setattr("data_bridge.postgres.retry.LONGEST_PAUSE", 60)
    monkeypatch.setattr("random.uniform", lambda _, bound: bound)
    failing = Failing("40001", 1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await connection.run_in_transaction(failing)
    assert failing.calls == 1
    assert not connection.is_in_transaction()
    await assert_in_step(connection)


@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_sync_is_run_again(database: Server, sync_connection: sync.Connection, code: str) -> None:
    with sync.create_pool(database.dsn) as pool:
        for where in (sync_connection, pool):
            assert where.run_in_transaction(Failing(code, 2).without_await) == 3
        assert sync_connection.fetchval("SELECT a FROM t") == 2


def test_sync_refusals(sync_connection: sync.Connection) -> None:
    failing = Failing("23505", 1)
    with pytest.raises(errors.UniqueViolationError):
        sync_connection.run_in_transaction(failing.without_await)
    with (
        sync_connection.transaction(),
        pytest.raises(errors.InterfaceError, match="one is open already"),
    ):
        sync_connection.run_in_transaction(failing.without_await)
    assert failing.calls == 1


def test_sync_lost_while_it_commits(database: Server, sync_connection: sync.Connection) -> None:
    sync_connection.execute(FATAL_AT_COMMIT)
    with sync.connect(database.dsn) as connection:
        with pytest.raises(errors.PostgresConnectionError, match="lost during COMMIT"):
            connection.run_in_transaction(lambda c: c.execute("INSERT INTO t VALUES (1)"))
        assert connection.is_closed()
