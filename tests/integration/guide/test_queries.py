"""The examples of the page on queries do what they say."""

import pytest

from benchmarks.server import Server
from data_bridge.postgres import Connection, errors
from tests.integration.documents import ACCOUNTS, run_page


async def test_examples(database: Server, connection: Connection) -> None:
    await connection.execute(f"{ACCOUNTS}; INSERT INTO account VALUES (1, 50), (2, 0), (3, 20)")
    names = run_page("queries", database.dsn)
    assert await names["richer_than"](connection, 10, 5) == [1, 3]
    assert await names["richer_than"](connection, 10, 1) == [1]
    assert await names["withdraw"](connection, 1, 10) == 40
    assert await names["withdraw"](connection, 1, 41) is None
    await names["open_accounts"](connection)
    assert await names["add"](connection) == [13, 14]
    rows = await connection.fetch("SELECT id, balance FROM account ORDER BY id")
    expected = [(1, 40), (2, 0), (3, 20), (7, 0), (8, 5), (11, 1), (12, 2), (13, 3), (14, 4)]
    assert rows == expected
    assert await names["count"](connection) == 7
    assert await names["count_rows"](connection, "account") == 9
    with pytest.raises(errors.UndefinedTableError):
        await names["count_rows"](connection, 'account"; DROP TABLE account; --')
