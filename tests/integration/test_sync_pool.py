"""A pool that threads share: whose turn it is, and what becomes of connections that end."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge.postgres import errors, sync
from tests.integration.observation import (
    assert_in_step_sync,
    eventually_sync,
    running,
    sessions,
)
from tests.integration.test_pool import CHANGES
from tests.integration.test_sync_connection import (
    interrupt,
    interruption,
    interruption_of_a_statement,
)


@pytest.fixture
def single(database: Server) -> Iterator[sync.Pool]:
    """A pool of one connection."""
    with sync.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        yield pool


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as executor:
        yield executor


def assert_whole(pool: sync.Pool) -> None:
    """Nothing is lost: all connections are idle, nobody waits, no room is kept for nothing."""
    eventually_sync(lambda: not pool._opening and pool.get_idle_size() == pool.get_size())
    assert not pool._waiting
    assert len(set(pool._idle)) == len(pool._idle)


def test_statements_on_the_pool_itself(database: Server) -> None:
    with sync.create_pool(database.dsn) as pool:
        assert (pool.get_size(), pool.get_idle_size()) == (2, 2)
        assert repr(pool) == "<Pool of 2 of 10, 2 idle>"
        assert pool.execute("CREATE TABLE t (a int, b text)") == "CREATE TABLE"
        pool.executemany("INSERT INTO t VALUES ($1, $2)", [(1, "x"), (2, "y")])
        assert [tuple(row) for row in pool.fetch("SELECT * FROM t ORDER BY a")] == [
            (1, "x"),
            (2, "y"),
        ]
        row = pool.fetchrow("SELECT * FROM t WHERE a = $1", 1)
        assert row is not None
        assert row["b"] == "x"
        assert pool.fetchval("SELECT a, b FROM t WHERE a = 2", column=1) == "y"
        with pytest.raises(RuntimeError), pool.transaction() as connection:
            connection.execute("DELETE FROM t")
            raise RuntimeError
        with pool.transaction(readonly=True) as connection:
            assert connection.fetchval("SELECT count(*) FROM t") == 2
        with pytest.raises(errors.QueryTimeoutError):
            pool.fetch("SELECT pg_sleep(60)", timeout=0.02)
        assert_in_step_sync(pool)
        assert_whole(pool)
    assert repr(pool) == "<Pool of 0 of 10, closed>"
    with pytest.raises(errors.PoolClosedError):
        pool.fetchval("SELECT 1")
    pool.close()


def test_sixteen_threads(database: Server, threads: ThreadPoolExecutor) -> None:
    with sync.create_pool(database.dsn, min_size=1, max_size=4) as pool:

        def work(i: int) -> None:
            for k in range(30):
                number = i * 1000 + k
                if k % 10 == 3:
                    with pytest.raises(errors.DivisionByZeroError):
                        pool.fetchval("SELECT 1 / ($1::int - $1)", number)
                elif k % 10 == 5:
                    with pool.transaction() as connection:
                        assert connection.fetchval("SELECT $1::int", number) == number
                else:
                    assert pool.fetchval("SELECT $1::int", number) == number
                assert pool.get_size() <= 4

        for future in [threads.submit(work, i) for i in range(16)]:
            future.result(30)
        assert_whole(pool)
        assert 1 <= pool.get_size() <= 4


def test_connections_that_end_under_load(
    database: Server, administrator: psycopg.Connection, threads: ThreadPoolExecutor
) -> None:
    """There are never more than there may be, and each is one thread's at a time."""
    name = f"test_{uuid4().hex}"
    dsn = database.uri(application_name=name)
    stop = threading.Event()
    most = 0
    with sync.create_pool(dsn, min_size=2, max_size=3) as pool:

        def work(i: int) -> int:
            lost = 0
            while not stop.is_set():
                try:
                    with pool.acquire() as connection:
                        mine = connection.fetchval("SELECT pg_backend_pid()")
                        assert connection.fetchval("SELECT pg_backend_pid()") == mine
                        assert connection.fetchval("SELECT $1::int", i) == i
                except (errors.AdminShutdownError, errors.PostgresConnectionError):
                    lost += 1
            return lost

        futures = [threads.submit(work, i) for i in range(8)]
        choice = random.Random(7)
        end = time.monotonic() + 0.7
        while time.monotonic() < end:
            pids = sessions(administrator, name)
            most = max(most, pool.get_size())
            if pids:
                pid = choice.choice(pids)
                administrator.execute("SELECT pg_terminate_backend(%s, 1000)", [pid])
            time.sleep(0.01)
        stop.set()
        for future in futures:
            future.result(30)
        assert most <= 3
        assert_in_step_sync(pool)
        assert_whole(pool)


def test_who_waits_is_served_in_the_order_of_asking(
    single: sync.Pool, threads: ThreadPoolExecutor
) -> None:
    served: list[int] = []

    def take(number: int) -> None:
        with single.acquire():
            served.append(number)

    futures: list[Future[None]] = []
    with single.acquire():
        for number in range(8):
            futures.append(threads.submit(take, number))
            eventually_sync(lambda: len(single._waiting) == len(futures))
    for future in futures:
        future.result(30)
    assert served == list(range(8))


def test_a_wait_is_bounded(database: Server, single: sync.Pool) -> None:
    start = time.monotonic()
    with single.acquire():
        for timeout in (0.02, 0):
            with (
                pytest.raises(errors.QueryTimeoutError, match="none of the pool's 1 connections"),
                single.acquire(timeout=timeout),
            ):
                pass
    with (
        sync.create_pool(database.dsn, min_size=1, max_size=1, acquire_timeout=0.02) as pool,
        pool.acquire(),
        pytest.raises(TimeoutError),
    ):
        pool.fetchval("SELECT 1")
    assert time.monotonic() - start < 30
    assert_whole(single)


def test_waits_that_end_lose_nothing(single: sync.Pool, threads: ThreadPoolExecutor) -> None:
    """Even when a connection is handed over at that very moment."""

    def wait(seconds: float) -> bool:
        try:
            with single.acquire(timeout=seconds):
                return True
        except errors.QueryTimeoutError:
            return False

    for round_ in range(30):
        with single.acquire():
            futures = [threads.submit(wait, 0.002 + 0.0001 * i) for i in range(8)]
            time.sleep(0.002 + 0.00003 * round_)
        for future in futures:
            future.result(30)
        assert_whole(single)
    assert_in_step_sync(single)


def test_interrupted_while_it_waits(single: sync.Pool) -> None:
    with (
        single.acquire(),
        pytest.raises(KeyboardInterrupt),
        interruption(0.02, interrupt),
        single.acquire(),
    ):
        pass
    assert_whole(single)
    assert_in_step_sync(single)


def test_interrupted_while_it_runs(single: sync.Pool) -> None:
    with pytest.raises(KeyboardInterrupt), interruption(0.02, interrupt):
        single.fetch("SELECT pg_sleep(60)")
    assert_whole(single)
    with pytest.raises(KeyboardInterrupt), interruption(0.02, interrupt), single.transaction() as c:
        c.execute("SELECT pg_sleep(60)")
    assert_whole(single)
    assert_in_step_sync(single)


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_session_is_reset(single: sync.Pool, change: str) -> None:
    statement, question = CHANGES[change]
    with single.acquire() as connection:
        pid = connection.fetchval("SELECT pg_backend_pid()")
        try:
            connection.execute(statement)
        except errors.DivisionByZeroError:
            assert change == "failed transaction"
        else:
            assert connection.fetchval(question) is True
    with single.acquire() as connection:
        assert connection.fetchval(question) is False
        assert connection.fetchval("SELECT pg_backend_pid()") == pid


def test_a_session_left_unchanged_is_not_reset(
    single: sync.Pool, administrator: psycopg.Connection
) -> None:
    pid = single.fetchval("SELECT pg_backend_pid()")
    single.fetch("SELECT 'the last one'")
    row = administrator.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [pid])
    assert row.fetchone() == ("SELECT 'the last one'",)


def test_a_connection_that_ended_is_replaced(
    single: sync.Pool, administrator: psycopg.Connection, threads: ThreadPoolExecutor
) -> None:
    for _ in range(3):
        pid = single.fetchval("SELECT pg_backend_pid()")
        administrator.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert single.fetchval("SELECT pg_backend_pid()") != pid
    pid = single.fetchval("SELECT pg_backend_pid()")
    doomed = threads.submit(single.fetch, "SELECT pg_sleep(60)")
    eventually_sync(lambda: running(administrator, pid))
    waiting = threads.submit(single.fetchval, "SELECT 'served'")
    eventually_sync(lambda: len(single._waiting) == 1)
    administrator.execute("SELECT pg_terminate_backend(%s)", [pid])
    with pytest.raises(errors.AdminShutdownError):
        doomed.result(30)
    assert waiting.result(30) == "served"
    assert_whole(single)


def test_closing_tells_who_waits_and_waits_for_the_others(
    single: sync.Pool, threads: ThreadPoolExecutor
) -> None:
    with single.acquire() as connection:
        waiting = [threads.submit(single.fetchval, "SELECT 1") for _ in range(3)]
        eventually_sync(lambda: len(single._waiting) == 3)
        closing = threads.submit(single.close, timeout=30)
        for future in waiting:
            with pytest.raises(errors.PoolClosedError, match="the pool is closed"):
                future.result(30)
        # What is in use works until it is given back.
        assert connection.fetchval("SELECT 1") == 1
        assert single.get_size() == 1
        assert not closing.done()
    closing.result(30)
    assert connection.is_closed()
    assert single.get_size() == 0


def test_closed_by_a_handler_that_interrupts_a_statement(
    single: sync.Pool, administrator: psycopg.Connection
) -> None:
    pid = single.fetchval("SELECT pg_backend_pid()")
    with (
        # It does not wait for what cannot end meanwhile.
        interruption_of_a_statement(administrator, pid, lambda *_: single.close(timeout=600)),
        pytest.raises(errors.ConnectionClosedError),
    ):
        single.fetch("SELECT pg_sleep(60)")
    assert single.get_size() == 0


def test_closing_does_not_wait_for_ever(
    single: sync.Pool, threads: ThreadPoolExecutor, administrator: psycopg.Connection
) -> None:
    pid = single.fetchval("SELECT pg_backend_pid()")
    working = threads.submit(single.fetchval, "SELECT pg_sleep(60)")
    eventually_sync(lambda: running(administrator, pid) == "SELECT pg_sleep(60)")
    single.close(timeout=0)
    with pytest.raises(errors.ConnectionClosedError):
        working.result(30)
    assert single.get_size() == 0


def test_a_failed_opening_leaves_nothing(
    own_database: Server, administrator: psycopg.Connection
) -> None:
    name = own_database.database
    administrator.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 3")
    administrator.execute(f"CREATE ROLE {name} LOGIN")
    with pytest.raises(errors.TooManyConnectionsError):
        sync.create_pool(own_database.uri(user=name), min_size=5)
    query = "SELECT count(*) FROM pg_stat_activity WHERE usename = %s"
    eventually_sync(lambda: administrator.execute(query, [name]).fetchone() == (0,))
    administrator.execute(f"DROP ROLE {name}")


@pytest.mark.parametrize(("min_size", "max_size"), [(-1, 1), (3, 2), (0, 0), (0, -1)])
def test_sizes_that_make_no_sense(min_size: int, max_size: int) -> None:
    with pytest.raises(errors.InterfaceError, match=r"min_size=.* and max_size="):
        sync.create_pool(min_size=min_size, max_size=max_size)


def test_every_waiter_learns_that_the_server_is_gone(
    disposable_server: Server, threads: ThreadPoolExecutor
) -> None:
    """None of them waits in vain for the connections of the others."""
    with sync.create_pool(disposable_server.dsn, min_size=2, max_size=2) as pool:
        futures = [threads.submit(pool.fetch, "SELECT pg_sleep(60)") for _ in range(7)]
        eventually_sync(lambda: len(pool._waiting) == 5)
        assert disposable_server.pid is not None
        os.kill(disposable_server.pid, signal.SIGQUIT)
        for future in futures:
            with pytest.raises((errors.PostgresConnectionError, errors.OperatorInterventionError)):
                future.result(30)
        with pytest.raises(errors.PostgresConnectionError, match="is the server running there"):
            pool.fetchval("SELECT 1")
        assert pool.get_size() == 0
        assert_whole(pool)
