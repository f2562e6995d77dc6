"""What a session keeps, and what becomes of statements when it, or the schema, changes."""

import asyncio

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, errors
from tests.integration.observation import assert_in_step


async def prepared(connection: Connection) -> int:
    """How many statements the server keeps, that question itself left out."""
    count: int = await connection.fetchval("SELECT count(*) - 1 FROM pg_prepared_statements")
    return count


async def test_statements_are_prepared_once(connection: Connection) -> None:
    for _ in range(3):
        await connection.fetchval("SELECT 1")
        await asyncio.gather(*(connection.fetchval("SELECT $1::int", i) for i in range(10)))
    assert await prepared(connection) == 2


async def test_the_cache_is_bounded_at_the_server_too(database: Server) -> None:
    async with await postgres.connect(database.dsn, statement_cache_size=5) as connection:
        for i in range(20):
            assert await connection.fetchval(f"SELECT {i}") == i
        # The one that had to leave last is closed with the next statement.
        assert await prepared(connection) <= 5
        # All at once they are prepared twice, and one of each is closed again.
        tasks = [connection.fetchval(f"SELECT {i % 7}") for i in range(50)]
        assert await asyncio.gather(*tasks) == [i % 7 for i in range(50)]
        assert await prepared(connection) <= 5


@pytest.mark.parametrize("statement", ["DISCARD ALL", "DEALLOCATE ALL", "DISCARD PLANS"])
async def test_statements_that_the_session_has_lost(connection: Connection, statement: str) -> None:
    assert await connection.fetchval("SELECT $1::int", 1) == 1
    await connection.execute(statement)
    tasks = [connection.fetchval("SELECT $1::int", i) for i in range(20)]
    assert await asyncio.gather(*tasks) == list(range(20))
    await assert_in_step(connection)


async def test_a_table_that_changes(connection: Connection, database: Server) -> None:
    """Whoever asks gets the columns of now, though the statement was prepared before."""
    await connection.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
    query = "SELECT * FROM t"
    assert await connection.fetch(query) == [(1,)]
    async with await postgres.connect(database.dsn) as other:
        await other.execute("ALTER TABLE t ADD b text DEFAULT 'x'")
        assert await connection.fetch(query) == [(1, "x")]
        await other.execute("ALTER TABLE t ALTER a TYPE text USING a::text, DROP b")
        rows = await asyncio.gather(*(connection.fetch(query) for _ in range(20)))
        assert rows == [[("1",)]] * 20
        assert dict(rows[0][0]) == {"a": "1"}
        # A parameter's type is another thing then, too.
        await other.execute("CREATE TABLE u (a int)")
        assert await connection.fetch("SELECT a FROM u WHERE a = $1", 1) == []
        await other.execute("DROP TABLE u")
        with pytest.raises(errors.UndefinedTableError):
            await connection.fetch("SELECT a FROM u WHERE a = $1", 1)
        await other.execute("CREATE TABLE u (b int, a int); INSERT INTO u VALUES (2, 1)")
        assert await connection.fetch("SELECT a FROM u WHERE a = $1", 1) == [(1,)]
    await assert_in_step(connection)


async def test_a_table_that_changes_inside_a_transaction(connection: Connection) -> None:
    """What the connection changes itself it knows of."""
    await connection.execute("CREATE TABLE t (a int)")
    query = "SELECT * FROM t"
    await connection.fetch(query)
    async with connection.transaction():
        await connection.execute("ALTER TABLE t ADD b int; INSERT INTO t VALUES (1, 2)")
        assert await connection.fetch(query) == [(1, 2)]
        await connection.execute("DROP TABLE t")
        await connection.execute("CREATE TABLE t (c int)")
        assert await connection.fetch(query) == []
    await assert_in_step(connection)


async def test_a_table_that_another_changes_before_a_transaction(
    connection: Connection, database: Server
) -> None:
    """The server has ended the transaction: only its owner can begin it again."""
    await connection.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
    query = "SELECT * FROM t"

    async def look(connection: Connection) -> list[postgres.Record]:
        return await connection.fetch(query)

    await look(connection)
    async with await postgres.connect(database.dsn) as other:
        await other.execute("ALTER TABLE t ADD b int")
        with pytest.raises(errors.OutdatedStatementError, match="whole transaction again") as told:
            async with connection.transaction():
                await look(connection)
        assert told.value.sqlstate == "0A000"
        async with connection.transaction():
            assert await look(connection) == [(1, None)]
        await other.execute("ALTER TABLE t ADD c int")
        assert await connection.run_in_transaction(look) == [(1, None, None)]
    await assert_in_step(connection)


async def test_parameters_that_become_of_another_type(
    connection: Connection, database: Server
) -> None:
    await connection.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (7)")
    query = "SELECT 1 FROM t WHERE a = $1"
    assert await connection.fetchval(query, 7) == 1
    async with await postgres.connect(database.dsn) as other:
        await other.execute("ALTER TABLE t ALTER a TYPE text USING a::text")
        await asyncio.sleep(0.3)
        # A text for a number would be refused without asking the server.
        assert await connection.fetchval(query, "7") == 1
        await other.execute("ALTER TABLE t ALTER a TYPE int USING a::int")
        # The server finds no operator for a number and a text.
        with pytest.raises(errors.InterfaceError, match="expected int, not str"):
            await connection.fetchval(query, "7")
        assert await connection.fetchval(query, 7) == 1
    await assert_in_step(connection)


async def test_a_search_path_that_changes(connection: Connection) -> None:
    home = await connection.fetchval("SELECT current_schema()::text")
    await connection.execute("""
        CREATE TABLE t (a int); INSERT INTO t VALUES (1);
        CREATE TEMP TABLE t (a int, b int); INSERT INTO pg_temp.t VALUES (2, 3);
    """)
    assert await connection.fetch("SELECT * FROM t") == [(2, 3)]
    await connection.execute(f'SET search_path = "{home}", pg_temp')
    assert await connection.fetch("SELECT * FROM t") == [(1,)]


async def test_types_of_the_databases_own(connection: Connection, database: Server) -> None:
    await connection.execute("""
        CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE DOMAIN small AS int CHECK (VALUE < 10);
        CREATE TABLE t (m mood, s small);
    """)
    insert = "INSERT INTO t VALUES ($1, $2) RETURNING *"
    assert await connection.fetch(insert, "ok", 3) == [("ok", 3)]
    with pytest.raises(errors.InvalidTextRepresentationError):
        await connection.fetch(insert, "happy", 3)
    # One of the same name is another type, with a number of its own.
    await connection.execute("""
        DROP TABLE t; DROP TYPE mood; CREATE TYPE mood AS ENUM ('happy');
        CREATE TABLE t (m mood, s small);
    """)
    assert await connection.fetch(insert, "happy", 3) == [("happy", 3)]
    # Many tasks may find an unknown type at once.
    async with await postgres.connect(database.dsn) as other:
        rows = await asyncio.gather(*(other.fetch("SELECT * FROM t") for _ in range(10)))
        assert rows == [[("happy", 3)]] * 10
        await assert_in_step(other)


async def test_what_comes_unasked(
    connection: Connection, administrator: psycopg.Connection
) -> None:
    """Notices and notifications belong to no statement."""
    await connection.execute("LISTEN channel")
    for i in range(3):
        administrator.execute("NOTIFY channel, 'payload'")
        assert await connection.fetchval("SELECT $1::int", i) == i
    await asyncio.sleep(0.01)
    await connection.execute("DO $$BEGIN RAISE NOTICE 'n'; RAISE WARNING 'w'; END$$")
    await connection.execute("SET client_min_messages = debug1")
    tasks = [connection.fetchval("SELECT $1::int", i) for i in range(20)]
    assert await asyncio.gather(*tasks) == list(range(20))
    await assert_in_step(connection)
    assert not connection.is_closed()


async def test_settings_for_the_session(database: Server) -> None:
    settings = {"work_mem": "77MB", "statement_timeout": "200ms"}
    async with await postgres.connect(database.dsn, server_settings=settings) as connection:
        assert await connection.fetchval("SHOW work_mem") == "77MB"
        with pytest.raises(errors.QueryCanceledError, match="statement timeout"):
            await connection.fetch("SELECT pg_sleep(60)")
        await assert_in_step(connection)


async def test_statements_that_must_stand_alone(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (a int)")
    for statement in ("VACUUM t", "REINDEX TABLE t", "ANALYZE t"):
        await connection.execute(statement)
        await connection.fetch(statement)
    await connection.execute("""
        CREATE PROCEDURE p() LANGUAGE plpgsql AS $$BEGIN
            INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2); ROLLBACK;
        END$$
    """)
    await connection.fetch("CALL p()")
    assert await connection.fetch("SELECT * FROM t") == [(1,)]
    await assert_in_step(connection)
