"""No password and no argument is shown by a log, a repr, an error or its traceback."""

import asyncio
import datetime as dt
import gc
import logging
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, LoggedQuery, Pool, col, errors, sync
from data_bridge.postgres.options import configure
from tests.integration.conftest import PasswordServer

MARK = "tOp-seCret"
NUMBER = 987654321987654321


def check(*shown: object) -> None:
    for one in shown:
        texts = [repr(one), str(one)]
        if isinstance(one, BaseException):
            texts += traceback.format_exception(one)
            texts += [str(one.args)]
        for text in texts:
            for secret in (MARK, MARK.replace("-", "%2D"), str(NUMBER)):
                assert secret not in text, type(one)


DSNS = [
    "postgresql://user:{}@host:port/database",
    "postgresql://user:{}@host:5432:5433/database",
    "postgresql://user:{}@[::1/database",
    "postgresql://user:{}@host/database?nothing=1",
    "postgresql://user:{}@host/database?sslmode=nothing",
    "postgresql://user:{}%zz@host/database",
    "postgresql://user@host/database?password={}%zz",
    "postgresql://user:{}@host:99999/database",
    "postgresql:/user:{}@host",
    "user:{}@host",
    "host=h password={} nothing=1",
    "host=h password='{}",
    "host=h password={} port=x",
    "password={} host",
    "{}",
]


@pytest.mark.parametrize("dsn", DSNS)
def test_dsns_that_cannot_be_understood(dsn: str) -> None:
    try:
        configuration = configure(dsn.format(MARK), {})
    except postgres.Error as error:
        check(error)
    else:
        check(configuration, configuration.engine)


def test_options_that_cannot_be_understood() -> None:
    wrong: list[dict[str, Any]] = [
        {"passwort": MARK},
        {"port": -1},
        {"port": 99999},
        {"statement_cache_size": -1},
        {"timeout": -1},
        {"server_settings": {"a\0": MARK}},
        {"host": "\0"},
        {"password": f"{MARK}\0"},
    ]
    for options in wrong:
        try:
            configuration = configure(None, {"password": MARK, **options})  # type: ignore[typeddict-item]
        except (postgres.Error, TypeError, ValueError) as error:
            check(error)
        else:
            check(configuration, configuration.engine)


async def test_connecting_fails(
    password_server: PasswordServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for dsn in (
        password_server.dsn("scram-sha-256", MARK),
        password_server.dsn("md5", MARK),
        password_server.dsn("password", MARK),
        f"postgresql://user:{MARK}@127.0.0.1:1/database",
        f"postgresql://user:{MARK}@/database?host=/nowhere",
        f"postgresql://user:{MARK}@nowhere.invalid/database",
    ):
        with pytest.raises(postgres.Error) as raised:
            await postgres.connect(dsn, timeout=5)
        check(raised.value)
        with pytest.raises(postgres.Error) as raised:
            await asyncio.to_thread(sync.connect, dsn, timeout=5)
        check(raised.value)
        with pytest.raises(postgres.Error) as raised:
            async with postgres.create_pool(dsn, min_size=1, timeout=5):
                pass
        check(raised.value)
    check(caplog.text)


ARGUMENTS: dict[str, list[object]] = {
    "int2": [MARK, NUMBER, [MARK], 1.5],
    "int4": [MARK, NUMBER, -NUMBER],
    "int8": [MARK, NUMBER * 10**10],
    "oid": [MARK, NUMBER, -NUMBER],
    "float4": [MARK, f"{NUMBER}", [MARK]],
    "float8": [MARK, {MARK: 1}],
    "numeric": [MARK, {MARK}],
    "bool": [MARK, NUMBER],
    "text": [MARK.encode(), NUMBER, f"{MARK}\0", f"{MARK}\ud800"],
    "bytea": [MARK, NUMBER],
    "uuid": [MARK, MARK.encode(), NUMBER],
    "date": [MARK, NUMBER],
    "time": [MARK, NUMBER],
    "timestamptz": [MARK, dt.datetime(NUMBER % 9999, 1, 1)],
    "interval": [MARK, NUMBER],
    "jsonb": [{MARK: {NUMBER, 1}}, f"{MARK}\ud800"],
    "int4[]": [[1, MARK], [[1], [2, NUMBER]], MARK],
    "text[]": [[MARK, NUMBER], {MARK: 1}],
    "inet": [[MARK], NUMBER],
}


@pytest.mark.parametrize("type_name", ARGUMENTS)
async def test_arguments_that_are_refused(
    connection: Connection, sync_connection: sync.Connection, type_name: str
) -> None:
    statement = f"SELECT $1::{type_name}"
    for value in ARGUMENTS[type_name]:
        calls: list[tuple[Any, Any]] = [
            (connection.fetch, value),
            (connection.executemany, [(None,), (value,)]),
            (sync_connection.fetch, value),
        ]
        for call, given in calls:
            try:
                outcome = call(statement, given)
                if asyncio.iscoroutine(outcome):
                    await outcome
            except UnicodeEncodeError as error:
                # Python's own error holds the text that it is about, and does not show it.
                check("".join(traceback.format_exception(error)))
            except (postgres.Error, TypeError) as error:
                check(error)


CONSTRAINTS = {
    "unique": "INSERT INTO t (id, name) VALUES (1, $1)",
    "check": "INSERT INTO t (id, name, age) VALUES (2, $1, 3)",
    "not null": "INSERT INTO t (name) VALUES ($1)",
    "foreign key": "INSERT INTO t (id, parent) VALUES (3, $1)",
    "exclusion": "INSERT INTO once VALUES ($1)",
    "length": "INSERT INTO short VALUES ($1)",
    "view": "INSERT INTO adults (id, name, age) VALUES (9, $1, 20)",
}


@pytest.fixture
async def tables(connection: Connection) -> None:
    await connection.execute("""
        CREATE TABLE parent (name text PRIMARY KEY);
        CREATE TABLE t (
            id int NOT NULL,
            name text UNIQUE,
            age int CHECK (age > 17),
            parent text REFERENCES parent
        );
        CREATE VIEW adults AS SELECT * FROM t WHERE age > 30 WITH CHECK OPTION;
        CREATE TABLE once (name text, EXCLUDE (name WITH =));
        CREATE TABLE short (name varchar(3));
    """)
    await connection.execute("INSERT INTO t (id, name) VALUES (1, $1)", MARK)
    await connection.execute("INSERT INTO once VALUES ($1)", MARK)


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("constraint", CONSTRAINTS)
async def test_constraints(
    connection: Connection, constraint: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    given = f"other {MARK}" if constraint == "view" else MARK
    with pytest.raises(errors.PostgresError) as raised:
        await connection.fetch(CONSTRAINTS[constraint], given)
    check(raised.value)
    check(caplog.text)
    # It is there for who asks.
    if constraint in {"unique", "check", "foreign key", "exclusion", "view"}:
        assert MARK in (raised.value.detail or "")


async def test_the_query_of_a_copy(
    connection: Connection, sync_connection: sync.Connection
) -> None:
    """Its arguments travel in its text."""
    query = "SELECT 1 / (length($1::text) - length($1::text)), $1::text"
    with pytest.raises(errors.DivisionByZeroError) as raised:
        async for _ in connection.copy_from_query(query, MARK):
            pass
    check(raised.value, vars(raised.value))
    with pytest.raises(errors.DivisionByZeroError) as raised:
        for _ in sync_connection.copy_from_query(query, MARK):
            pass
    check(raised.value, vars(raised.value))


async def test_what_is_at_work(database: Server, pool: Pool, connection: Connection) -> None:
    """The objects that a debugger or a warning shows while a statement runs."""
    seen: list[LoggedQuery] = []
    connection.add_query_logger(seen.append, parameters=True)
    running = asyncio.create_task(connection.fetchval("SELECT $1, pg_sleep(0.05)", MARK))
    await asyncio.sleep(0.01)
    acquisition = pool.acquire()
    transaction = connection.transaction()
    check(connection, pool, acquisition, transaction, running, connection._engine)
    check(connection._configuration, pool._configuration)
    assert await running == MARK
    check(*seen)
    assert seen[0].parameters == (MARK,)
    async with acquisition as acquired:
        check(acquired, acquisition)
    with sync.create_pool(database.dsn, password=MARK) as sync_pool:
        check(sync_pool)
        with sync_pool.acquire() as borrowed:
            check(borrowed, borrowed._configuration)


@pytest.mark.parametrize("connect", [sync.connect])
def test_warnings(database: Server, connect: Callable[..., Any]) -> None:
    connection = connect(database.dsn, password=MARK)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del connection
        gc.collect()
    assert caught
    check(*(warning.message for warning in caught))


class Secret(postgres.Table):
    name: str

    class Settings:
        table_name = "secrets"


async def test_filters_and_rows_that_are_not_stored() -> None:
    chosen = (col(Secret.name) == MARK) | col(Secret.name).like(MARK)
    check(chosen)
    with pytest.raises(TypeError, match="only in the database") as misused:
        bool(chosen)
    check(misused.value)
    for call in (Secret(name=MARK).refresh, Secret(name=MARK).delete):
        with pytest.raises(errors.InterfaceError, match="this Secret is not in the table") as new:
            await call()
        check(new.value)
