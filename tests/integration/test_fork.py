"""Forks: a child has copies of its parent's connections and pools, and must not use them."""

import asyncio
import os
import warnings
from collections.abc import Callable

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import errors

PID = "SELECT pg_backend_pid()"


def told_in_a_child(*asking: Callable[[], object]) -> str:
    """What a child is told for each call: the InterfaceError's text, or what came instead."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        code = 1
        try:
            for call in asking:
                try:
                    said = f"no error, but {call()!r}"
                except errors.InterfaceError as error:
                    said = str(error)
                os.write(writing, f"{said}\n".encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as told:
        lines = told.read()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    return lines


async def test_pools(database: Server) -> None:
    """The child is told, and leaves the parent's sessions alone when it throws its copies away."""
    threads = postgres.sync.create_pool(database.dsn)
    async with postgres.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        pid = await pool.fetchval(PID)
        engines = list(pool._connections)
        told = told_in_a_child(
            lambda: asyncio.run(pool.fetch("")),
            lambda: threads.fetch(""),
            engines[0].close,
            threads.close,
        )
        made = "this pool was made before the process was forked"
        assert [line.startswith(made) for line in told.splitlines()] == [True, True, False, False]
        assert await pool.fetchval(PID) == pid
        assert threads.fetchval("SELECT 1") == 1
    threads.close()


async def test_connections(database: Server) -> None:
    """A statement of the child's would go into the parent's session, and so would its answer."""
    pool = await postgres.create_pool(database.dsn, min_size=1)
    threads = postgres.sync.create_pool(database.dsn)
    connection = await postgres.connect(database.dsn)
    blocking = postgres.sync.connect(database.dsn)
    # What a pool lends is not what it has opened, from the second time on.
    async with pool.acquire():
        pass
    with threads.acquire():
        pass
    async with pool.acquire() as lent, connection.transaction():
        with threads.acquire() as lent_blocking:
            prepared = await connection.prepare("SELECT 1")
            pids = [await connection.fetchval(PID), blocking.fetchval(PID)]
            told = told_in_a_child(
                lambda: asyncio.run(connection.fetchval("SELECT 7")),
                lambda: asyncio.run(prepared.fetchval()),
                lambda: asyncio.run(lent.execute("SELECT 7")),
                lambda: blocking.fetchval("SELECT 7"),
                lambda: lent_blocking.fetchval("SELECT 7"),
            )
            opened = "this connection was opened before the process was forked"
            assert [line.startswith(opened) for line in told.splitlines()] == [True] * 5
            closed = told_in_a_child(
                lambda: asyncio.run(connection.close()),
                blocking.close,
                lambda: (connection.is_closed(), blocking.is_closed()),
            )
            assert closed.splitlines()[-1].endswith("(True, True)")
            assert [await connection.fetchval(PID), blocking.fetchval(PID)] == pids
            assert await lent.fetchval("SELECT 1") == lent_blocking.fetchval("SELECT 1") == 1
    blocking.close()
    threads.close()
    await connection.close()
    await pool.close()
