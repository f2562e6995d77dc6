"""The examples of the page on transactions do what they say."""

from typing import Any

import pytest

from benchmarks.server import Server
from data_bridge.postgres import Connection, Pool, sync
from tests.integration.documents import ACCOUNTS, blocks, run


@pytest.fixture
def names(database: Server, sync_connection: sync.Connection) -> dict[str, Any]:
    sync_connection.execute(f"{ACCOUNTS}; INSERT INTO account VALUES (1, 50), (2, 0)")
    defined: dict[str, Any] = {}
    for example in blocks("docs/guide/transactions.md"):
        defined |= run(example, database.dsn)
    return defined


async def balances(connection: Connection) -> list[int]:
    rows = await connection.fetch("SELECT balance FROM account ORDER BY id")
    return [row["balance"] for row in rows]


async def test_examples(names: dict[str, Any], connection: Connection, pool: Pool) -> None:
    await names["transfer"](connection)
    assert await balances(connection) == [40, 10]
    assert await names["add_unless_there"](connection, 3)
    assert not await names["add_unless_there"](connection, 3)
    assert await balances(connection) == [38, 10, 0]
    assert await names["withdraw"](pool, 1, 8) == 30
    with pytest.raises(ValueError, match="not enough"):
        await names["withdraw"](pool, 1, 31)


def test_example_for_threads(names: dict[str, Any], sync_connection: sync.Connection) -> None:
    names["transfer_in_a_thread"](sync_connection)
    assert sync_connection.fetchval("SELECT balance FROM account WHERE id = 2") == 10
