"""Cursors of a connection that threads drive."""

import threading
from contextlib import ExitStack

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge.postgres import errors, sync
from data_bridge.postgres.cursor import PREFETCH
from tests.integration.observation import assert_in_step_sync, running
from tests.integration.test_cursor import NUMBERS, SLOW
from tests.integration.test_sync_connection import interrupt, interruption


def numbers(cursor: sync.Cursor) -> list[int]:
    return [record["i"] for record in cursor]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 20, 25])
def test_gives_all_rows(sync_connection: sync.Connection, count: int) -> None:
    found = numbers(sync_connection.cursor(NUMBERS, count, prefetch=10))
    assert found == list(range(1, count + 1))
    assert_in_step_sync(sync_connection)


def test_rows_as_they_are_asked_for(sync_connection: sync.Connection) -> None:
    cursor = sync_connection.cursor(NUMBERS, 20, prefetch=4)
    assert [record["i"] for record in cursor.fetch(3)] == [1, 2, 3]
    record = cursor.fetchrow()
    assert record is not None
    assert record["i"] == 4
    assert cursor.forward(6) == 6
    assert numbers(cursor) == list(range(11, 21))
    assert cursor.fetch(2) == []
    assert cursor.forward(2) == 0
    cursor.close()
    assert repr(cursor) == "<Cursor closed, 0 rows read ahead>"
    assert_in_step_sync(sync_connection)


@pytest.mark.parametrize("inside", [False, True], ids=["outside", "in a transaction"])
@pytest.mark.parametrize("prefetch", [1, 10, None])
def test_the_server_is_asked_for_no_more_than_the_next_rows(
    sync_connection: sync.Connection, database: Server, inside: bool, prefetch: int | None
) -> None:
    rows = prefetch or PREFETCH
    query = f"SELECT nextval('given') AS i FROM generate_series(1, {3 * rows})"
    sync_connection.execute("CREATE SEQUENCE given")
    with psycopg.connect(database.dsn, autocommit=True) as witness, ExitStack() as stack:
        if inside:
            stack.enter_context(sync_connection.transaction())
        with sync_connection.cursor(query, prefetch=prefetch) as cursor:
            for number, record in enumerate(cursor, 1):
                assert record == (number,)
                if number % rows in {0, 1}:
                    # A sequence shows what it gave whoever has not committed.
                    given = witness.execute("SELECT last_value FROM given").fetchone()
                    assert given == (-(-number // rows) * rows,)
    assert_in_step_sync(sync_connection)


def test_is_left_at_any_row(sync_connection: sync.Connection) -> None:
    for last in (1, 3, 4, 5, 9):
        for record in sync_connection.cursor(NUMBERS, 10, prefetch=4):
            if record["i"] == last:
                break
        assert sync_connection.fetchval("SELECT 1") == 1
    with sync_connection.cursor(NUMBERS, 10_000, prefetch=3) as cursor:
        assert len(cursor.fetch(7)) == 7
        with pytest.raises(errors.InterfaceError, match="a cursor is open on this connection"):
            sync_connection.execute("SELECT 1")
    assert cursor.fetch(1) == []
    with pytest.raises(ZeroDivisionError), sync_connection.cursor(NUMBERS, 10, prefetch=3):
        _ = 1 / 0
    assert_in_step_sync(sync_connection)


def test_inside_a_transaction_others_come_between(sync_connection: sync.Connection) -> None:
    sync_connection.execute("CREATE TABLE t (a int)")
    with sync_connection.transaction():
        other = sync_connection.cursor(NUMBERS, 5, prefetch=2)
        for record in sync_connection.cursor(NUMBERS, 5, prefetch=2):
            sync_connection.execute("INSERT INTO t VALUES ($1)", record["i"])
            assert other.fetch(1)[0]["i"] == record["i"]
    assert sync_connection.fetchval("SELECT sum(a) FROM t") == 15


def test_errors(sync_connection: sync.Connection) -> None:
    with pytest.raises(errors.UndefinedTableError):
        sync_connection.cursor("SELECT * FROM missing").fetch(1)
    with pytest.raises(errors.InterfaceError, match="expected int, not str"):
        sync_connection.cursor(NUMBERS, "1").fetch(1)
    with pytest.raises(errors.InterfaceError, match="prefetch=0"):
        sync_connection.cursor(NUMBERS, 1, prefetch=0)
    with pytest.raises(errors.DivisionByZeroError):
        numbers(sync_connection.cursor("SELECT 6 / (4 - i) AS i FROM generate_series(1, 9) AS i"))
    assert_in_step_sync(sync_connection)


def test_the_server_stops(
    sync_connection: sync.Connection, administrator: psycopg.Connection
) -> None:
    pid = sync_connection.fetchval("SELECT pg_backend_pid()")
    cursor = sync_connection.cursor(SLOW, prefetch=2, timeout=0.05)
    with pytest.raises(errors.QueryTimeoutError):
        cursor.fetch(5)
    assert_in_step_sync(sync_connection)
    assert running(administrator, pid) is None
    cursor = sync_connection.cursor(SLOW, prefetch=2)
    with pytest.raises(KeyboardInterrupt), interruption(0.05, interrupt):
        cursor.fetch(5)
    assert_in_step_sync(sync_connection)
    assert cursor.fetch(1) == []


def test_a_session_that_is_ended(
    sync_connection: sync.Connection, administrator: psycopg.Connection
) -> None:
    pid = sync_connection.fetchval("SELECT pg_backend_pid()")
    ended = (errors.AdminShutdownError, errors.PostgresConnectionError)
    with pytest.raises(ended), sync_connection.cursor(NUMBERS, 10, prefetch=2) as cursor:
        administrator.execute("SELECT pg_terminate_backend(%s)", [pid])
        numbers(cursor)
    assert sync_connection.is_closed()


def test_of_a_pool(database: Server) -> None:
    with sync.create_pool(database.dsn, min_size=2, max_size=2) as pool:
        assert len(numbers(pool.cursor(NUMBERS, 25, prefetch=10))) == 25
        for _ in pool.cursor(NUMBERS, 1000, prefetch=10):
            assert pool.get_idle_size() == 1
            assert pool.fetchval("SELECT 1") == 1
            break
        assert pool.get_idle_size() == 2
        with pool.acquire() as connection:
            cursor = connection.cursor(NUMBERS, 1000, prefetch=10)
            cursor.fetch(1)
        assert pool.get_size() == 2
        with pytest.raises(errors.InterfaceError, match="the cursor is closed"):
            cursor.fetch(100)
        assert_in_step_sync(pool)


def test_another_thread_may_end_it(sync_connection: sync.Connection) -> None:
    cursor = sync_connection.cursor(NUMBERS, 1000, prefetch=10)
    cursor.fetch(1)
    thread = threading.Thread(target=cursor.close)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    assert_in_step_sync(sync_connection)
