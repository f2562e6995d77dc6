"""LISTEN and NOTIFY, notices, and the end of a connection, for threads."""

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge.postgres import Notice, Notification, errors, sync
from tests.integration.observation import assert_in_step_sync, eventually_sync
from tests.integration.test_sync_connection import interrupt, interruption


@pytest.fixture
def other(database: Server) -> Iterator[sync.Connection]:
    """Another connection, that notifies."""
    with sync.connect(database.dsn) as opened:
        yield opened


def test_as_an_iterator(sync_connection: sync.Connection, other: sync.Connection) -> None:
    pid = other.fetchval("SELECT pg_backend_pid()")
    sync_connection.execute("LISTEN jobs")
    assert list(sync_connection.notifications(timeout=0)) == []
    other.execute("NOTIFY jobs, '1'; NOTIFY jobs, '2'")
    stream = sync_connection.notifications(timeout=30)
    assert next(stream) == Notification("jobs", "1", pid)
    # Those that come with the answer of a statement are kept.
    sync_connection.execute("NOTIFY jobs, '3'")
    assert [next(stream).payload for _ in range(2)] == ["2", "3"]
    later = threading.Timer(0.05, other.execute, ["NOTIFY jobs, '4'"])
    later.start()
    assert next(sync_connection.notifications()).payload == "4"
    later.join()
    assert_in_step_sync(sync_connection)


def test_listeners(sync_connection: sync.Connection, other: sync.Connection) -> None:
    told: list[Any] = []

    def look(inside: sync.Connection, pid: int, channel: str, payload: str) -> None:
        told.append((pid > 0, channel, inside.fetchval("SELECT $1::int + 1", int(payload))))

    sync_connection.add_listener("Jobs", look)
    other.execute("""NOTIFY "Jobs", '41'""")
    eventually_sync(lambda: list(sync_connection.notifications(timeout=0.02)) or told)
    assert told == [(True, "Jobs", 42)]
    sync_connection.remove_listener("Jobs", look)
    sync_connection.remove_listener("Jobs", look)
    assert sync_connection.fetch("SELECT pg_listening_channels()") == []
    with pytest.raises(errors.InterfaceError, match="a name in SQL"):
        sync_connection.add_listener("", look)


def test_a_listener_that_raises(
    sync_connection: sync.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    sync_connection.add_listener("jobs", fail)
    assert sync_connection.execute("NOTIFY jobs") == "NOTIFY"
    assert "a listener of <Connection idle> has failed" in caplog.text
    assert_in_step_sync(sync_connection)


def test_notices_and_the_end(
    database: Server, administrator: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "data_bridge.postgres")
    notices: list[Notice] = []
    ends: list[bool] = []
    with sync.connect(database.dsn) as connection:
        connection.execute("DO $$ BEGIN RAISE NOTICE 'one'; END $$")
        assert caplog.messages == ["NOTICE: one (00000)"]
        listener = lambda _, notice: notices.append(notice)  # noqa: E731 - it is removed again
        connection.add_notice_listener(listener)
        connection.add_termination_listener(lambda c: ends.append(c.is_closed()))
        connection.execute("DO $$ BEGIN RAISE NOTICE 'two'; END $$")
        assert [notice.message for notice in notices] == ["two"]
        connection.remove_notice_listener(listener)
        pid = connection.fetchval("SELECT pg_backend_pid()")
        administrator.execute("SELECT pg_terminate_backend(%s)", [pid])
        with pytest.raises((errors.AdminShutdownError, errors.PostgresConnectionError)):
            list(connection.notifications(timeout=30))
        assert ends == [True]
    assert ends == [True]
    with pytest.raises(errors.Error):
        next(connection.notifications())


def test_interrupted(sync_connection: sync.Connection) -> None:
    sync_connection.execute("LISTEN jobs")
    with pytest.raises(KeyboardInterrupt), interruption(0.05, interrupt):
        next(sync_connection.notifications())
    assert_in_step_sync(sync_connection)


def test_threads_use_it_meanwhile(sync_connection: sync.Connection) -> None:
    sync_connection.execute("LISTEN jobs")
    found: list[Notification] = []
    thread = threading.Thread(
        target=lambda: found.append(next(sync_connection.notifications(timeout=30)))
    )
    thread.start()
    assert_in_step_sync(sync_connection)
    sync_connection.execute("NOTIFY jobs, 'x'")
    thread.join(30)
    assert [note.payload for note in found] == ["x"]


def test_a_connection_given_back_to_a_pool_hears_no_more(database: Server) -> None:
    told: list[object] = []
    with sync.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        with pool.acquire() as connection:
            connection.add_listener("jobs", lambda *_: told.append(1))
            connection.add_notice_listener(lambda *_: told.append(2))
        assert pool.fetch("SELECT pg_listening_channels()") == []
        pool.execute("DO $$ BEGIN RAISE NOTICE 'x'; END $$; NOTIFY jobs")
    assert told == []


def test_a_stream(database: Server, administrator: psycopg.Connection) -> None:
    with sync.create_pool(database.dsn) as pool, pool.listen("a", "b", queue_size=2) as stream:
        pool.execute("NOTIFY a, '1'")
        assert next(stream).payload == "1"
        assert stream._connection is not None
        pid = stream._connection.fetchval("SELECT pg_backend_pid()")
        administrator.execute("SELECT pg_terminate_backend(%s)", [pid])
        assert next(stream) == Notification("a", missed=True)
        assert next(stream) == Notification("b", missed=True)
        pool.execute("NOTIFY a, '2'; NOTIFY a, '3'; NOTIFY a, '4'")
        time.sleep(0.05)
        found = [next(stream) for _ in range(3)]
        assert [note.payload for note in found] == ["3", "4", ""]
        assert found[-1].missed
        closing = threading.Timer(0.05, stream.close)
        closing.start()
        assert list(stream) == []
        closing.join()
    with (
        pytest.raises(errors.PostgresConnectionError),
        sync.listen("a", host="127.0.0.1", port=1, user="u"),
    ):
        pass
    with pytest.raises(errors.InterfaceError, match="begins with `with`"):
        next(sync.listen("a", dsn=database.dsn))


def test_a_stream_ends_with_its_pool(database: Server) -> None:
    pool = sync.create_pool(database.dsn, min_size=1)
    with ThreadPoolExecutor(1) as threads, pool.listen("a") as stream:
        heard = threads.submit(list, stream)
        pool.close()
        assert heard.result(30) == []
    with pytest.raises(errors.PoolClosedError), pool.listen("a"):
        pass


def test_a_stream_that_is_closed_while_there_is_no_server(
    database: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = threading.Event()

    def connect() -> sync.Connection:
        if stream._connection is None:
            return sync.connect(database.dsn)
        tried.set()
        raise errors.PostgresConnectionError("no server", sqlstate="08001")

    monkeypatch.setattr("data_bridge.postgres.retry.FIRST_PAUSE", 100)
    stream = sync.Listening(connect, ("a",), 10)
    with ThreadPoolExecutor(1) as threads, stream:
        assert stream._connection is not None
        stream._connection.close()
        heard = threads.submit(list, stream)
        assert tried.wait(30)
        stream.close()
        assert heard.result(30) == []
