"""The examples of the guide's page on observability do what they say."""

import logging

import pytest

from benchmarks.server import Server
from data_bridge import postgres
from tests.integration.documents import ROOT, run_page


async def test_observability(
    database: Server, connection: postgres.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    names = run_page("observability", database.dsn)
    async with await names["open_pool"]() as pool:
        counter = names["count"](pool)
        with caplog.at_level(logging.WARNING):
            await pool.fetch("SELECT pg_sleep($1)", 0.51)
        with pytest.raises(postgres.PostgresError):
            await pool.fetch("SELECT 1/0")
        assert (counter.statements, counter.failed) == (2, 1)
        assert counter.seconds > 0.5
    assert [record.name for record in caplog.records] == ["data_bridge.postgres"]
    message = caplog.records[0].getMessage()
    assert message.startswith("slow query: ")
    assert message.endswith(" s: SELECT pg_sleep($1)")
    await connection.execute("CREATE TABLE users (name text)")
    await names["traced"](database.dsn)


def test_all_that_is_told_is_on_the_page() -> None:
    page = (ROOT / "docs/guide/observability.md").read_text()
    for field in postgres.LoggedQuery.__dataclass_fields__:
        assert f"`{field}`" in page
