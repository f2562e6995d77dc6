"""The examples of the page on a database's own types do what they say."""

from typing import Any

import pytest

from benchmarks.server import Server
from data_bridge.postgres import Connection, Pool
from tests.integration.documents import blocks, run


@pytest.fixture
def names(database: Server) -> dict[str, Any]:
    defined: dict[str, Any] = {}
    for example in blocks("docs/guide/own-types.md"):
        defined |= run(example, database.dsn)
    return defined


async def test_examples(names: dict[str, Any], connection: Connection, pool: Pool) -> None:
    assert await names["book"](connection) is True
    assert await names["raw_json"](pool) == '{"a": 1}'
