"""The synchronous connection: statements, transactions, timeouts, signals, threads."""

import os
import signal
import subprocess
import sys
import threading
import time

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge.postgres import errors, sync


def test_statements_give_what_the_asynchronous_ones_do(sync_connection: sync.Connection) -> None:
    assert sync_connection.execute("CREATE TABLE t (id int PRIMARY KEY, name text)") == (
        "CREATE TABLE"
    )
    sync_connection.executemany("INSERT INTO t VALUES ($1, $2)", [(1, "a"), (2, None)])
    assert [dict(row) for row in sync_connection.fetch("SELECT * FROM t ORDER BY id")] == [
        {"id": 1, "name": "a"},
        {"id": 2, "name": None},
    ]
    row = sync_connection.fetchrow("SELECT * FROM t WHERE id = $1", 1)
    assert row is not None
    assert row["name"] == "a"
    assert sync_connection.fetchrow("SELECT * FROM t WHERE id = $1", 3) is None
    assert sync_connection.fetchval("SELECT id, name FROM t WHERE id = $1", 1, column=1) == "a"


def test_an_executemany_is_all_or_nothing(sync_connection: sync.Connection) -> None:
    sync_connection.execute("CREATE TABLE t (id int PRIMARY KEY)")
    with pytest.raises(errors.UniqueViolationError):
        sync_connection.executemany("INSERT INTO t VALUES ($1)", [(1,), (2,), (1,)])
    assert sync_connection.fetchval("SELECT count(*) FROM t") == 0


def test_a_large_executemany_does_not_wait_for_itself(sync_connection: sync.Connection) -> None:
    """More than the sockets of both sides hold, so that writing needs reading meanwhile."""
    sync_connection.execute("CREATE TABLE t (name text)")
    rows = [("x" * 200,) for _ in range(20_000)]
    sync_connection.executemany("INSERT INTO t VALUES ($1)", rows, timeout=60)
    assert sync_connection.fetchval("SELECT count(*) FROM t") == len(rows)


def test_transactions_commit_roll_back_and_nest(sync_connection: sync.Connection) -> None:
    sync_connection.execute("CREATE TABLE t (id int)")
    with sync_connection.transaction():
        sync_connection.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(KeyError), sync_connection.transaction():
            sync_connection.execute("INSERT INTO t VALUES (2)")
            raise KeyError
    with pytest.raises(KeyError), sync_connection.transaction(isolation="serializable"):
        sync_connection.execute("INSERT INTO t VALUES (3)")
        raise KeyError
    assert [row[0] for row in sync_connection.fetch("SELECT id FROM t")] == [1]


def test_a_timeout_stops_the_statement_at_the_server(
    sync_connection: sync.Connection, administrator: psycopg.Connection
) -> None:
    pid = sync_connection.fetchval("SELECT pg_backend_pid()")
    started = time.monotonic()
    with pytest.raises(errors.QueryTimeoutError, match=r"0\.1 s"):
        sync_connection.execute("SELECT pg_sleep(30)", timeout=0.1)
    assert time.monotonic() - started < 5
    found = administrator.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", (pid,))
    assert found.fetchone() == ("idle",)
    assert sync_connection.fetchval("SELECT 42") == 42


def test_a_closed_connection_says_so(database: Server) -> None:
    connection = sync.connect(database.dsn)
    connection.close()
    connection.close()
    assert connection.is_closed()
    with pytest.raises(errors.ConnectionClosedError):
        connection.fetch("SELECT 1")


def test_a_terminated_session_is_told_apart(
    database: Server, administrator: psycopg.Connection
) -> None:
    with sync.connect(database.dsn) as connection:
        pid = connection.fetchval("SELECT pg_backend_pid()")
        administrator.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        with pytest.raises(errors.AdminShutdownError):
            connection.fetch("SELECT 1")
        assert connection.is_closed()


def test_threads_take_turns_and_the_interpreter_is_free(sync_connection: sync.Connection) -> None:
    results: list[int] = []

    def work(number: int) -> None:
        for i in range(50):
            value = number * 1000 + i
            results.append(sync_connection.fetchval("SELECT $1::int4", value) - value)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == [0] * 400


def test_another_thread_runs_while_one_waits(sync_connection: sync.Connection) -> None:
    waiting = threading.Thread(target=sync_connection.execute, args=("SELECT pg_sleep(0.5)",))
    waiting.start()
    counted = 0
    while waiting.is_alive():
        counted += 1
    assert counted > 1000


INTERRUPTED = """
import sys
from data_bridge.postgres import sync

connection = sync.connect(sys.argv[1])
print("ready", flush=True)
try:
    connection.execute("SELECT pg_sleep(30)")
except KeyboardInterrupt:
    print(connection.fetchval("SELECT 42"))
"""


def test_ctrl_c_ends_a_wait_and_leaves_the_connection_usable(database: Server) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, database.dsn], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.3)
        os.kill(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=20)
    assert output == "42\n"
