"""The examples of the page on notifications do what they say."""

import asyncio
from typing import Any

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge.postgres import Connection, Pool, sync
from tests.integration.observation import eventually
from tests.integration.test_documents import blocks, run


@pytest.fixture
def names(database: Server) -> dict[str, Any]:
    defined: dict[str, Any] = {}
    for example in blocks("docs/guide/notifications.md"):
        defined |= run(example, database.dsn)
    return defined


async def test_examples(
    names: dict[str, Any],
    connection: Connection,
    pool: Pool,
    administrator: psycopg.Connection,
) -> None:
    assert await names["follow"](connection) == ["one"]
    assert await names["progress"](connection) == ["NOTICE: half way"]
    handled: list[str] = []

    async def handle(what: str) -> None:
        handled.append(what)

    listening = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"

    def count() -> int:
        row = administrator.execute(listening).fetchone()
        return int(row[0]) if row else 0

    before = count()
    task = asyncio.create_task(names["work"](pool, handle))
    await eventually(lambda: count() > before)
    await connection.execute("NOTIFY jobs, '42'")
    await eventually(lambda: handled == ["42"])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_example_for_threads(names: dict[str, Any], sync_connection: sync.Connection) -> None:
    assert names["work_in_a_thread"](sync_connection) == ["two"]
