"""What goes wrong at the server, or before it, is told by class, SQLSTATE and field."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, errors
from tests.integration.observation import assert_in_step


@pytest.fixture
async def tables(connection: Connection) -> None:
    await connection.execute("""
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE t (
            id int PRIMARY KEY,
            name text NOT NULL CONSTRAINT short CHECK (length(name) < 5),
            parent int REFERENCES parent,
            during int4range,
            EXCLUDE USING gist (during WITH &&)
        );
        CREATE DOMAIN small AS int CHECK (VALUE < 10);
        INSERT INTO t VALUES (1, 'one', NULL, '[1,5)');
    """)


FAILURES: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "unique": (
        "INSERT INTO t VALUES (1, 'two')",
        "UniqueViolationError",
        "23505",
        {"table": "t", "constraint": "t_pkey", "detail": "Key (id)=(1) already exists."},
    ),
    "not null": (
        "INSERT INTO t VALUES (2, NULL)",
        "NotNullViolationError",
        "23502",
        {"table": "t", "column": "name"},
    ),
    "check": (
        "INSERT INTO t VALUES (2, 'too long')",
        "CheckViolationError",
        "23514",
        {"table": "t", "constraint": "short"},
    ),
    "foreign key": (
        "INSERT INTO t VALUES (2, 'two', 7)",
        "ForeignKeyViolationError",
        "23503",
        {"table": "t", "constraint": "t_parent_fkey"},
    ),
    "exclusion": (
        "INSERT INTO t VALUES (2, 'two', NULL, '[2,3)')",
        "ExclusionViolationError",
        "23P01",
        {"table": "t", "constraint": "t_during_excl"},
    ),
    "domain": ("SELECT 11::small", "CheckViolationError", "23514", {"data_type": "small"}),
    "syntax": ("SELECT 'é' FORM t", "PostgresSyntaxError", "42601", {"position": 17}),
    "table": ("SELECT * FROM missing", "UndefinedTableError", "42P01", {"position": 15}),
    "column": (
        "SELECT nam FROM t",
        "UndefinedColumnError",
        "42703",
        {"hint": 'Perhaps you meant to reference the column "t.name".'},
    ),
    "function": (
        "SELECT missing(1)",
        "UndefinedFunctionError",
        "42883",
        {"position": 8, "query": "SELECT missing(1)"},
    ),
    "division": ("SELECT 1/0", "DivisionByZeroError", "22012", {"severity": "ERROR"}),
    "text": ("SELECT 'x'::int", "InvalidTextRepresentationError", "22P02", {}),
    "range": ("SELECT 40000::int2", "NumericValueOutOfRangeError", "22003", {}),
    "length": (
        "INSERT INTO t SELECT 2, 'x'; CREATE TABLE v (a varchar(2)); INSERT INTO v VALUES ('abc')",
        "StringDataRightTruncationError",
        "22001",
        {},
    ),
    "of a class": ("SELECT sqrt(-1)", "InvalidArgumentForPowerFunctionError", "2201F", {}),
    "duplicate": ("CREATE TABLE t ()", "DuplicateTableError", "42P07", {}),
    "raised": (
        "DO $$BEGIN RAISE EXCEPTION 'm' USING DETAIL = 'd', HINT = 'h', SCHEMA = 's'; END$$",
        "RaiseError",
        "P0001",
        {"message": "m", "detail": "d", "hint": "h", "schema": "s"},
    ),
    "of no class": (
        "DO $$BEGIN RAISE EXCEPTION 'm' USING ERRCODE = 'ZZ123'; END$$",
        "PostgresError",
        "ZZ123",
        {"context": "PL/pgSQL function inline_code_block line 1 at RAISE"},
    ),
    "prerequisite": (
        "SELECT currval(pg_get_serial_sequence('s', 'a'))",
        "ObjectNotInPrerequisiteStateError",
        "55000",
        {},
    ),
    "state": ("SAVEPOINT a", "NoActiveSQLTransactionError", "25P01", {}),
    "unsupported": (
        "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM t FOR UPDATE",
        "FeatureNotSupportedError",
        "0A000",
        {},
    ),
    "timeout": (
        "SET statement_timeout = 10; SELECT pg_sleep(60)",
        "QueryCanceledError",
        "57014",
        {},
    ),
}


@contextmanager
def expected(failure: str) -> Iterator[None]:
    _, name, sqlstate, fields = FAILURES[failure]
    with pytest.raises(errors.PostgresError) as raised:
        yield
    error = raised.value
    assert (type(error).__name__, error.sqlstate) == (name, sqlstate)
    assert {field: getattr(error, field) for field in fields} == fields


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("failure", FAILURES)
async def test_an_error_of_the_server(connection: Connection, failure: str) -> None:
    """By the simple protocol, by the extended one, and again when it is prepared already."""
    await connection.execute("CREATE TABLE s (a serial)")
    statement, *_ = FAILURES[failure]
    with expected(failure):
        await connection.execute(statement)
    await assert_in_step(connection)
    if ";" not in statement or statement.startswith("DO"):
        for _ in range(2):
            with expected(failure):
                await connection.fetch(statement)
            await assert_in_step(connection)


async def test_synchronously(
    sync_connection: postgres.sync.Connection,
) -> None:
    for failure in ("division", "text", "of a class", "raised"):
        for call in (sync_connection.execute, sync_connection.fetch, sync_connection.fetchval):
            with expected(failure):
                call(FAILURES[failure][0])
    assert sync_connection.fetchval("SELECT 1") == 1


async def test_no_privilege(connection: Connection, administrator: psycopg.Connection) -> None:
    await connection.execute("CREATE TABLE secret (a int)")
    schema = sql.Identifier(await connection.fetchval("SELECT current_schema()::text"))
    administrator.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO pg_monitor").format(schema))
    await connection.execute("SET ROLE pg_monitor")
    with pytest.raises(errors.InsufficientPrivilegeError) as raised:
        await connection.fetch("SELECT * FROM secret")
    assert raised.value.sqlstate == "42501"


async def test_a_deadlock(connection: Connection, database: Server) -> None:
    await connection.execute("CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 0), (2, 0)")
    update = "UPDATE t SET b = b + 1 WHERE a = $1"
    both = asyncio.Barrier(2)

    async def lock(session: Connection, first: int, second: int) -> None:
        async with session.transaction():
            await session.execute("SET LOCAL deadlock_timeout = '10ms'")
            await session.execute(update, first)
            await both.wait()
            await session.execute(update, second)

    async with await postgres.connect(database.dsn) as other:
        results = await asyncio.gather(
            lock(connection, 1, 2), lock(other, 2, 1), return_exceptions=True
        )
        failed = [result for result in results if result is not None]
        assert [type(error) for error in failed] == [errors.DeadlockDetectedError]
        await assert_in_step(connection)
        await assert_in_step(other)


@pytest.mark.each_loop
async def test_one_that_fails_among_many(connection: Connection) -> None:
    """Each statement on a connection is its own: a neighbour's error touches no other."""

    async def ask(i: int) -> object:
        if i % 10 == 3:
            return await connection.fetchval("SELECT 1 / ($1::int - $1)", i)
        if i % 10 == 4:
            return await connection.fetchval(f"SELECT missing{i}")
        if i % 10 == 5:
            return await connection.fetchval("SELECT $1::int", "no number")
        if i % 10 == 6:
            return await connection.execute("SELECT 1; SELECT 1/0")
        return await connection.fetchval("SELECT $1::int", i)

    for _ in range(3):
        results = await asyncio.gather(*(ask(i) for i in range(50)), return_exceptions=True)
        for i, result in enumerate(results):
            if i % 10 in {3, 6}:
                assert isinstance(result, errors.DivisionByZeroError)
            elif i % 10 == 4:
                assert isinstance(result, errors.UndefinedColumnError)
            elif i % 10 == 5:
                assert isinstance(result, errors.InterfaceError)
            else:
                assert result == i
    await assert_in_step(connection)


# Misuse


@pytest.mark.parametrize("given", [(), (1,), (1, 2, 3)])
async def test_a_wrong_number_of_arguments(
    connection: Connection, sync_connection: postgres.sync.Connection, given: tuple[int, ...]
) -> None:
    statement = "SELECT $1::int + $2::int"
    message = f"takes 2 arguments, and {len(given)} were given"
    for call in (connection.fetch, connection.fetchrow, connection.fetchval):
        with pytest.raises(errors.InterfaceError, match=message):
            await call(statement, *given)
    for sync_call in (sync_connection.fetch, sync_connection.fetchrow, sync_connection.fetchval):
        with pytest.raises(errors.InterfaceError, match=message):
            sync_call(statement, *given)
    if given:
        with pytest.raises(errors.InterfaceError, match=message):
            await connection.execute(statement, *given)
    with pytest.raises(errors.InterfaceError, match=f"row 2: the statement {message}"):
        await connection.executemany(statement, [(1, 2), given])
    await assert_in_step(connection)


async def test_a_wrong_type(
    connection: Connection, sync_connection: postgres.sync.Connection
) -> None:
    statement = "SELECT $1::text, $2::int4"
    with pytest.raises(
        errors.InterfaceError, match=r"parameter \$2 \(int4\): .*int.* str"
    ) as raised:
        await connection.fetch(statement, "x", "y")
    error = raised.value
    assert (error.parameter, error.row, error.type_name) == (2, None, "int4")
    assert (error.expected, error.given) == ("int", "str")
    with pytest.raises(errors.InterfaceError, match=r"row 2, parameter \$1 \(text\)") as raised:
        await connection.executemany(statement, [("x", 1), (2, 2)])
    assert (raised.value.parameter, raised.value.row) == (1, 2)
    with pytest.raises(errors.InterfaceError, match=r"parameter \$2 \(int4\)"):
        sync_connection.fetch(statement, "x", 2**31)
    await assert_in_step(connection)


@pytest.mark.parametrize("row", ["xy", 1, None, {"a": 1}, {1, 2}])
async def test_rows_that_are_none(connection: Connection, row: Any) -> None:
    with pytest.raises(errors.InterfaceError, match=r"row 2 is a .*each row is a tuple or a list"):
        await connection.executemany("SELECT $1::text, $2::text", [("a", "b"), row])


async def test_a_type_that_the_server_takes_no_values_of(connection: Connection) -> None:
    with pytest.raises(errors.UnsupportedTypeError, match=r'no values of type "record"') as raised:
        await connection.fetch("SELECT 1 WHERE $1::record IS NULL", (1, 2))
    assert (raised.value.type_name, raised.value.oid) == ("record", 2249)
    # NULL is no value.
    assert await connection.fetchval("SELECT $1::record IS NULL", None) is True
    await assert_in_step(connection)


async def test_text_that_cannot_be_sent(connection: Connection) -> None:
    for call in (connection.execute, connection.fetch):
        with pytest.raises(errors.InterfaceError, match="the SQL cannot be sent"):
            await call("SELECT '\0'")
    with pytest.raises(errors.InterfaceError, match=r"parameter \$1 \(text\)"):
        await connection.fetch("SELECT $1::text", "\0")
    with pytest.raises((errors.InterfaceError, UnicodeEncodeError)):
        await connection.fetch("SELECT $1::text", "\ud800")
    with pytest.raises((errors.InterfaceError, UnicodeEncodeError)):
        await connection.fetch("SELECT '\ud800'")
    await assert_in_step(connection)


async def test_copy_is_refused(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (a int)")
    for call in (connection.execute, connection.fetch):
        with pytest.raises(errors.PostgresError, match="COPY FROM STDIN needs data"):
            await call("COPY t FROM STDIN")
        with pytest.raises(errors.InterfaceError, match="its data was dropped"):
            await call("COPY (SELECT generate_series(1, 10000)) TO STDOUT")
        await assert_in_step(connection)


async def test_copy_among_others(connection: Connection) -> None:
    """The server swallows what was written behind it: that is never taken for done."""
    await connection.execute("CREATE TABLE t (a int)")
    copies = [connection.fetch("COPY t FROM STDIN") for _ in range(2)]
    await asyncio.gather(*copies, return_exceptions=True)
    if connection.is_closed():
        return
    copying = asyncio.create_task(connection.fetch("COPY t FROM STDIN"))
    others = [connection.fetchval("SELECT $1::int", i) for i in range(5)]
    results = await asyncio.gather(*others, return_exceptions=True)
    for i, result in enumerate(results):
        assert result == i or isinstance(result, errors.PostgresError)
    with pytest.raises(errors.PostgresError):
        await copying
    if not connection.is_closed():
        await assert_in_step(connection)


async def test_an_empty_statement(connection: Connection) -> None:
    assert await connection.execute("") == ""
    assert await connection.execute("-- nothing") == ""
    assert await connection.fetch("") == []
    assert await connection.fetchrow("") is None
    assert await connection.fetchval("") is None


@pytest.mark.parametrize("call", ["execute", "fetch", "fetchrow", "fetchval"])
async def test_a_closed_connection(connection: Connection, call: str) -> None:
    await connection.close()
    await connection.close()
    with pytest.raises(errors.ConnectionClosedError, match="the connection is closed"):
        await getattr(connection, call)("SELECT 1")
    with pytest.raises(errors.ConnectionClosedError):
        await connection.executemany("SELECT $1::int", [(1,)])
    with pytest.raises(errors.ConnectionClosedError):
        async with connection.transaction():
            pass
