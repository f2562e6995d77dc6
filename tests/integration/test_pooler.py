"""Behind pgbouncer in transaction mode, with no settings: sessions change with transactions."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, nullcontext
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, errors, sync
from tests.integration.pooler import pgbouncer, version

MODES = [(1, 0), (2, 0), (2, None), (2, 5)]


@pytest.fixture(scope="module")
def home(server: Server) -> Iterator[Server]:
    """A database for all tests here: a pooler takes no search path for a schema of one's own."""
    with psycopg.connect(server.dsn, autocommit=True) as administrator:
        administrator.execute("DROP DATABASE IF EXISTS pooled (FORCE)")
        administrator.execute("CREATE DATABASE pooled")
        yield replace(server, database="pooled")
        administrator.execute("DROP DATABASE pooled (FORCE)")


@pytest.fixture(scope="module", params=MODES, ids=str)
def pooler(request: pytest.FixtureRequest, home: Server) -> Iterator[Server]:
    """A pooler with one or two sessions, which keeps prepared statements or does not."""
    sessions, statements = request.param
    with pgbouncer(home, sessions=sessions, statements=statements) as running:
        yield running


@pytest.fixture(scope="module")
def two_sessions(home: Server) -> Iterator[Server]:
    """A pooler with two sessions that keeps no prepared statements."""
    with pgbouncer(home, sessions=2, statements=0) as running:
        yield running


@pytest.fixture
async def clients(pooler: Server) -> AsyncIterator[list[Connection]]:
    """More clients than the pooler has sessions, and no table `t`."""
    async with AsyncExitStack() as stack:
        opened = [await postgres.connect(pooler.dsn) for _ in range(4)]
        clients = [await stack.enter_async_context(client) for client in opened]
        await clients[0].execute("DROP TABLE IF EXISTS t; DROP TYPE IF EXISTS mood")
        yield clients


async def test_statements_of_many_clients(clients: list[Connection]) -> None:
    """Each statement is known to some sessions and not to others, by different clients' names."""
    await clients[0].execute("CREATE TABLE t (id int PRIMARY KEY, hits int DEFAULT 0)")
    await clients[0].executemany("INSERT INTO t (id) VALUES ($1)", [(i,) for i in range(20)])

    async def work(number: int, client: Connection) -> None:
        for turn in range(30):
            value = number * 1000 + turn
            assert await client.fetchval(f"SELECT $1::int + {turn % 7}", value) == value + turn % 7
            assert await client.fetchrow("SELECT id, $2::text FROM t WHERE id = $1", 3, "x") == (
                3,
                "x",
            )
            await client.execute("UPDATE t SET hits = hits + 1 WHERE id = $1", turn % 20)
            assert await client.fetchval("SELECT $1::text", f"{number}") == f"{number}"

    await asyncio.gather(*(work(*each) for each in enumerate(clients)))
    # Each ran once.
    assert await clients[0].fetchval("SELECT sum(hits) FROM t") == 4 * 30


async def test_transactions_that_take_turns(clients: list[Connection]) -> None:
    await clients[0].execute("CREATE TABLE t (client int, turn int)")

    async def work(number: int, client: Connection) -> None:
        for turn in range(10):
            # Known to the sessions that it was prepared in; the transaction may get another.
            assert await client.fetchval("SELECT $1::int", number) == number
            async with client.transaction():
                process = await client.fetchval("SELECT pg_backend_pid()")
                await client.execute("INSERT INTO t VALUES ($1, $2)", number, turn)
                assert await client.fetchval("SELECT $1::int", number) == number
                await asyncio.sleep(0)
                assert await client.fetchval("SELECT pg_backend_pid()") == process

    await asyncio.gather(*(work(*each) for each in enumerate(clients)))
    rows = await clients[0].fetch("SELECT client, turn FROM t ORDER BY client, turn")
    assert rows == [(client, turn) for client in range(4) for turn in range(10)]


async def test_a_transaction_first(clients: list[Connection]) -> None:
    """Nothing was asked of the session before: the first statement is inside a transaction."""
    for client in clients:
        async with client.transaction():
            assert await client.fetchval("SELECT $1::int", 1) == 1
            assert await client.fetchval("SELECT $1::int", 2) == 2
    for client in clients:
        assert await client.fetchval("SELECT $1::int", 3) == 3


async def test_many_at_once(clients: list[Connection]) -> None:
    """Statements of one client are pipelined through the pooler, too."""
    client = clients[0]
    tasks = [client.fetchval(f"SELECT $1::int + {i % 5}", i) for i in range(200)]
    assert await asyncio.gather(*tasks) == [i + i % 5 for i in range(200)]


async def test_a_table_that_changes(clients: list[Connection]) -> None:
    """Outside a transaction nobody notices; inside one it works at the second try at the latest."""
    owner, *others = clients
    await owner.execute("CREATE TABLE t (id int, a int); INSERT INTO t VALUES (1, 10)")
    query = "SELECT * FROM t WHERE id = $1"
    for client in clients:
        for _ in range(4):
            assert await client.fetch(query, 1) == [(1, 10)]
    await owner.execute("ALTER TABLE t ADD b text DEFAULT 'x'")
    for client in clients:
        for _ in range(4):
            assert await client.fetch(query, 1) == [(1, 10, "x")]
    await owner.execute("ALTER TABLE t ALTER a TYPE text USING a::text, DROP b")
    for client in others:
        rows = await client.run_in_transaction(lambda client: client.fetch(query, 1))
        assert rows == [(1, "10")]
    await owner.execute("ALTER TABLE t ALTER id TYPE text USING id::text")
    # What was prepared just now is not asked for once more.
    await asyncio.sleep(0.3)
    for client in clients:
        assert await client.fetch(query, "1") == [("1", "10")]


async def test_a_new_client_after_a_table_has_changed(pooler: Server) -> None:
    """A pooler that keeps statements by their text keeps outdated ones."""
    query = "SELECT * FROM t"
    async with await postgres.connect(pooler.dsn) as first:
        await first.execute(
            "DROP TABLE IF EXISTS t; CREATE TABLE t (a int); INSERT INTO t VALUES (1)"
        )
        for _ in range(4):
            assert await first.fetch(query) == [(1,)]
        await first.execute("ALTER TABLE t ADD b int DEFAULT 2")
    async with await postgres.connect(pooler.dsn) as second:
        assert await second.fetch(query) == [(1, 2)]
        async with second.transaction():
            assert await second.fetch(query) == [(1, 2)]


async def test_types_of_the_databases_own(clients: list[Connection]) -> None:
    await clients[0].execute("CREATE TYPE mood AS ENUM ('sad', 'happy')")
    for client in clients:
        for mood in ("sad", "happy"):
            assert await client.fetchval("SELECT $1::mood", mood) == mood


async def test_errors_are_the_servers_own(clients: list[Connection]) -> None:
    for client in clients:
        with pytest.raises(errors.PostgresSyntaxError):
            await client.fetch("SELEKT")
        with pytest.raises(errors.DivisionByZeroError):
            await client.fetchval("SELECT 1 / $1::int", 0)
        with pytest.raises(errors.UndefinedFunctionError):
            await client.fetchval("SELECT no_such_function()")
        with pytest.raises(errors.InvalidSQLStatementNameError):
            await client.execute("EXECUTE no_such_statement")
        assert await client.fetchval("SELECT 1 / $1::int", 1) == 1


async def test_many_rows(clients: list[Connection]) -> None:
    client = clients[0]
    await client.execute("CREATE TABLE t (a int)")
    await client.executemany("INSERT INTO t VALUES ($1)", [(i,) for i in range(3000)])
    assert len(await client.fetch("SELECT a FROM t")) == 3000


async def test_cursors_and_prepared_statements(clients: list[Connection]) -> None:
    query = "SELECT i, $1::text FROM generate_series(1, $2) AS i"
    for client in clients:
        for _ in range(2):
            rows = [row async for row in client.cursor(query, "x", 25, prefetch=10)]
            assert rows == [(i, "x") for i in range(1, 26)]
            async with client.transaction():
                rows = [row async for row in client.cursor(query, "x", 25, prefetch=10)]
                assert len(rows) == 25
                assert await client.fetchval("SELECT $1::int", 1) == 1
        statement = await client.prepare(query)
        assert [kind.name for kind in statement.parameters] == ["text", "int4"]
        assert await statement.fetchmany([("a", 1), ("b", 1)]) == [(1, "a"), (1, "b")]


COUNTED = "SELECT i, $1::text FROM generate_series(1, $2) AS i"


async def test_many_clients_read_large_results_at_once(clients: list[Connection]) -> None:
    """A cursor has a session until its last row: who finds none free waits for it."""

    async def read(number: int, client: Connection) -> None:
        for inside in (False, True):
            async with client.transaction() if inside else nullcontext():
                name = f"{number}"
                rows = [row async for row in client.cursor(COUNTED, name, 250, prefetch=100)]
            assert rows == [(i, name) for i in range(1, 251)]
            assert await client.fetchval("SELECT $1::int", number) == number

    async with asyncio.timeout(30):
        await asyncio.gather(*(read(*each) for each in enumerate(clients)))


async def test_a_cursor_that_is_left(clients: list[Connection]) -> None:
    """Its session is free for the others: there may be no second one."""
    failing = "SELECT 1 / (3 - i) FROM generate_series(1, 5) AS i"
    async with asyncio.timeout(30):
        for client in clients:
            async with client.cursor(COUNTED, "x", 1000, prefetch=10) as cursor:
                assert len(await cursor.fetch(15)) == 15
            async for row in client.cursor(COUNTED, "x", 1000, prefetch=10):
                if row[0] == 10:
                    break
            with pytest.raises(errors.DivisionByZeroError):
                _ = [row async for row in client.cursor(failing, prefetch=2)]
            for other in clients:
                assert await other.fetchval("SELECT $1::int", 1) == 1


async def test_copy(clients: list[Connection]) -> None:
    await clients[0].execute("CREATE TABLE t (client int, number int, name text)")
    names = ["client", "number", "name"]

    async def copy(number: int, client: Connection) -> None:
        rows = [(number, i, f"ä{i}") for i in range(500)]
        query = "SELECT number, name FROM t WHERE client = $1 ORDER BY number"
        for inside in (False, True):
            async with client.transaction() if inside else nullcontext():
                tag = await client.copy_records_to_table("t", records=rows, columns=names)
                assert tag == "COPY 500"
            assert await client.fetchval("SELECT $1::int", number) == number
        copied = [tuple(row) async for row in client.copy_records_from_query(query, number)]
        assert copied == [(i, f"ä{i}") for i in range(500) for _ in range(2)]
        taken = b"".join([piece async for piece in client.copy_from_query(query, number)])
        assert taken.count(b"\n") == 1000
        tag = await client.copy_to_table("t", source=f"{number}\t-1\tx\n".encode())
        assert tag == "COPY 1"

    async with asyncio.timeout(30):
        await asyncio.gather(*(copy(*each) for each in enumerate(clients)))
    assert await clients[0].fetchval("SELECT count(*) FROM t") == 4 * 1001


async def test_a_copy_that_fails(clients: list[Connection]) -> None:
    """Nothing of it is stored, and its session is free for the others."""

    async def breaking() -> AsyncIterator[tuple[int]]:
        yield (1,)
        raise ZeroDivisionError

    await clients[0].execute("CREATE TABLE t (a int PRIMARY KEY)")
    async with asyncio.timeout(30):
        for client in clients:
            with pytest.raises(ZeroDivisionError):
                await client.copy_records_to_table("t", records=breaking())
            with pytest.raises(errors.InterfaceError, match="row 2"):
                await client.copy_records_to_table("t", records=[(1,), ("x",)])
            with pytest.raises(errors.UniqueViolationError):
                await client.copy_records_to_table("t", records=[(1,), (1,)])
            with pytest.raises(errors.InvalidTextRepresentationError):
                await client.copy_to_table("t", source=b"1\nx\n")
            with pytest.raises(errors.UndefinedTableError):
                await client.copy_records_to_table("no_such_table", records=[(1,)])
            for other in clients:
                assert await other.fetchval("SELECT count(*) FROM t") == 0


async def test_a_copy_that_is_left(clients: list[Connection]) -> None:
    if version() < (1, 19):
        pytest.skip("this pgbouncer ends itself when it is asked to cancel; 1.19 does not")
    query = "SELECT repeat('x', 1000) FROM generate_series(1, 100000)"
    async with asyncio.timeout(30):
        for client in clients:
            async for _ in client.copy_from_query(query):
                break
            assert await client.fetchval("SELECT $1::int", 1) == 1


async def test_cancellation(clients: list[Connection]) -> None:
    if version() < (1, 19):
        pytest.skip("this pgbouncer ends itself when it is asked to cancel; 1.19 does not")
    client = clients[0]
    with pytest.raises(errors.QueryTimeoutError):
        await client.execute("SELECT pg_sleep(30)", timeout=0.05)
    assert await client.fetchval("SELECT $1::int", 5) == 5


def test_threads_copy_and_read_large_results(pooler: Server) -> None:
    with sync.connect(pooler.dsn) as one, sync.connect(pooler.dsn) as other:
        one.execute("DROP TABLE IF EXISTS t; CREATE TABLE t (a int, b text)")
        rows = [(i, f"{i}") for i in range(250)]
        for client in (one, other):
            for inside in (False, True):
                with client.transaction() if inside else nullcontext():
                    client.execute("TRUNCATE t")
                    assert client.copy_records_to_table("t", records=rows) == "COPY 250"
                    read = client.cursor("SELECT * FROM t ORDER BY a", prefetch=100)
                    assert [tuple(row) for row in read] == rows
                    copied = client.copy_records_from_table("t")
                    assert sorted(tuple(row) for row in copied) == rows
            with client.cursor(COUNTED, "x", 1000, prefetch=10) as cursor:
                assert len(cursor.fetch(15)) == 15
            with pytest.raises(errors.InvalidTextRepresentationError):
                client.copy_to_table("t", source=b"x\tx\n")
        assert one.fetchval("SELECT count(*) FROM t") == 250


def test_threads(pooler: Server) -> None:
    with sync.connect(pooler.dsn) as one, sync.connect(pooler.dsn) as other:
        one.execute("DROP TABLE IF EXISTS t; CREATE TABLE t (a int)")
        for turn in range(10):
            assert other.fetchval("SELECT $1::int", turn) == turn
            with one.transaction():
                one.execute("INSERT INTO t VALUES ($1)", turn)
                assert one.fetchval("SELECT $1::int", turn) == turn
        assert other.fetchval("SELECT count(*) FROM t") == 10


async def test_a_pool_behind_a_pooler(two_sessions: Server) -> None:
    async with postgres.create_pool(two_sessions.dsn, min_size=3, max_size=6) as pool:
        tasks = [pool.fetchval(f"SELECT $1::int + {i % 5}", i) for i in range(100)]
        assert await asyncio.gather(*tasks) == [i + i % 5 for i in range(100)]


async def test_without_a_cache(two_sessions: Server) -> None:
    async with await postgres.connect(two_sessions.dsn, statement_cache_size=0) as client:
        for i in range(5):
            assert await client.fetchval("SELECT $1::int", i) == i


async def test_what_the_pooler_refuses_is_its_own_error(two_sessions: Server) -> None:
    with pytest.raises(errors.PostgresError, match="startup parameter"):
        await postgres.connect(two_sessions.dsn, server_settings={"work_mem": "1MB"})


async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: bytes) -> None:
    """Pass on what comes; the first `key` is followed by the number of an ordinary process."""
    while data := await reader.read(65536):
        if key and key in data:
            at = data.index(key) + len(key)
            data = data[:at] + (4711).to_bytes(4, "big") + data[at + 4 :]
            key = b""
        writer.write(data)
    writer.close()


async def test_a_pooler_that_does_not_show(two_sessions: Server, tmp_path: Path) -> None:
    """It is found out by what it loses, and nothing runs twice."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = f"{two_sessions.host}/.s.PGSQL.{two_sessions.port}"
        answers, requests = await asyncio.open_unix_connection(path)
        backend_key = b"K\0\0\0\x0c"
        await asyncio.gather(relay(reader, requests, b""), relay(answers, writer, backend_key))

    hidden = replace(two_sessions, host=str(tmp_path))
    path = tmp_path / f".s.PGSQL.{two_sessions.port}"
    async with await asyncio.start_unix_server(serve, path), AsyncExitStack() as stack:
        opened = [await postgres.connect(hidden.dsn) for _ in range(4)]
        clients = [await stack.enter_async_context(client) for client in opened]
        await clients[0].execute("DROP TABLE IF EXISTS t; CREATE TABLE t (a int)")

        async def work(number: int, client: Connection) -> None:
            async def add(client: Connection) -> None:
                assert await client.fetchval("SELECT $1::int", number) == number
                await client.execute("INSERT INTO t VALUES ($1)", number)

            for turn in range(20):
                assert await client.fetchval("SELECT $1::int", turn) == turn
                await client.execute("INSERT INTO t VALUES ($1)", number)
                await client.run_in_transaction(add)

        await asyncio.gather(*(work(*each) for each in enumerate(clients)))
        rows = await clients[0].fetch("SELECT a, count(*) FROM t GROUP BY a ORDER BY a")
        assert rows == [(number, 40) for number in range(4)]
