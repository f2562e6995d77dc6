"""The examples of the page for those who come from psycopg do what they say."""

from benchmarks.server import Server
from data_bridge.postgres import sync
from tests.integration.documents import run_page


def test_coming_from_psycopg(database: Server, sync_connection: sync.Connection) -> None:
    sync_connection.execute(
        "CREATE TABLE person (id int, name text); INSERT INTO person VALUES (1, 'Ann'), (2, 'Bob')"
    )
    names = run_page("coming-from-psycopg", database.dsn)
    assert names["rename"](database.dsn, 1, "Eve") == "Eve"
    assert names["rename"](database.dsn, 7, "Eve") is None
    assert names["find"](database.dsn, "Eve") == 1
    assert names["find"](database.dsn, None) == 2
    assert names["names"](database.dsn, [2, 1]) == ["Eve", "Bob"]
