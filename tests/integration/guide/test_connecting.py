"""The examples of the pages on connecting and on TLS do what they say."""

import pytest

from benchmarks.server import Server
from data_bridge.postgres import errors
from tests.integration.conftest import PasswordServer
from tests.integration.documents import run_page


async def test_connecting(database: Server) -> None:
    names = run_page("connecting", database.dsn)
    assert await names["who_am_i"](database.dsn) == database.user
    await (await names["quickly"](database.dsn)).close()


async def test_several_servers(
    password_server: PasswordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = password_server.server
    names = run_page("connecting", server.dsn)
    asked = []

    async def issue(host: str) -> str:
        asked.append(host)
        return password_server.password

    dsn = password_server.dsn("scram-sha-256", password=None)
    async with names["with_tokens"](dsn, issue) as pool:
        assert await pool.fetchval("SELECT current_user") == "scram-sha-256"
    assert set(asked) == {"db.example"}
    monkeypatch.setenv("PGPORT", str(server.port))
    monkeypatch.setenv("PGUSER", server.user)
    async with names["primary_of"](f"/nowhere,{server.host}") as pool:
        assert await pool.fetchval("SELECT NOT pg_is_in_recovery()")


async def test_tls_is_asked_for(password_server: PasswordServer) -> None:
    """With a server that has TLS, these are tests/integration/test_tls.py's."""
    dsn = password_server.dsn("trust")
    names = run_page("tls", dsn)
    with pytest.raises(errors.PostgresConnectionError, match="does not support TLS"):
        await names["safely"](dsn, "system")
    with pytest.raises(errors.InterfaceError, match="sslcert /no/such/file"):
        await names["by_certificate"](dsn, "/no/such/file", "/no/such/key")
