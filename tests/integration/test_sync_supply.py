"""What a pool for threads does with its connections: replaces, tries, resets and counts them."""

import random
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge.postgres import errors, sync
from tests.integration.observation import assert_in_step_sync, eventually_sync, sessions
from tests.integration.test_pool import application
from tests.integration.test_supply import LEFT, PID
from tests.integration.test_sync_pool import assert_whole, single, threads

__all__ = ["application", "single", "threads"]


@pytest.fixture
def busy(threads: ThreadPoolExecutor) -> Iterator[ThreadPoolExecutor]:
    """Sixteen threads, and a switch between them every twentieth of a millisecond."""
    import sys

    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.00005)
    yield threads
    sys.setswitchinterval(interval)


def test_uses_are_counted(database: Server) -> None:
    with sync.create_pool(database.dsn, min_size=1, max_size=1, max_uses=3) as pool:
        pids = [pool.fetchval(PID) for _ in range(7)]
        assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 1]
        assert pool.get_stats().requests == 7
        assert_in_step_sync(pool)


def test_a_lifetime_ends(database: Server) -> None:
    with sync.create_pool(database.dsn, min_size=2, max_size=2, max_lifetime=0.05) as pool:
        with pool.acquire() as connection:
            first = {connection.fetchval(PID), pool.fetchval(PID)}
            eventually_sync(lambda: pool.get_stats().closed >= 1)
            assert connection.fetchval(PID) in first
        eventually_sync(lambda: pool.fetchval(PID) not in first)
        eventually_sync(lambda: pool.get_size() == pool.get_idle_size() == 2)


def test_connections_that_are_not_needed_are_closed(database: Server) -> None:
    with sync.create_pool(database.dsn, min_size=1, max_size=4, idle_timeout=0.05) as pool:
        with pool.acquire(), pool.acquire(), pool.acquire(), pool.acquire():
            assert pool.get_size() == 4
        eventually_sync(lambda: pool.get_size() == 1)
        time.sleep(0.1)
        assert pool.get_size() == 1
        assert_in_step_sync(pool)


def test_a_connection_that_was_idle_is_tried(
    database: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that answers no more is replaced before somebody takes it."""
    with sync.create_pool(database.dsn, min_size=2, max_size=2, check_after=0.02) as pool:
        members = set(pool._members.values())
        eventually_sync(lambda: all(m.tried > m.idle_since for m in pool._members.values()))
        assert set(pool._members.values()) == members

        def silent(*_: object) -> None:
            raise errors.QueryTimeoutError("it does not answer")

        class Silent:
            def __init__(self, engine: object) -> None:
                self._engine = engine

            def __getattr__(self, name: str) -> object:
                return silent if name == "execute" else getattr(self._engine, name)

            def __hash__(self) -> int:
                return hash(self._engine)

            def __eq__(self, other: object) -> bool:
                return self._engine is other

        for member in members:
            monkeypatch.setattr(
                member.connection, "_engine", Silent(member.connection._engine), raising=False
            )
        eventually_sync(lambda: not members & set(pool._members.values()))
        eventually_sync(lambda: pool.get_idle_size() == 2)
        assert_in_step_sync(pool)


def test_the_pool_is_resized_and_drained(database: Server) -> None:
    with sync.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        pool.resize(3, 4)
        eventually_sync(lambda: pool.get_idle_size() == 3)
        with pool.acquire(), pool.acquire(), pool.acquire() as connection:
            mine = connection.fetchval(PID)
            pool.resize(1, 2)
            pool.drain()
            assert connection.fetchval(PID) == mine
        eventually_sync(lambda: 1 <= pool.get_size() == pool.get_idle_size() <= 2)
        assert pool.fetchval(PID) != mine
        with pytest.raises(errors.InterfaceError, match="min_size=3 and max_size=2"):
            pool.resize(3, 2)
        assert_whole(pool)


def test_hooks(database: Server) -> None:
    told: list[str] = []

    def init(connection: sync.Connection) -> None:
        told.append("init")
        connection.execute("SET work_mem = '77MB'")

    def setup(connection: sync.Connection) -> None:
        told.append("setup")
        connection.execute("SET lock_timeout = '7s'")

    def reset(connection: sync.Connection) -> None:
        told.append("reset")
        assert connection.fetchval("SHOW lock_timeout") == "7s"

    with sync.create_pool(
        database.dsn, min_size=1, max_size=1, init=init, setup=setup, reset=reset
    ) as pool:
        assert told == ["init"]
        assert pool.fetchval("SHOW lock_timeout") == "7s"
        with pool.acquire() as connection:
            assert connection.fetchval("SHOW work_mem") == "77MB"
            connection.execute("SET work_mem = '1MB'")
        assert told == ["init"] + ["setup", "reset", "init"] * 2
        assert pool.fetchval("SHOW work_mem") == "77MB"


@pytest.mark.parametrize("hook", ["init", "setup", "reset"])
def test_hooks_that_fail(database: Server, hook: str) -> None:
    fails = True

    def work(_: sync.Connection) -> None:
        if fails:
            raise LookupError(hook)

    hooks = {hook: work}
    with sync.create_pool(database.dsn, min_size=0, max_size=1, **hooks) as pool:  # type: ignore[arg-type]
        with pytest.raises(LookupError, match=hook):
            pool.fetchval("SELECT 1")
        fails = False
        assert_in_step_sync(pool)
        assert_whole(pool)


def test_what_is_no_connection_is_refused(single: sync.Pool) -> None:
    acquisition: Any = single.acquire()
    with pytest.raises(errors.InterfaceError, match="no connection: enter it"):
        single.release(acquisition)
    nothing: Any = None
    with pytest.raises(errors.InterfaceError, match="acquire gave, not NoneType"):
        single.release(nothing)
    assert single.fetchval("SELECT 1") == 1


def test_what_was_released_is_unusable(single: sync.Pool) -> None:
    with single.acquire() as connection:
        single.release(connection)
        assert single.get_idle_size() == 1
        with pytest.raises(errors.InterfaceError, match="given back to its pool"):
            connection.fetchval("SELECT 1")
        with pytest.raises(errors.InterfaceError, match="given back already"):
            single.release(connection)
    assert connection.is_closed()
    connection.close()
    with single.acquire() as another:
        assert another.fetchval("SELECT 1") == 1
    acquisition = single.acquire()
    with acquisition, pytest.raises(errors.InterfaceError, match="entered once"):
        acquisition.__enter__()
    assert_whole(single)


@pytest.mark.parametrize("left", LEFT)
def test_what_a_session_leaves_behind(single: sync.Pool, left: str) -> None:
    statement, question = LEFT[left]
    assert single.fetchval("SELECT $1::int", 1) == 1
    single.execute(statement)
    assert single.fetchval(question) is True
    kept = "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1::int'"
    # The server does not tell which one a DEALLOCATE has meant.
    assert single.fetchval(kept) == (left != "prepared by hand")
    assert single.get_stats().resets == 1


def test_statistics(database: Server) -> None:
    with sync.create_pool(database.dsn, min_size=1, max_size=2) as pool:
        assert pool.fetchval("SELECT 1") == 1
        with pool.acquire(), pool.acquire():
            stats = pool.get_stats()
            assert (stats.size, stats.idle, stats.acquired) == (2, 0, 2)
            with pytest.raises(errors.QueryTimeoutError):
                pool.acquire(timeout=0.02).__enter__()
        stats = pool.get_stats()
        assert (stats.min_size, stats.max_size, stats.opened, stats.closed) == (1, 2, 2, 0)
        assert (stats.requests, stats.timeouts, stats.waiting) == (3, 1, 0)
        assert stats.waits >= 1
    assert pool.get_stats().closed == 2


def test_usable_before_there_is_a_server(database: Server) -> None:
    dsn = database.uri(host="/nowhere")
    with sync.create_pool(dsn, opening="background", acquire_timeout=0.3) as pool:
        with pytest.raises(errors.QueryTimeoutError) as late:
            pool.fetchval("SELECT 1")
        assert isinstance(late.value.__cause__, errors.PostgresConnectionError)
        assert pool.get_stats().failed >= 1
    with sync.create_pool(database.dsn, opening="background") as pool:
        assert pool.fetchval("SELECT 1") == 1


def test_a_silent_server_keeps_nobody_longer_than_he_waits() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        dsn = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        with sync.create_pool(dsn, opening="background", timeout=5, acquire_timeout=0.05) as pool:
            started = time.monotonic()
            with pytest.raises(errors.QueryTimeoutError):
                pool.fetchval("SELECT 1")
            assert time.monotonic() - started < 4


@pytest.mark.parametrize("opening", ["wait", "background"])
def test_comes_back_with_the_server(
    database: Server, administrator: psycopg.Connection, application: str, opening: str
) -> None:
    role = application
    administrator.execute(f"CREATE ROLE {role} LOGIN")
    dsn = database.uri(user=role)
    with sync.create_pool(dsn, min_size=2, max_size=2, opening=opening) as pool:  # type: ignore[arg-type]
        eventually_sync(lambda: pool.get_idle_size() == 2)
        administrator.execute(f"ALTER ROLE {role} NOLOGIN")
        administrator.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s",
            [role],
        )
        if opening == "wait":
            with pytest.raises(errors.InvalidAuthorizationSpecificationError):
                pool.fetchval("SELECT 1")
            administrator.execute(f"ALTER ROLE {role} LOGIN")
        else:
            threading.Timer(0.1, administrator.execute, [f"ALTER ROLE {role} LOGIN"]).start()
            assert pool.fetchval("SELECT 1") == 1
        eventually_sync(lambda: pool.get_idle_size() == 2)
        assert_in_step_sync(pool)
    administrator.execute(f"DROP ROLE {role}")


def test_sixteen_threads_while_connections_come_and_go(
    database: Server, administrator: psycopg.Connection, application: str, busy: ThreadPoolExecutor
) -> None:
    """Every answer is its asker's, and the count is right afterwards."""
    dsn = database.uri(application_name=application)
    with sync.create_pool(
        dsn, min_size=1, max_size=6, max_uses=20, max_lifetime=0.1, idle_timeout=0.01
    ) as pool:

        def work(i: int) -> None:
            chance = random.Random(i)
            for k in range(40):
                number = i * 1000 + k
                kind = chance.randrange(6)
                if kind == 0:
                    with pytest.raises(errors.DivisionByZeroError):
                        pool.fetchval("SELECT 1 / ($1::int - $1)", number)
                elif kind == 1:
                    with pool.acquire() as connection:
                        connection.execute("SET work_mem = '1MB'")
                        assert connection.fetchval("SHOW work_mem") == "1MB"
                elif kind == 2:
                    with pytest.raises(errors.QueryTimeoutError):
                        pool.fetch("SELECT pg_sleep(60)", timeout=0.002)
                elif kind == 3 and k % 10 == 0:
                    pool.drain()
                else:
                    assert pool.fetchval("SELECT $1::int", number) == number
                assert pool.get_size() <= 6

        for future in [busy.submit(work, i) for i in range(16)]:
            future.result(30)
        assert_whole(pool)
        eventually_sync(lambda: len(sessions(administrator, application)) == pool.get_size() <= 6)
        assert pool.fetchval("SHOW work_mem") != "1MB"
        assert_in_step_sync(pool)


def test_listeners_of_init_stay(database: Server) -> None:
    heard: list[str] = []

    def init(connection: sync.Connection) -> None:
        connection.add_notice_listener(lambda _, notice: heard.append(notice.message))

    with sync.create_pool(database.dsn, min_size=1, max_size=1, init=init) as pool:
        for change in ("SELECT 1", "SET work_mem = '1MB'", "SELECT 2"):
            with pool.acquire() as connection:
                connection.execute(change)
        pool.execute("DO $$ BEGIN RAISE NOTICE 'noticed'; END $$")
    assert heard == ["noticed"]
