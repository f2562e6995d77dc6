"""The fixtures of the benchmarks: a server, the frameworks on it, and their tables."""

import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any

import psycopg
import pytest

from benchmarks import frameworks
from benchmarks.adapters.adapter import Adapter
from benchmarks.pinning import one_core
from benchmarks.server import Server, ServerError
from benchmarks.server import server as open_server
from benchmarks.tables import Tables
from tests.postgres.benchmarks.benchmark_setup import Filled, Subject, Trial


@pytest.fixture(scope="session")
def database() -> Iterator[Server]:
    """The server: an embedded one, or the one that DATABASE_URL names; on our own core."""
    try:
        with open_server() as running, one_core(running.pid):
            yield running
    except ServerError as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture(scope="session")
def filled(database: Server) -> Iterator[Filled]:
    """The tables of all frameworks; dropped at the end."""
    with Tables(database.dsn) as tables:
        yield Filled(tables)


async def _opened(framework: str, database: Server, filled: Filled) -> AsyncIterator[Any]:
    """A framework's adapter with its pool open, as long as the generator lives."""
    try:
        adapter = frameworks.load(framework)()
    except frameworks.MissingFrameworkError as error:
        pytest.skip(str(error))
    filled.create(adapter.table)
    await _done(adapter.open(database.dsn))
    yield adapter
    await _done(adapter.close())


async def _done(value: Any) -> None:
    if inspect.isawaitable(value):
        await value


@pytest.fixture(scope="session")
async def data_bridge_db(database: Server, filled: Filled) -> AsyncIterator[Adapter]:
    """data-bridge's ORM, initialized."""
    async for adapter in _opened("data_bridge_orm", database, filled):
        yield adapter


@pytest.fixture(scope="session")
async def data_bridge_pool(database: Server, filled: Filled) -> AsyncIterator[Adapter]:
    """data-bridge's driver, with a pool."""
    async for adapter in _opened("data_bridge_driver", database, filled):
        yield adapter


@pytest.fixture(scope="session")
async def asyncpg_pool(database: Server, filled: Filled) -> AsyncIterator[Adapter]:
    """asyncpg; the pool itself is its `pool`."""
    async for adapter in _opened("asyncpg", database, filled):
        yield adapter


@pytest.fixture(scope="session")
async def psycopg2_conn(database: Server, filled: Filled) -> AsyncIterator[Adapter]:
    """psycopg2; the pool itself is its `pool`."""
    async for adapter in _opened("psycopg2", database, filled):
        yield adapter


@pytest.fixture(scope="session")
async def sqlalchemy_engine(database: Server, filled: Filled) -> AsyncIterator[Adapter]:
    """SQLAlchemy; the engine itself is its `engine`."""
    async for adapter in _opened("sqlalchemy", database, filled):
        yield adapter


@pytest.fixture
async def sqlalchemy_session(sqlalchemy_engine: Any) -> AsyncIterator[Any]:
    """A session of SQLAlchemy's ORM, for one implementation."""
    async with sqlalchemy_engine.session() as session:
        yield session


@pytest.fixture(autouse=True)
def setup_tables(filled: Filled) -> None:
    """Fill the tables that the last group has changed.

    Where the server is gone the run ends here: what was measured until then has been printed.
    """
    try:
        filled.fill_again()
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        pytest.exit(f"the server is gone ({reason}); the tables above are all there is", 1)


@pytest.fixture
def trial(request: pytest.FixtureRequest, filled: Filled) -> Iterator[Trial]:
    """The calls of the implementation that asks."""
    subject: Subject = request.function.subject
    trial = Trial(subject, request.getfixturevalue(subject.fixture), filled)
    yield trial
    trial.finish()
