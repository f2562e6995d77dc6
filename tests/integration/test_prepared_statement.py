"""Statements that somebody keeps prepared, and those with many rows of arguments."""

import asyncio
import gc

import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, errors, named, named_rows, sync
from tests.integration.observation import assert_in_step


async def kept(connection: Connection, sql: str) -> int:
    """How often the server has a statement."""
    query = "SELECT count(*) FROM pg_prepared_statements WHERE statement = $1"
    count: int = await connection.fetchval(query, sql)
    return count


async def test_a_prepared_statement(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (a int, b text)")
    insert = await connection.prepare("INSERT INTO t VALUES ($1, $2) RETURNING a")
    assert [each.name for each in insert.parameters] == ["int4", "text"]
    assert insert.get_parameters()[0] == (23, "int4")
    assert insert.columns == (("a", (23, "int4")),) == insert.get_attributes()
    assert insert.query == "INSERT INTO t VALUES ($1, $2) RETURNING a"
    assert await insert.execute(1, "x") == "INSERT 0 1"
    assert await insert.fetchval(2, "y") == 2
    assert await insert.fetchmany([(3, "z"), (4, None)]) == [(3,), (4,)]
    await insert.executemany([(5, "v")])
    async with await connection.prepare("SELECT * FROM t ORDER BY a LIMIT $1") as select:
        assert await select.fetchrow(1) == (1, "x")
        assert len(await select.fetch(3)) == 3
        assert [row["a"] async for row in select.cursor(2)] == [1, 2]
    assert select.is_closed()
    with pytest.raises(errors.InterfaceError, match="is closed"):
        await select.fetch(1)
    none = await connection.prepare("CREATE TABLE u ()")
    assert (none.parameters, none.columns) == ((), ())
    assert await none.execute() == "CREATE TABLE"
    await assert_in_step(connection)


async def test_it_stays_prepared(database: Server) -> None:
    async with await postgres.connect(database.dsn, statement_cache_size=2) as connection:
        statement = await connection.prepare("SELECT 'mine'")
        for i in range(10):
            await connection.fetchval(f"SELECT {i}")
        assert await kept(connection, "SELECT 'mine'") == 1
        assert await statement.fetchval() == "mine"
        await connection.execute("DISCARD ALL")
        assert await statement.fetchval() == "mine"
        # Two hold it, until both let it go; the one is forgotten.
        other = await connection.prepare("SELECT 'mine'")
        await statement.close()
        for i in range(10):
            await connection.fetchval(f"SELECT {i}")
        assert await kept(connection, "SELECT 'mine'") == 1
        del other
        gc.collect()
        for i in range(10):
            await connection.fetchval(f"SELECT {i}")
        assert await kept(connection, "SELECT 'mine'") == 0


async def test_it_is_prepared_without_a_cache(database: Server) -> None:
    async with await postgres.connect(database.dsn, statement_cache_size=0) as connection:
        assert await connection.fetchval("SELECT 'mine'") == "mine"
        async with await connection.prepare("SELECT 'mine'") as statement:
            assert await statement.fetchval() == "mine"
            assert await kept(connection, "SELECT 'mine'") == 1
        # Its end goes along with what is described next.
        await connection.fetchval("SELECT 1")
        assert await kept(connection, "SELECT 'mine'") == 0


async def test_it_is_prepared_anew_after_a_change(connection: Connection, database: Server) -> None:
    await connection.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
    statement = await connection.prepare("SELECT * FROM t")
    async with await postgres.connect(database.dsn) as other:
        await other.execute("ALTER TABLE t ADD b int DEFAULT 2")
    assert await statement.fetch() == [(1, 2)]


async def test_what_cannot_be_prepared(connection: Connection) -> None:
    with pytest.raises(errors.UndefinedTableError):
        await connection.prepare("SELECT * FROM nowhere")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await connection.prepare("SELECT 1")
    assert await connection.fetchval("SELECT 1") == 1
    await assert_in_step(connection)


async def test_after_its_connection_was_given_back(database: Server) -> None:
    async with postgres.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        async with pool.acquire() as connection:
            statement = await connection.prepare("SELECT 1")
        with pytest.raises(errors.InterfaceError, match="given back"):
            await statement.fetch()
        with pytest.raises(errors.InterfaceError, match="given back"):
            await statement.execute()
        await statement.close()
        assert await pool.fetchmany("SELECT $1::int", [(1,), (2,)]) == [(1,), (2,)]


async def test_many_rows_of_arguments_give_their_rows(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, a int UNIQUE)")
    insert = "INSERT INTO t (a) VALUES ($1) RETURNING id, a"
    assert await connection.fetchmany(insert, ((i,) for i in (7, 8))) == [(1, 7), (2, 8)]
    assert await connection.fetchmany(insert, []) == []
    # All of them, or none.
    with pytest.raises(errors.UniqueViolationError):
        await connection.fetchmany(insert, [(9,), (7,)])
    with pytest.raises(errors.InterfaceError, match="expected int"):
        await connection.fetchmany(insert, [(9,), ("x",)])
    assert await connection.fetchval("SELECT count(*) FROM t") == 2
    query = "SELECT i FROM generate_series(1, $1) AS i"
    assert len(await connection.fetchmany(query, [(500,)] * 200)) == 100_000


async def test_much_in_both_directions(connection: Connection) -> None:
    """The server answers while it is still written to: neither waits for the other for ever."""
    await connection.execute("CREATE TABLE t (a text)")
    rows = [("x" * 2000,) for _ in range(5000)]
    insert = "INSERT INTO t VALUES ($1) RETURNING a"
    assert len(await connection.fetchmany(insert, rows, timeout=60)) == 5000


async def test_parameters_by_name(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (a int, b jsonb)")
    rows: list[dict[str, object]] = [{"a": 1, "b": {"x": 1}}, {"a": 2, "b": None}]
    await connection.executemany(*named_rows("INSERT INTO t VALUES (:a, :b)", rows))
    found = await connection.fetch(*named("SELECT a, b FROM t WHERE a = :a OR a = :a + 1", a=1))
    assert found == [(1, {"x": 1}), (2, None)]


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        # Nothing says what these are: they are text.
        ("SELECT $1", "a"),
        ("SELECT ARRAY[$1]", "a"),
        ("SELECT coalesce($1, 'b')", "a"),
        ("SELECT * FROM (VALUES ($1)) AS v", "a"),
        ("SELECT generate_series(1, 10) LIMIT $1", 1),
        ("SELECT generate_series(1, 10) OFFSET $1 LIMIT 1", 0),
    ],
)
async def test_parameters_of_a_type_that_only_their_place_says(
    connection: Connection, sql: str, value: object
) -> None:
    expected = {"SELECT ARRAY[$1]": ["a"]}.get(sql, value if isinstance(value, str) else 1)
    assert await connection.fetchval(sql, value) == expected


async def test_a_parameter_whose_type_nothing_says(connection: Connection) -> None:
    with pytest.raises(errors.IndeterminateDatatypeError, match=r"for example \$1::text"):
        await connection.fetchval("SELECT $1 IS NULL", None)
    assert await connection.fetchval("SELECT $1::text IS NULL", None) is True


async def test_statements_that_are_too_old_or_too_long(database: Server) -> None:
    short, long = "SELECT 1", "SELECT 1 AS a_long_name"
    async with await postgres.connect(
        database.dsn, max_cached_statement_lifetime=0.2, max_cacheable_statement_size=10
    ) as connection:
        for _ in range(2):
            await connection.fetchval(short)
            await connection.fetchval(long)
        assert await kept(connection, short) == 1
        assert await kept(connection, long) == 0
        told = "SELECT prepare_time FROM pg_prepared_statements WHERE statement = 'SELECT 1'"
        before = await connection.fetchval(told)
        await asyncio.sleep(0.25)
        await connection.fetchval(short)
        assert await connection.fetchval(told) > before


def test_for_threads(sync_connection: sync.Connection) -> None:
    sync_connection.execute("CREATE TABLE t (a int)")
    with sync_connection.prepare("INSERT INTO t VALUES ($1) RETURNING a") as insert:
        assert insert.parameters == ((23, "int4"),)
        assert insert.fetchmany([(1,), (2,)]) == [(1,), (2,)]
        assert insert.execute(3) == "INSERT 0 1"
        assert insert.fetchval(4) == 4
        assert insert.fetchrow(5) == (5,)
        insert.executemany([(6,)])
    with pytest.raises(errors.InterfaceError, match="is closed"):
        insert.fetch(7)
    select = sync_connection.prepare("SELECT a FROM t ORDER BY a")
    assert [row["a"] for row in select.cursor()] == [1, 2, 3, 4, 5, 6]
    assert sync_connection.fetchval(*sync.named("SELECT :a::int", a=1)) == 1
    with pytest.raises(errors.UndefinedTableError):
        sync_connection.prepare("SELECT * FROM nowhere")
