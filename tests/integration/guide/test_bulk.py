"""The examples of the page on many rows do what they say."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.server import Server
from data_bridge.postgres import Connection, Pool, sync
from tests.integration.documents import run_page


@pytest.fixture
def names(database: Server, sync_connection: sync.Connection) -> dict[str, Any]:
    sync_connection.execute("CREATE TABLE users (id int PRIMARY KEY, name text, age int)")
    return run_page("bulk", database.dsn)


async def test_examples(
    names: dict[str, Any],
    connection: Connection,
    pool: Pool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await names["store"](connection) == "COPY 10000"
    assert await names["import_numbers"](pool) == "COPY 5000"
    assert "5000 rows, " in capsys.readouterr().out
    path = tmp_path / "users.csv"
    path.write_text("id,name,age\n50000,Ann,99\n50001,,\n")
    assert await names["load"](connection, str(path)) == "COPY 2"
    assert await connection.fetchval("SELECT count(*) FROM users WHERE name IS NULL") == 1
    assert await names["save"](connection, path) == "COPY 1001"
    assert path.read_text().startswith("id,name\n45,user 45\n")
    ids = await connection.fetch("SELECT id::text FROM users")
    assert await names["size"](connection) == sum(len(row["id"]) + 1 for row in ids)
    assert await names["oldest"](pool) == 99
    await names["correct"](connection)
    corrected = "SELECT count(*) FROM users WHERE id < 2000 AND age = 70 + id % 20"
    assert await connection.fetchval(corrected) == 2000


def test_example_for_threads(names: dict[str, Any], database: Server) -> None:
    with sync.create_pool(database.dsn) as pool:
        assert names["store_from_a_thread"](pool) == ["user 30998", "user 30999"]
