"""The examples of the page for those who come from asyncpg do what they say."""

from benchmarks.server import Server
from data_bridge import postgres
from tests.integration.documents import ACCOUNTS, run_page


async def test_coming_from_asyncpg(
    database: Server, connection: postgres.Connection, pool: postgres.Pool
) -> None:
    await connection.execute(f"{ACCOUNTS}; INSERT INTO account VALUES (1, 50)")
    names = run_page("coming-from-asyncpg", database.dsn)
    assert await names["balance"](pool, 1) == 50
    assert await names["balance"](pool, 2) == 0
    assert await names["all_at_once"](connection) == list(range(100))
