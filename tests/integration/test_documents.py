"""The examples of the README and of the driver's guide do what they say."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from benchmarks.server import Server
from data_bridge import postgres
from tests.integration.documents import ACCOUNTS, blocks, run

# The pages of the guide have tests of their own, which take these from here or from there.
__all__ = ["ACCOUNTS", "blocks", "run"]

USERS = "CREATE TABLE users (id bigserial PRIMARY KEY, name text, age int, city text)"


@pytest.fixture
def prepared(database: Server) -> Server:
    with postgres.sync.connect(database.dsn) as connection:
        connection.execute(f"{ACCOUNTS}; {USERS}; INSERT INTO account VALUES (1, 50), (2, 0)")
    return database


def test_readme_starts(prepared: Server, capsys: pytest.CaptureFixture[str]) -> None:
    run(blocks("README.md")[0], prepared.dsn)
    assert capsys.readouterr().out == "Ann 42\n"
    with postgres.sync.connect(prepared.dsn) as connection:
        assert connection.fetchval("SELECT count(*) FROM users") == 100_001


async def test_readme_greets_in_sql(prepared: Server) -> None:
    names = run(blocks("README.md")[1], prepared.dsn)
    assert await names["greet"](prepared.dsn) == "Hello world"
    greeting = await asyncio.to_thread(names["greet_without_await"], prepared.dsn)
    assert greeting == "Hello world"


def test_guide_connects_and_uses_threads(
    prepared: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = blocks("docs/driver.md")
    run(examples[0], prepared.dsn)
    run(examples[-1], prepared.dsn)
    assert capsys.readouterr().out == "42\n1\n"


async def test_guide_pipelines_transfers_and_pools(
    prepared: Server, connection: postgres.Connection
) -> None:
    names: dict[str, Any] = {}
    for example in blocks("docs/driver.md")[1:-1]:
        names |= run(example, prepared.dsn)
    assert (await names["squares"](connection))[-1] == 99**2
    await names["transfer"](connection)
    balances = await connection.fetch("SELECT balance FROM account ORDER BY id")
    assert [record["balance"] for record in balances] == [40, 10]
    await names["pooled"](prepared.dsn)


@pytest.fixture(autouse=True)
async def nothing_left(administrator: Any) -> AsyncIterator[None]:
    """No example leaves a connection behind."""
    before = administrator.execute("SELECT count(*) FROM pg_stat_activity").fetchone()
    yield
    for _ in range(500):
        after = administrator.execute("SELECT count(*) FROM pg_stat_activity").fetchone()
        if after[0] <= before[0] + 1:
            return
        await asyncio.sleep(0.02)
    pytest.fail("an example left connections behind")
