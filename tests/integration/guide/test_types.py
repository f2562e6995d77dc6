"""The examples of the page on types do what they say."""

import re
from datetime import date
from ipaddress import IPv4Network
from typing import Any

import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, sync
from tests.integration.documents import ROOT, blocks, run

TICKET = "CREATE TABLE ticket (valid_until date NOT NULL); INSERT INTO ticket VALUES ('2026-11-24')"


@pytest.fixture
def names(database: Server, sync_connection: sync.Connection) -> dict[str, Any]:
    sync_connection.execute(TICKET)
    defined: dict[str, Any] = {}
    for example in blocks("docs/guide/types.md"):
        defined |= run(f"from datetime import date\n{example}", database.dsn)
    return defined


async def test_examples(names: dict[str, Any], connection: Connection) -> None:
    assert await names["near"](connection) == (IPv4Network("10.0.0.0/8"), True)
    assert await names["is_valid"](connection, date.max)
    assert await names["in_three_months"](connection, date(2026, 11, 30)) == date(2027, 2, 28)


def test_classes_are_those_of_the_package() -> None:
    """Every class that the page names by itself is there."""
    page = (ROOT / "docs/guide/types.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z][A-Za-z]+)`", page))
    assert {"Infinity", "Interval", "Point"} <= named
    assert named <= set(postgres.__all__)
