"""The examples of the page on large results do what they say."""

from typing import Any

import pytest

from benchmarks.server import Server
from data_bridge.postgres import Connection, Pool, sync
from tests.integration.test_documents import ACCOUNTS, blocks, run


@pytest.fixture
def names(database: Server, sync_connection: sync.Connection) -> dict[str, Any]:
    sync_connection.execute(
        f"{ACCOUNTS}; INSERT INTO account SELECT i, 1 FROM generate_series(1, 25) AS i"
    )
    defined: dict[str, Any] = {}
    for example in blocks("docs/guide/streaming.md"):
        defined |= run(example, database.dsn)
    return defined


async def test_examples(names: dict[str, Any], connection: Connection, pool: Pool) -> None:
    assert await names["total"](connection) == 25
    assert await names["pages"](connection) == [10, 10, 4]
    await names["double"](pool)
    assert await names["total"](connection) == 50
    await names["double_in_one"](connection)
    assert await names["total"](connection) == 100


def test_example_for_threads(names: dict[str, Any], database: Server) -> None:
    with sync.create_pool(database.dsn) as pool:
        assert names["total_in_a_thread"](pool) == 25
