"""The examples of the page on pooling do what they say."""

from typing import Any

import pytest

from benchmarks.server import Server
from data_bridge.postgres import Connection, Pool, sync
from tests.integration.documents import run_page


@pytest.fixture
def names(database: Server, sync_connection: sync.Connection) -> dict[str, Any]:
    sync_connection.execute("""
        CREATE TABLE visitor (id serial PRIMARY KEY, name text);
        CREATE TABLE total (visitors int);
        INSERT INTO total VALUES (0);
    """)
    return run_page("pooling", database.dsn)


async def test_examples(
    names: dict[str, Any], database: Server, pool: Pool, connection: Connection
) -> None:
    assert await names["add"](pool, "Zoe") == 1
    assert await names["add"](pool, "Yan") == 2
    assert (await names["many"](pool))[-1] == 199**2
    assert await names["counts"](connection) == (3, 2)
    assert names["load"](pool) == 0
    with sync.connect(database.dsn) as own:
        assert names["counts_for_threads"](own) == 4
    assert names["names"](database.dsn) == ["Zoe", "Yan", "Ann", "Bob"]
