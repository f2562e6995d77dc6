"""The synchronous pool: sharing among threads, waiting, resetting, replacing."""

import threading
import time

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge.postgres import errors, sync


def test_sixteen_threads_share_it(database: Server) -> None:
    wrong: list[int] = []

    def work(pool: sync.Pool, number: int) -> None:
        for i in range(40):
            value = number * 1000 + i
            if pool.fetchval("SELECT $1::int4", value) != value:
                wrong.append(value)

    with sync.create_pool(database.dsn, min_size=1, max_size=4) as pool:
        threads = [threading.Thread(target=work, args=(pool, n)) for n in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert not wrong
        assert pool.get_size() <= 4
        assert pool.get_idle_size() == pool.get_size()


def test_waiting_is_bounded(database: Server) -> None:
    with (
        sync.create_pool(database.dsn, min_size=0, max_size=1) as pool,
        pool.acquire(),
        pytest.raises(errors.QueryTimeoutError, match=r"within 0\.1 s"),
        pool.acquire(timeout=0.1),
    ):
        pass
    assert pool.get_size() == 0


def test_who_asked_first_is_served_first(database: Server) -> None:
    order: list[int] = []

    def work(pool: sync.Pool, number: int) -> None:
        with pool.acquire():
            order.append(number)

    with sync.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        threads = []
        with pool.acquire():
            for number in range(5):
                thread = threading.Thread(target=work, args=(pool, number))
                thread.start()
                threads.append(thread)
                while len(pool._waiting) <= number:
                    time.sleep(0.001)
        for thread in threads:
            thread.join(10)
    assert order == [0, 1, 2, 3, 4]


def test_a_changed_session_is_reset(database: Server) -> None:
    with sync.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        before = pool.fetchval("SHOW statement_timeout")
        with pool.acquire() as connection:
            connection.execute("SET statement_timeout = '5s'")
            connection.execute("BEGIN")
        assert pool.fetchval("SHOW statement_timeout") == before
        with pool.acquire() as connection:
            assert not connection.is_in_transaction()


def test_a_lost_connection_is_replaced(database: Server, administrator: psycopg.Connection) -> None:
    with sync.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        pid = pool.fetchval("SELECT pg_backend_pid()")
        administrator.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        with pytest.raises(errors.AdminShutdownError):
            pool.fetchval("SELECT 1")
        assert pool.fetchval("SELECT pg_backend_pid()") != pid


def test_a_transaction_has_a_connection_of_its_own(database: Server) -> None:
    with sync.create_pool(database.dsn) as pool:
        pool.execute("CREATE TABLE t (id int)")
        with pytest.raises(KeyError), pool.transaction() as connection:
            connection.execute("INSERT INTO t VALUES (1)")
            raise KeyError
        assert pool.fetchval("SELECT count(*) FROM t") == 0


def test_a_closed_pool_tells_who_waits(database: Server) -> None:
    told: list[type[BaseException]] = []
    pool = sync.create_pool(database.dsn, min_size=1, max_size=1)

    def wait() -> None:
        try:
            pool.fetchval("SELECT 1")
        except errors.Error as error:
            told.append(type(error))

    with pool.acquire():
        thread = threading.Thread(target=wait)
        thread.start()
        while not pool._waiting:
            time.sleep(0.001)
        pool.close()
        thread.join(10)
    assert told == [errors.PoolClosedError]
    assert pool.get_size() == 0
    with pytest.raises(errors.PoolClosedError):
        pool.fetchval("SELECT 1")


def test_sizes_that_make_no_sense(database: Server) -> None:
    for sizes in ({"min_size": 3, "max_size": 2}, {"min_size": -1}, {"max_size": 0}):
        with pytest.raises(errors.InterfaceError, match="min_size"):
            sync.create_pool(database.dsn, **sizes)  # type: ignore[arg-type]
