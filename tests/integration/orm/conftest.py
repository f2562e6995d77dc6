from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from benchmarks.server import Server
from data_bridge import postgres
from tests.integration.orm.models import TABLES


@pytest.fixture
async def orm(database: Server) -> AsyncIterator[postgres.Pool]:
    """The ORM, on a schema of its own with the tables of the models; a pool beside it to look."""
    async with postgres.create_pool(database.dsn, min_size=1) as pool:
        await pool.execute(TABLES)
        await postgres.init(database.dsn)
        yield pool
        await postgres.close()


@asynccontextmanager
async def abandoned_transaction() -> AsyncIterator[None]:
    """A transaction that is left by an exception, which goes no further."""
    with suppress(ZeroDivisionError):
        async with postgres.transaction():
            yield
            raise ZeroDivisionError
