"""Fixtures for tests that need a server: one a process, and a schema of its own for each test."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count

import psycopg
import pytest
import uvloop
from psycopg import sql

from benchmarks.server import Server, ServerError, embedded
from benchmarks.server import server as open_server
from data_bridge import postgres

AUTHENTICATION_METHODS = ("trust", "password", "md5", "scram-sha-256")
# Every character that a URI must escape, and one that is no ASCII.
PASSWORD = "pa:ss@wo/rd? #é"

_numbers = count(1)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "each_loop: run the test on asyncio's loop and on uvloop's")


def pytest_asyncio_loop_factories(
    config: pytest.Config,
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The event loops that a test runs on."""
    if item.get_closest_marker("each_loop") is None:
        return {"asyncio": asyncio.new_event_loop}
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The server of this process of tests: embedded, or the one that DATABASE_URL names."""
    try:
        with open_server() as running:
            yield running
    except ServerError as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture(scope="session")
def dsn(server: Server) -> str:
    """The server's DSN. What a test makes there stays: most want `database` instead."""
    return server.dsn


@pytest.fixture(scope="session")
def administrator(server: Server) -> Iterator[psycopg.Connection]:
    """A connection of another driver, to prepare what a test needs and to look at what it left."""
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
def database(server: Server, administrator: psycopg.Connection) -> Iterator[Server]:
    """The server with an empty schema first in the search path of every connection to its DSN.

    A schema costs 0.1 ms and a database 20 ms; a test that needs a whole one takes `own_database`.
    """
    name = f"test_{administrator.info.backend_pid}_{next(_numbers)}"
    administrator.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    path = f"-c search_path={name}"
    yield replace(server, parameters={**server.parameters, "options": path})
    administrator.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))


@pytest.fixture
def own_database(server: Server, administrator: psycopg.Connection) -> Iterator[Server]:
    """The server with a new, empty database."""
    name = f"test_{administrator.info.backend_pid}_{next(_numbers)}"
    administrator.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield replace(server, database=name)
    administrator.execute(sql.SQL("DROP DATABASE {} (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
async def connection(database: Server) -> AsyncIterator[postgres.Connection]:
    """A connection to the test's own schema."""
    opened = await postgres.connect(database.dsn)
    yield opened
    await opened.close()


@pytest.fixture
async def pool(database: Server) -> AsyncIterator[postgres.Pool]:
    """A pool of connections to the test's own schema."""
    async with postgres.create_pool(database.dsn) as opened:
        yield opened


@pytest.fixture
def sync_connection(database: Server) -> Iterator[postgres.sync.Connection]:
    """A synchronous connection to the test's own schema."""
    opened = postgres.sync.connect(database.dsn)
    yield opened
    opened.close()


@pytest.fixture
def disposable_server() -> Iterator[Server]:
    """An embedded server for one test, which may stop or kill it."""
    with embedded() as running:
        yield running


@dataclass(frozen=True)
class PasswordServer:
    """An embedded server where each method of authentication has a role that is named after it.

    Attributes:
        server: the server; over its unix socket everyone is trusted.
        password: the password of every role.
    """

    server: Server
    password: str = PASSWORD

    def dsn(self, method: str, password: str | None = PASSWORD) -> str:
        """The DSN, over TCP, of the role that must authenticate with a method."""
        return self.server.uri(host="127.0.0.1", user=method, password=password)


@pytest.fixture(scope="session")
def password_server() -> Iterator[PasswordServer]:
    """A server that asks for passwords, whatever DATABASE_URL says."""
    rules = [f'host all "{method}" 127.0.0.1/32 {method}' for method in AUTHENTICATION_METHODS]
    with embedded(
        hba=["local all all trust", *rules, "host all all 127.0.0.1/32 reject"]
    ) as running:
        with psycopg.connect(running.dsn, autocommit=True) as connection:
            for method in AUTHENTICATION_METHODS:
                encryption = "md5" if method == "md5" else "scram-sha-256"
                connection.execute(f"SET password_encryption = '{encryption}'")
                statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
                connection.execute(statement.format(sql.Identifier(method), sql.Literal(PASSWORD)))
        yield PasswordServer(running)


@pytest.fixture(params=AUTHENTICATION_METHODS)
def authentication_method(request: pytest.FixtureRequest) -> str:
    """Each method of authentication in turn, for a test that takes `password_server`."""
    method: str = request.param
    return method
