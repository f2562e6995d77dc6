"""COPY from threads: as for asyncio, and others wait their turn."""

import io
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge.postgres import errors, sync
from tests.integration.observation import assert_in_step_sync, running
from tests.integration.test_sync_connection import occupied

ROWS: list[tuple[Any, ...]] = [(i, f"ä{i}" if i % 3 else None) for i in range(20_000)]
HUGE = "SELECT repeat('x', 1000) FROM generate_series(1, 1000000)"


@pytest.fixture
def table(sync_connection: sync.Connection) -> sync.Connection:
    sync_connection.execute("CREATE TABLE t (a int, b text)")
    return sync_connection


def stored(connection: sync.Connection | sync.Pool) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.fetch("SELECT * FROM t ORDER BY a")]


def test_records(table: sync.Connection) -> None:
    seen: list[int | None] = []
    tag = table.copy_records_to_table(
        "t", records=ROWS, progress=lambda size, rows: seen.append(rows)
    )
    assert tag == "COPY 20000"
    assert len(seen) > 1
    assert seen[-1] == len(ROWS)
    assert stored(table) == ROWS
    so_far: list[tuple[int, int | None]] = []
    found = table.copy_records_from_table("t", progress=lambda *n: so_far.append(n))
    assert sorted(tuple(row) for row in found) == ROWS
    assert so_far[-1][1] == len(ROWS)
    found = table.copy_records_from_query("SELECT * FROM t WHERE a < $1 ORDER BY a", 3)
    assert [tuple(row) for row in found] == ROWS[:3]
    assert (
        table.copy_records_to_table("t", records=iter([[1, "a"]]), columns=["a", "b"]) == "COPY 1"
    )
    assert table.copy_records_to_table("t", records=[]) == "COPY 0"


def test_data(table: sync.Connection, tmp_path: Path) -> None:
    table.copy_records_to_table("t", records=ROWS)
    path, file, pieces = tmp_path / "data", io.BytesIO(), list[bytes]()
    options: dict[str, Any] = {"format": "csv", "header": True}
    assert table.copy_from_table("t", output=path, **options) == "COPY 20000"
    assert table.copy_from_table("t", output=file, **options) == "COPY 20000"
    assert table.copy_from_query("TABLE t", output=pieces.append, **options) == "COPY 20000"
    data = path.read_bytes()
    assert data == file.getvalue() == b"".join(pieces)
    assert data == b"".join(table.copy_from_table("t", **options))
    file.seek(0)
    for source in (path, file, data, iter(pieces)):
        table.execute("TRUNCATE t")
        assert table.copy_to_table("t", source=source, **options) == "COPY 20000"
        assert stored(table) == ROWS


def test_what_goes_wrong_stores_nothing(table: sync.Connection) -> None:
    def failing() -> Iterator[tuple[Any, ...]]:
        yield from ROWS
        raise KeyError("mine")

    with pytest.raises(errors.InterfaceError, match=r'row 2, column "b" \(text\)'):
        table.copy_records_to_table("t", records=[(1, "a"), (1, 2)])
    with pytest.raises(KeyError, match="mine"):
        table.copy_records_to_table("t", records=failing())
    with pytest.raises(errors.UndefinedTableError):
        table.copy_from_table("nowhere", output=print)
    with pytest.raises(errors.InvalidTextRepresentationError):
        table.copy_to_table("t", source=[b"x\ta\n", *[b"1\ta\n"] * 100_000])
    with pytest.raises(ZeroDivisionError):
        table.copy_from_query(HUGE, output=lambda data: 1 // 0)
    with pytest.raises(errors.InterfaceError, match="row 1"), table.transaction():
        table.copy_records_to_table("t", records=ROWS)
        table.copy_records_to_table("t", records=[(1, 2)])
    assert stored(table) == []
    assert_in_step_sync(table)


def test_timeouts(table: sync.Connection) -> None:
    def slowly() -> Iterator[bytes]:
        while True:
            time.sleep(0.01)
            yield b"1\ta\n" * 30_000

    with pytest.raises(errors.QueryTimeoutError, match="did not end within"):
        table.copy_to_table("t", source=slowly(), timeout=0.05)
    with pytest.raises(errors.QueryTimeoutError):
        table.copy_from_query("SELECT pg_sleep(60)", output=print, timeout=0.05)
    # What the reader takes its time for does not count.
    for count, _ in enumerate(table.copy_from_query(HUGE, timeout=5)):
        if count == 2:
            break
    assert stored(table) == []
    assert_in_step_sync(table)


def test_streams_are_left_at_any_piece(table: sync.Connection) -> None:
    for _ in table.copy_from_query(HUGE):
        break
    assert_in_step_sync(table)
    kept = table.copy_from_query(HUGE)
    assert next(kept)
    kept.close()
    assert_in_step_sync(table)
    # One that is kept is ended by what its thread asks for next.
    left = table.copy_from_query(HUGE)
    assert next(left)
    assert_in_step_sync(table)
    with pytest.raises(errors.InterfaceError, match="given up"):
        list(left)
    with pytest.raises(KeyError), table.transaction():
        stream = table.copy_from_query(HUGE)
        for _ in stream:
            raise KeyError
    assert_in_step_sync(table)


def test_a_thread_that_copies_in_cannot_ask_for_more(table: sync.Connection) -> None:
    def asking() -> Iterator[bytes]:
        yield b"1\ta\n"
        table.fetchval("SELECT 1")

    with pytest.raises(errors.InterfaceError, match="in use by a COPY, or an executemany, of this"):
        table.copy_to_table("t", source=asking())
    assert stored(table) == []


def test_other_threads_wait(table: sync.Connection) -> None:
    begun, counted = threading.Event(), list[int]()
    refused = threading.Barrier(4)

    def parts() -> Iterator[bytes]:
        yield b"1\ta\n" * 50_000
        begun.set()
        refused.wait(30)
        yield b"1\ta\n" * 50_000

    def count() -> None:
        begun.wait(30)
        with pytest.raises(errors.QueryTimeoutError):
            table.fetchval("SELECT 1", timeout=0.001)
        refused.wait(30)
        counted.append(table.fetchval("SELECT count(*) FROM t"))

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert table.copy_to_table("t", source=parts()) == "COPY 100000"
    for thread in threads:
        thread.join(30)
    assert counted == [100_000] * 3


def test_interrupted(table: sync.Connection) -> None:
    """Ctrl-C ends a COPY, and leaves the connection in step."""
    main = threading.get_ident()

    def out() -> None:
        table.copy_from_query("SELECT pg_sleep(60)", output=print)

    def records() -> None:
        table.copy_records_to_table("t", records=((1, "a") for _ in iter(int, 1)))

    for copy in (out, records):
        timer = threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGINT))
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        timer.start()
        try:
            with pytest.raises(KeyboardInterrupt):
                copy()
        finally:
            timer.join()
            signal.signal(signal.SIGINT, before)
        assert_in_step_sync(table)


def test_the_server_is_terminated_midway(
    database: Server, administrator: psycopg.Connection
) -> None:
    for out in (True, False):
        connection = sync.connect(database.dsn)
        connection.execute("CREATE TABLE IF NOT EXISTS t (a int, b text)")
        pid = connection.fetchval("SELECT pg_backend_pid()")
        timer = threading.Timer(
            0.05, administrator.execute, ["SELECT pg_terminate_backend(%s)", [pid]]
        )
        timer.start()
        with pytest.raises(errors.PostgresError):
            if out:
                connection.copy_from_query(HUGE, output=lambda data: time.sleep(0.001))
            else:
                connection.copy_to_table("t", source=(b"1\ta\n" for _ in iter(int, 1)))
        timer.join()
        assert connection.is_closed()
        with pytest.raises(errors.Error):
            connection.copy_to_table("t", source=b"")


def test_closed_midway(database: Server) -> None:
    connection = sync.connect(database.dsn)
    stream = connection.copy_from_query(HUGE)
    assert next(stream)
    connection.close()
    with pytest.raises(errors.ConnectionClosedError):
        list(stream)


def test_a_pool_lends_a_connection(database: Server) -> None:
    with sync.create_pool(database.dsn, max_size=2) as pool:
        pool.execute("CREATE TABLE t (a int, b text)")
        assert pool.copy_records_to_table("t", records=ROWS) == "COPY 20000"
        stream = pool.copy_from_table("t")
        assert next(stream)
        assert stored(pool) == ROWS
        stream.close()
        assert pool.get_idle_size() == pool.get_size()
        assert_in_step_sync(pool)


@pytest.mark.parametrize("hook", [None, lambda connection: connection.execute("SELECT 1")])
def test_left_open_as_its_connection_is_given_back(
    database: Server, hook: Callable[[sync.Connection], object] | None
) -> None:
    with (
        sync.create_pool(database.dsn, min_size=1, max_size=1, reset=hook) as pool,
        ThreadPoolExecutor(1) as threads,
    ):
        pid = pool.fetchval("SELECT pg_backend_pid()")
        pool.execute("CREATE TABLE t (a int, b text)")
        with pool.acquire() as connection:
            stream = connection.copy_from_query(HUGE)
            assert next(stream)
        # Nobody has to wait until the stream is forgotten.
        assert threads.submit(pool.fetchval, "SELECT pg_backend_pid()").result(30) == pid
        with pytest.raises(errors.InterfaceError, match="given up before its end"):
            list(stream)
        with pool.acquire() as connection:
            copy = connection._engine.copy("COPY t FROM STDIN", None)
            assert copy.wait()
            copy.write(b"1\ta\n")
        assert threads.submit(pool.fetchval, "SELECT pg_backend_pid()").result(30) == pid
        assert not copy.wait()
        copy.write(b"2\tb\n")
        copy.finish()
        with pytest.raises(errors.InterfaceError, match="given up before its end"):
            copy.result()
        copy.abandon()
        assert stored(pool) == []
        assert_in_step_sync(pool)


def test_what_was_left_does_not_wait_for_who_has_the_connection(
    database: Server, administrator: psycopg.Connection
) -> None:
    with sync.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        with pool.acquire() as connection:
            pid = connection.fetchval("SELECT pg_backend_pid()")
            stream = connection.copy_from_query(HUGE)
            assert next(stream)
        with pool.acquire() as connection, occupied(connection, administrator):
            stream.close()
            assert running(administrator, pid) == "SELECT pg_sleep(60)"


def test_interrupted_before_it_has_begun(table: sync.Connection) -> None:
    # What a signal's exception leaves, that comes as soon as the COPY was made.
    left = table._engine.copy("COPY t FROM STDIN", None)
    assert table.fetchval("SELECT 1") == 1
    left.abandon()
    assert_in_step_sync(table)
