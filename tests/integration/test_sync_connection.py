"""A connection that threads drive: its calls, its waits, and what interrupts them."""

import gc
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge.postgres import errors, sync
from tests.integration.observation import (
    all_sessions,
    assert_in_step_sync,
    eventually_sync,
    running,
)


@contextmanager
def interruption(after: float, handler: Callable[..., object]) -> Iterator[None]:
    """SIGALRM comes after a while, as Ctrl-C does."""
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, after)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def interruption_of_a_statement(
    administrator: psycopg.Connection, pid: int, handler: Callable[..., object]
) -> Iterator[None]:
    """The signal comes once a session runs something that this thread waits for."""
    main = threading.get_ident()

    def send() -> None:
        eventually_sync(lambda: running(administrator, pid))
        signal.pthread_kill(main, signal.SIGALRM)

    with ThreadPoolExecutor(1) as threads, interruption(60, handler):
        sent = threads.submit(send)
        yield
        sent.result(30)


@contextmanager
def occupied(connection: sync.Connection, administrator: psycopg.Connection) -> Iterator[None]:
    """Another thread has the connection, with a statement that ends with the context."""
    pid = connection.fetchval("SELECT pg_backend_pid()")
    with ThreadPoolExecutor(1) as threads:
        working = threads.submit(connection.fetch, "SELECT pg_sleep(60)")
        try:
            eventually_sync(lambda: running(administrator, pid) == "SELECT pg_sleep(60)")
            yield
        finally:
            administrator.execute("SELECT pg_cancel_backend(%s)", [pid])
        with pytest.raises(errors.QueryCanceledError):
            working.result(30)


def test_calls(sync_connection: sync.Connection) -> None:
    assert sync_connection.execute("CREATE TABLE t (a int, b text)") == "CREATE TABLE"
    assert sync_connection.execute("INSERT INTO t VALUES ($1, $2)", 1, "x") == "INSERT 0 1"
    sync_connection.executemany("INSERT INTO t VALUES ($1, $2)", [(2, "y"), [3, "z"]])
    sync_connection.executemany("INSERT INTO t VALUES ($1, $2)", ((i, "w") for i in (4, 5)))
    sync_connection.executemany("INSERT INTO t VALUES ($1, $2)", [])
    rows = sync_connection.fetch("SELECT * FROM t WHERE a < $1 ORDER BY a", 4)
    assert [tuple(row) for row in rows] == [(1, "x"), (2, "y"), (3, "z")]
    row = sync_connection.fetchrow("SELECT * FROM t WHERE a = $1", 5)
    assert row is not None
    assert dict(row) == {"a": 5, "b": "w"}
    assert sync_connection.fetchrow("SELECT * FROM t WHERE a = 9") is None
    assert sync_connection.fetchval("SELECT a, b FROM t WHERE a = 2", column=1) == "y"
    assert sync_connection.fetchval("SELECT a FROM t WHERE a = 9") is None
    assert sync_connection.execute("UPDATE t SET a = 0; DELETE FROM t") == "DELETE 5"
    assert sync_connection.get_parameter("client_encoding") == "UTF8"
    with pytest.raises(errors.InterfaceError, match="no column -1"):
        sync_connection.fetchval("SELECT 1", column=-1)


def test_an_executemany_is_all_or_nothing(sync_connection: sync.Connection) -> None:
    sync_connection.execute("CREATE TABLE t (id int PRIMARY KEY)")
    with pytest.raises(errors.UniqueViolationError):
        sync_connection.executemany("INSERT INTO t VALUES ($1)", [(1,), (2,), (1,)])
    assert sync_connection.fetchval("SELECT count(*) FROM t") == 0


def test_more_than_the_socket_takes(sync_connection: sync.Connection) -> None:
    """Writing needs reading meanwhile, or both ends wait for each other."""
    sync_connection.execute("CREATE TABLE t (name text)")
    rows = [("x" * 200,) for _ in range(20_000)]
    sync_connection.executemany("INSERT INTO t VALUES ($1)", rows, timeout=60)
    assert sync_connection.fetchval("SELECT count(*) FROM t") == len(rows)
    large = "x" * 5_000_000
    for timeout in (None, 60):
        assert sync_connection.fetchval("SELECT $1::text", large, timeout=timeout) == large


def test_state(database: Server) -> None:
    with sync.connect(database.dsn) as connection:
        assert repr(connection) == "<Connection idle>"
        assert not connection.is_in_transaction()
        with connection.transaction():
            assert repr(connection) == "<Connection transaction>"
            assert connection.is_in_transaction()
        with pytest.raises(errors.DivisionByZeroError), connection.transaction():
            connection.execute("SELECT 1/0")
        connection.execute("BEGIN")
        with pytest.raises(errors.DivisionByZeroError):
            connection.execute("SELECT 1/0")
        assert repr(connection) == "<Connection failed>"
        assert not connection.is_closed()
    assert connection.is_closed()
    assert repr(connection) == "<Connection closed>"
    connection.close()
    for call in (connection.execute, connection.fetch, connection.fetchrow, connection.fetchval):
        with pytest.raises(errors.ConnectionClosedError, match="the connection is closed"):
            call("SELECT 1")
    with pytest.raises(errors.ConnectionClosedError):
        connection.executemany("SELECT $1::int", [(1,)])


def test_transactions(sync_connection: sync.Connection) -> None:
    sync_connection.execute("CREATE TABLE t (a int)")
    insert = "INSERT INTO t VALUES ($1)"
    with sync_connection.transaction() as same:
        assert same is sync_connection
        sync_connection.execute(insert, 1)
        with pytest.raises(RuntimeError), sync_connection.transaction():
            sync_connection.execute(insert, 2)
            raise RuntimeError
        with sync_connection.transaction():
            sync_connection.execute(insert, 3)
    with pytest.raises(RuntimeError), sync_connection.transaction():
        sync_connection.execute(insert, 4)
        raise RuntimeError
    with (
        pytest.raises(errors.InFailedSQLTransactionError),
        sync_connection.transaction(),
        pytest.raises(errors.DivisionByZeroError),
    ):
        sync_connection.execute("SELECT 1/0")
    with (
        pytest.raises(errors.ReadOnlySQLTransactionError),
        sync_connection.transaction(isolation="serializable", readonly=True, deferrable=True),
    ):
        sync_connection.execute(insert, 5)
    transaction = sync_connection.transaction()
    with pytest.raises(errors.InterfaceError, match="entered before it is left"):
        transaction.__exit__(None, None, None)
    with transaction, pytest.raises(errors.InterfaceError, match="entered once"):
        transaction.__enter__()
    rows = sync_connection.fetch("SELECT a FROM t ORDER BY a")
    assert [row[0] for row in rows] == [1, 3]
    assert not sync_connection.is_in_transaction()


def test_threads_take_turns(sync_connection: sync.Connection) -> None:
    def work(i: int) -> None:
        for k in range(20):
            assert sync_connection.fetchval("SELECT $1::int * 1000 + $2::int", i, k) == i * 1000 + k
            if k % 5 == 0:
                with pytest.raises(errors.DivisionByZeroError):
                    sync_connection.fetchval("SELECT 1 / ($1::int - $1)", k)

    with ThreadPoolExecutor(16) as threads:
        for future in [threads.submit(work, i) for i in range(16)]:
            future.result(30)
    assert_in_step_sync(sync_connection)


def test_the_interpreter_is_free_while_it_waits(
    sync_connection: sync.Connection, administrator: psycopg.Connection
) -> None:
    """Other threads run, and nothing that only looks at the connection waits for it."""
    with ThreadPoolExecutor(1) as threads:
        with occupied(sync_connection, administrator):
            assert repr(sync_connection) == "<Connection idle>"
            assert not sync_connection.is_closed()
            assert not sync_connection.is_in_transaction()
            turn = threads.submit(sync_connection.fetchval, "SELECT 'my turn'")
            with pytest.raises(TimeoutError):
                turn.result(0.05)
        assert turn.result(30) == "my turn"


# What ends a wait


@pytest.mark.parametrize("call", ["execute", "fetch", "fetchrow", "fetchval"])
def test_bounds_in_time(
    sync_connection: sync.Connection, administrator: psycopg.Connection, call: str
) -> None:
    pid = sync_connection.fetchval("SELECT pg_backend_pid()")
    statement = getattr(sync_connection, call)
    start = time.monotonic()
    for timeout in (0.02, 0.0, -1.0):
        with pytest.raises(errors.QueryTimeoutError, match="did not end within"):
            statement("SELECT pg_sleep(60)", timeout=timeout)
        assert running(administrator, pid) is None
    with pytest.raises(TimeoutError):
        sync_connection.executemany("SELECT pg_sleep($1)", [(60.0,)] * 3, timeout=0.02)
    with pytest.raises(TimeoutError):
        statement("SELECT repeat('x', 1000) FROM generate_series(1, 10000000)", timeout=0.05)
    for timeout in (60, float("inf"), 1e300):
        statement("SELECT 1", timeout=timeout)
    assert_in_step_sync(sync_connection)
    assert time.monotonic() - start < 30


def test_a_bound_for_all_statements(database: Server) -> None:
    with sync.connect(database.dsn, command_timeout=0.02) as connection:
        with pytest.raises(errors.QueryTimeoutError):
            connection.fetch("SELECT pg_sleep(60)")
        assert connection.fetchval("SELECT 1 FROM pg_sleep(0.05)", timeout=10) == 1
        with pytest.raises(errors.QueryTimeoutError), connection.transaction():
            connection.execute("SELECT pg_sleep(60)")
        assert not connection.is_in_transaction()
        assert connection.fetchval("SELECT 'in step'", timeout=10) == "in step"


def test_a_bound_holds_for_the_turn_too(
    sync_connection: sync.Connection, administrator: psycopg.Connection
) -> None:
    with occupied(sync_connection, administrator), pytest.raises(errors.QueryTimeoutError):
        sync_connection.fetchval("SELECT 1", timeout=0.02)
    assert_in_step_sync(sync_connection)


STATEMENTS: dict[str, Callable[[sync.Connection], object]] = {
    "running": lambda connection: connection.fetch("SELECT pg_sleep(60)"),
    "preparing": lambda connection: connection.fetch("SELECT * FROM locked"),
    "reading": lambda connection: connection.fetch(
        "SELECT repeat('x', 1000) FROM generate_series(1, 10000000)"
    ),
    "executemany": lambda connection: connection.executemany(
        "SELECT pg_sleep($1)", [(0.01,)] * 10_000
    ),
    "script": lambda connection: connection.execute("SELECT 1; SELECT pg_sleep(60)"),
}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_interrupted(
    sync_connection: sync.Connection, administrator: psycopg.Connection, statement: str
) -> None:
    """As by Ctrl-C: the statement stops at the server, the connection stays in step."""
    pid = sync_connection.fetchval("SELECT pg_backend_pid()")
    sync_connection.execute("CREATE TABLE locked (a int)")
    schema = sync_connection.fetchval("SELECT current_schema()::text")
    with administrator.transaction():
        administrator.execute(f'LOCK TABLE "{schema}".locked')
        with pytest.raises(KeyboardInterrupt), interruption(0.05, interrupt):
            STATEMENTS[statement](sync_connection)
        assert running(administrator, pid) is None
    assert_in_step_sync(sync_connection)


def test_interrupted_inside_a_transaction(sync_connection: sync.Connection) -> None:
    sync_connection.execute("CREATE TABLE t (a int)")
    with (
        pytest.raises(KeyboardInterrupt),
        interruption(0.05, interrupt),
        sync_connection.transaction(),
    ):
        sync_connection.execute("INSERT INTO t VALUES (1)")
        sync_connection.execute("SELECT pg_sleep(60)")
    assert not sync_connection.is_in_transaction()
    assert sync_connection.fetchval("SELECT count(*) FROM t") == 0


def test_interrupted_while_it_commits(sync_connection: sync.Connection) -> None:
    sync_connection.execute("""
        CREATE TABLE t (a int);
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql
            AS $$BEGIN PERFORM pg_sleep(60); RETURN NULL; END$$;
        CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION wait();
    """)
    with (
        pytest.raises(KeyboardInterrupt),
        interruption(0.05, interrupt),
        sync_connection.transaction(),
    ):
        sync_connection.execute("INSERT INTO t VALUES (1)")
    assert not sync_connection.is_in_transaction()
    assert sync_connection.fetchval("SELECT count(*) FROM t") == 0


def test_interrupted_while_it_waits_for_its_turn(
    sync_connection: sync.Connection, administrator: psycopg.Connection
) -> None:
    with (
        occupied(sync_connection, administrator),
        pytest.raises(KeyboardInterrupt),
        interruption(0.02, interrupt),
    ):
        sync_connection.fetchval("SELECT 1")
    assert_in_step_sync(sync_connection)


def test_signals_that_raise_nothing_interrupt_nothing(sync_connection: sync.Connection) -> None:
    came: list[int] = []
    with interruption(0.02, lambda number, _: came.append(number)):
        assert sync_connection.fetchval("SELECT 7 FROM pg_sleep(0.1)") == 7
    assert came == [signal.SIGALRM]


def test_used_by_a_handler_that_interrupts_it(
    sync_connection: sync.Connection, administrator: psycopg.Connection
) -> None:
    """It would wait for itself: the handler is told, and looking at the connection is no use."""
    said: list[Any] = []

    def handler(*_: object) -> None:
        said.append(repr(sync_connection))
        try:
            sync_connection.execute("SELECT 1")
        except errors.InterfaceError as error:
            said.append(str(error))

    pid = sync_connection.fetchval("SELECT pg_backend_pid()")
    main = threading.get_ident()
    administrator.execute("SELECT pg_advisory_lock(4713)")

    def signal_while_it_runs() -> None:
        try:
            eventually_sync(lambda: running(administrator, pid))
            signal.pthread_kill(main, signal.SIGALRM)
            eventually_sync(lambda: len(said) == 2)
        finally:
            administrator.execute("SELECT pg_advisory_unlock(4713)")

    with ThreadPoolExecutor(1) as threads, interruption(60, handler):
        signalled = threads.submit(signal_while_it_runs)
        assert sync_connection.fetchval("SELECT 7 FROM pg_advisory_lock(4713)") == 7
        signalled.result(30)
    assert said[0] == "<Connection idle>"
    assert "in use by this very thread" in said[1]
    assert len(said) == 2
    assert_in_step_sync(sync_connection)


def test_closed_by_a_handler_that_interrupts_it(
    database: Server, administrator: psycopg.Connection
) -> None:
    connection = sync.connect(database.dsn)
    pid = connection.fetchval("SELECT pg_backend_pid()")
    with (
        interruption_of_a_statement(administrator, pid, lambda *_: connection.close()),
        pytest.raises(errors.ConnectionClosedError),
    ):
        connection.fetch("SELECT pg_sleep(60)")
    assert connection.is_closed()
    eventually_sync(lambda: pid not in all_sessions(administrator))


def test_ctrl_c(database: Server, administrator: psycopg.Connection) -> None:
    """In a process of its own, by the signal that a terminal sends."""
    code = f"""
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from data_bridge import postgres
with postgres.sync.connect({database.dsn!r}) as connection:
    print(connection.fetchval("SELECT pg_backend_pid()"), flush=True)
    try:
        connection.fetch("SELECT pg_sleep(60)")
    except KeyboardInterrupt:
        print(connection.fetchval("SELECT 'still in step'"), flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        pid = int(child.stdout.readline())
        eventually_sync(lambda: running(administrator, pid) == "SELECT pg_sleep(60)")
        child.send_signal(signal.SIGINT)
        assert child.communicate(timeout=30)[0] == "still in step\n"
    assert child.returncode == 0


def test_a_process_that_just_ends(database: Server) -> None:
    """With a connection open, a statement in flight on another thread, and a pool."""
    code = f"""
import threading
from data_bridge import postgres
pool = postgres.sync.create_pool({database.dsn!r})
connection = postgres.sync.connect({database.dsn!r})
threading.Thread(target=pool.fetch, args=("SELECT pg_sleep(1)",), daemon=True).start()
assert connection.fetchval("SELECT 1") == 1
"""
    child = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, timeout=30, check=False
    )
    assert (child.returncode, child.stderr) == (0, b"")


# How it ends


def test_terminated(sync_connection: sync.Connection, administrator: psycopg.Connection) -> None:
    pid = sync_connection.fetchval("SELECT pg_backend_pid()")
    with ThreadPoolExecutor(1) as threads:
        future = threads.submit(sync_connection.fetch, "SELECT pg_sleep(60)")
        eventually_sync(lambda: running(administrator, pid))
        administrator.execute("SELECT pg_terminate_backend(%s)", [pid])
        with pytest.raises(errors.AdminShutdownError, match="terminating connection"):
            future.result(30)
    assert sync_connection.is_closed()
    with pytest.raises(errors.AdminShutdownError):
        sync_connection.fetchval("SELECT 1")


def test_terminated_while_idle(
    sync_connection: sync.Connection, administrator: psycopg.Connection
) -> None:
    pid = sync_connection.fetchval("SELECT pg_backend_pid()")
    administrator.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    with pytest.raises(errors.AdminShutdownError):
        sync_connection.fetchval("SELECT 1")
    assert sync_connection.is_closed()


def test_closed_while_another_thread_waits(
    database: Server, administrator: psycopg.Connection
) -> None:
    connection = sync.connect(database.dsn)
    pid = connection.fetchval("SELECT pg_backend_pid()")
    with ThreadPoolExecutor(1) as threads:
        working = threads.submit(connection.fetch, "SELECT pg_sleep(60)")
        eventually_sync(lambda: running(administrator, pid) == "SELECT pg_sleep(60)")
        connection.close()
        assert connection.is_closed()
        with pytest.raises(errors.ConnectionClosedError):
            working.result(30)
    # The server does not go on with what nobody waits for.
    eventually_sync(lambda: pid not in all_sessions(administrator))


def test_dropped_without_close(database: Server, administrator: psycopg.Connection) -> None:
    connection = sync.connect(database.dsn)
    pid = connection.fetchval("SELECT pg_backend_pid()")
    with pytest.warns(ResourceWarning, match="unclosed <Connection idle>"):
        del connection
    gc.collect()
    eventually_sync(lambda: pid not in all_sessions(administrator))
