"""The examples of the guide's page on errors do what they say."""

import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import PostgresError
from tests.integration.documents import ROOT, run_page


@pytest.fixture
async def accounts(connection: postgres.Connection) -> None:
    await connection.execute("""
        CREATE TABLE account (
            id serial PRIMARY KEY,
            email text UNIQUE NOT NULL CHECK (email LIKE '%@%')
        )
    """)


@pytest.mark.usefixtures("accounts")
async def test_errors(
    database: Server, connection: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgresError, "show_values", False)
    names = run_page("errors", database.dsn)
    assert PostgresError.show_values
    register = names["register"]
    assert await register(connection, "ann@example.com") == "registered"
    assert await register(connection, "ann@example.com") == "taken (account_email_key)"
    assert await register(connection, "ann") == "refused (23514)"
    page = (ROOT / "docs/guide/errors.md").read_text()
    assert f"```text\n{await names['explain'](connection)}\n```" in page
    assert f"# {await names['refused'](connection)}\n" in page
