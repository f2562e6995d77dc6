"""TLS with a real server: each mode, whom it trusts, whom it shows, and what goes through it."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from data_bridge import postgres
from data_bridge.postgres import errors
from tests.integration.certificates import (
    Certificate,
    make_authority,
    make_certificate,
    require_openssl,
)
from tests.integration.conftest import PasswordServer
from tests.integration.observation import assert_in_step
from tests.integration.system_server import SystemServer, system_server

PASSWORD = "hunter2"

RULES = (
    "local all all trust",
    "hostssl all certified 127.0.0.1/32 cert",
    "hostssl all scram 127.0.0.1/32 scram-sha-256",
    "hostssl all encrypted 127.0.0.1/32 trust",
    "hostnossl all unencrypted 127.0.0.1/32 trust",
    "host all postgres 127.0.0.1/32 trust",
)

#: Whether the session is encrypted, as the server sees it.
ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


@dataclass(frozen=True)
class TLSServer:
    """A server with TLS whose certificate is for localhost, not for 127.0.0.1."""

    system: SystemServer
    authority: Certificate
    stranger: Certificate
    client: Certificate

    def options(self, **changed: Any) -> Any:
        """How to reach it by TCP, as a role that may come with and without TLS."""
        return {
            "host": "localhost",
            "hostaddr": "127.0.0.1",
            "port": self.system.port,
            "user": "postgres",
            "database": "postgres",
            **changed,
        }


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither variables nor files of whoever runs the tests."""
    for name in os.environ:
        if name.startswith("PG"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TLSServer]:
    require_openssl()
    made = tmp_path_factory.mktemp("certificates")
    authority = make_authority(made, "authority")
    stranger = make_authority(made, "stranger")
    own = make_certificate(made, "server", authority, "subjectAltName=DNS:localhost")
    client = make_certificate(made, "certified", authority)
    with system_server() as system:
        system.create()
        for path in (own.certificate, own.key, authority.certificate):
            (system.data / path.name).write_bytes(path.read_bytes())
            system.adopt(system.data / path.name)
        settings = {
            "ssl": "on",
            "ssl_cert_file": own.certificate.name,
            "ssl_key_file": own.key.name,
            "ssl_ca_file": authority.certificate.name,
        }
        system.start(settings, RULES)
        with psycopg.connect(system.server.dsn, autocommit=True) as administrator:
            for role in ("certified", "encrypted", "unencrypted"):
                administrator.execute(f"CREATE ROLE {role} LOGIN")
            administrator.execute(f"CREATE ROLE scram LOGIN PASSWORD '{PASSWORD}'")
        yield TLSServer(system, authority, stranger, client)


async def is_encrypted(options: Any) -> bool:
    async with await postgres.connect(**options) as connection:
        await assert_in_step(connection)
        encrypted = await connection.fetchval(ENCRYPTED)
    with postgres.sync.connect(**options) as sync:
        assert sync.fetchval(ENCRYPTED) == encrypted
    return bool(encrypted)


# Modes


@pytest.mark.parametrize(
    ("mode", "encrypted"),
    [("disable", False), ("allow", False), ("prefer", True), ("require", True), (None, True)],
)
async def test_a_mode_that_trusts_anyone(
    tls_server: TLSServer, mode: str | None, encrypted: bool
) -> None:
    assert await is_encrypted(tls_server.options(sslmode=mode)) == encrypted


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
async def test_a_mode_that_verifies(tls_server: TLSServer, mode: str) -> None:
    root = tls_server.authority.certificate
    assert await is_encrypted(tls_server.options(sslmode=mode, sslrootcert=root))


async def test_what_the_server_insists_on(tls_server: TLSServer) -> None:
    assert await is_encrypted(tls_server.options(user="encrypted", sslmode="allow"))
    assert not await is_encrypted(tls_server.options(user="unencrypted", sslmode="prefer"))
    for user, mode in (("encrypted", "disable"), ("unencrypted", "require")):
        with pytest.raises(errors.InvalidAuthorizationSpecificationError, match="pg_hba"):
            await postgres.connect(**tls_server.options(user=user, sslmode=mode))


async def test_a_server_without_tls(password_server: PasswordServer) -> None:
    dsn = password_server.dsn("trust")
    for mode in ("allow", "prefer"):
        async with await postgres.connect(dsn, sslmode=mode) as connection:
            await assert_in_step(connection)
    with pytest.raises(errors.PostgresConnectionError, match="does not support TLS"):
        await postgres.connect(dsn, sslmode="require")
    # Over a Unix socket nobody listens in: as in libpq, the mode is for TCP.
    async with await postgres.connect(password_server.server.dsn, sslmode="require") as connection:
        await assert_in_step(connection)


# Whom it trusts


async def test_an_unknown_authority(tls_server: TLSServer) -> None:
    for mode in ("require", "verify-ca", "verify-full"):
        options = tls_server.options(sslmode=mode, sslrootcert=tls_server.stranger.certificate)
        with pytest.raises(errors.PostgresConnectionError, match="not from an authority in"):
            await postgres.connect(**options)


async def test_another_name(tls_server: TLSServer) -> None:
    options = tls_server.options(host="127.0.0.1", sslrootcert=tls_server.authority.certificate)
    with pytest.raises(errors.PostgresConnectionError, match=r"not valid for.*verify-ca does not"):
        await postgres.connect(**options, sslmode="verify-full")
    assert await is_encrypted({**options, "sslmode": "verify-ca"})


async def test_nobody_to_trust(tls_server: TLSServer, tmp_path: Path) -> None:
    with pytest.raises(errors.InterfaceError, match="pass sslrootcert=FILE"):
        await postgres.connect(**tls_server.options(sslmode="verify-full"))
    (tmp_path / "empty").touch()
    with pytest.raises(errors.InterfaceError, match="holds no certificate"):
        await postgres.connect(**tls_server.options(sslrootcert=tmp_path / "empty"))
    # What stands in the home directory is used whatever the mode.
    (tmp_path / ".postgresql").mkdir()
    own = tmp_path / ".postgresql" / "root.crt"
    own.write_bytes(tls_server.authority.certificate.read_bytes())
    assert await is_encrypted(tls_server.options(sslmode="verify-full"))
    own.write_bytes(tls_server.stranger.certificate.read_bytes())
    with pytest.raises(errors.PostgresConnectionError, match="not from an authority in"):
        await postgres.connect(**tls_server.options(sslmode="require"))


async def test_the_authorities_of_the_machine(
    tls_server: TLSServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = tls_server.options(sslrootcert="system")
    monkeypatch.setenv("SSL_CERT_FILE", str(tls_server.authority.certificate))
    assert await is_encrypted(options)
    monkeypatch.setenv("SSL_CERT_FILE", str(tls_server.stranger.certificate))
    with pytest.raises(errors.PostgresConnectionError, match="not from an authority in"):
        await postgres.connect(**options)
    with pytest.raises(errors.InterfaceError, match="needs sslmode=verify-full"):
        await postgres.connect(**options, sslmode="require")


# Whom it shows


async def test_a_client_certificate(tls_server: TLSServer) -> None:
    options = tls_server.options(user="certified", sslmode="require")
    shown: dict[str, Any] = {
        "sslcert": tls_server.client.certificate,
        "sslkey": tls_server.client.key,
    }
    async with await postgres.connect(**options, **shown) as connection:
        shown_as = "SELECT client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        assert await connection.fetchval(shown_as) == "/CN=certified"
    withheld: list[dict[str, Any]] = [{}, {**shown, "sslcertmode": "disable"}]
    for without in withheld:
        with pytest.raises(errors.PostgresError, match="requires a valid client certificate"):
            await postgres.connect(**options, **without)


async def test_a_key_that_cannot_be_used(tls_server: TLSServer, tmp_path: Path) -> None:
    key = tmp_path / "client.key"
    options = tls_server.options(sslcert=tls_server.client.certificate, sslkey=key)
    with pytest.raises(errors.InterfaceError, match="cannot be read"):
        await postgres.connect(**options)
    key.write_bytes(tls_server.client.key.read_bytes())
    key.chmod(0o644)
    with pytest.raises(errors.InterfaceError, match="chmod 600"):
        await postgres.connect(**options)
    key.chmod(0o600)
    assert await is_encrypted(options)
    key.write_bytes(tls_server.stranger.key.read_bytes())
    with pytest.raises(errors.InterfaceError, match="cannot be used together"):
        await postgres.connect(**options)
    key.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END")
    with pytest.raises(errors.InterfaceError, match="openssl pkey"):
        await postgres.connect(**options)
    with pytest.raises(errors.InterfaceError, match="pass sslkey=FILE"):
        await postgres.connect(**{**options, "sslkey": None})


# What authentication is bound to


async def test_scram_is_bound_to_tls(tls_server: TLSServer) -> None:
    options = tls_server.options(user="scram", password=PASSWORD)
    for binding in ("disable", "prefer", "require"):
        assert await is_encrypted({**options, "channel_binding": binding})
    with pytest.raises(errors.InvalidPasswordError):
        await postgres.connect(**{**options, "password": "x"}, channel_binding="require")
    for other in ({"user": "postgres"}, {"user": "postgres", "sslmode": "disable"}):
        with pytest.raises(errors.InterfaceError, match="does not bind authentication to TLS"):
            await postgres.connect(**{**options, **other}, channel_binding="require")


async def test_the_methods_that_are_allowed(tls_server: TLSServer) -> None:
    options = tls_server.options(user="scram", password=PASSWORD)
    assert await is_encrypted({**options, "require_auth": "scram-sha-256"})
    with pytest.raises(errors.InterfaceError, match='by "scram-sha-256", which require_auth'):
        await postgres.connect(**options, require_auth="!scram-sha-256")
    with pytest.raises(errors.InterfaceError, match="no authentication, which require_auth"):
        await postgres.connect(**tls_server.options(), require_auth="md5,scram-sha-256")


# What goes through it

#: Some megabytes, in rows that share no boundary with a record of TLS.
ROWS = "SELECT i, repeat('x', i % 9001) FROM generate_series(1, $1::int4) AS i"


@pytest.mark.each_loop
async def test_large_results_and_arguments(tls_server: TLSServer) -> None:
    async with await postgres.connect(**tls_server.options(sslmode="require")) as connection:
        together = await asyncio.gather(
            *[connection.fetch(ROWS, 1000) for _ in range(3)], connection.fetchval("SELECT 7")
        )
        assert together.pop() == 7
        for rows in together:
            assert [(row[0], len(row[1])) for row in rows] == [
                (i, i % 9001) for i in range(1, 1001)
            ]
        data = os.urandom(6_000_000)
        assert await connection.fetchval("SELECT $1::bytea", data) == data
        await assert_in_step(connection)


def test_large_results_and_arguments_for_threads(tls_server: TLSServer) -> None:
    with postgres.sync.connect(**tls_server.options(sslmode="require")) as connection:
        for timeout in (None, 60):
            rows = connection.fetch(ROWS, 1500, timeout=timeout)
            assert [len(row[1]) for row in rows] == [i % 9001 for i in range(1, 1501)]
        data = os.urandom(6_000_000)
        assert connection.fetchval("SELECT $1::bytea", data, timeout=60) == data


@pytest.mark.each_loop
async def test_a_copy_whose_reader_is_slow(tls_server: TLSServer) -> None:
    """What is decrypted while nobody reads is not shown by the socket any more."""
    async with await postgres.connect(**tls_server.options(sslmode="require")) as connection:
        # A little more than two reads take, all of it in the socket before the first one.
        query = "SELECT repeat('x', 9998) FROM generate_series(1, 55)"
        reading = connection.copy_from_query(query)
        first = asyncio.ensure_future(anext(aiter(reading)))
        await asyncio.sleep(0)
        time.sleep(0.2)  # noqa: ASYNC251 (nothing is read meanwhile)
        size = len(await first)
        async with asyncio.timeout(30):
            async for piece in reading:
                size += len(piece)
                await asyncio.sleep(0)
        assert size == 55 * 9999
        await assert_in_step(connection)


#: What a cancel request begins with, behind its length.
CANCEL_REQUEST = b"\x04\xd2\x16\x2e"


@contextlib.asynccontextmanager
async def overheard(port: int) -> AsyncIterator[tuple[int, list[bytearray]]]:
    """The port of a proxy to another one, and what the client says on each connection to it."""
    said: list[bytearray] = []

    async def pass_on(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: bytearray
    ) -> None:
        while data := await reader.read(65536):
            heard += data
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", port)
        said.append(bytearray())
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(
                pass_on(reader, server_writer, said[-1]),
                pass_on(server_reader, writer, bytearray()),
            )

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as proxy:
        yield proxy.sockets[0].getsockname()[1], said


async def test_cancelling_goes_through_it_too(tls_server: TLSServer) -> None:
    async with overheard(tls_server.system.port) as (port, said):
        options = tls_server.options(sslmode="require", port=port)
        async with await postgres.connect(**options) as connection:
            with pytest.raises(TimeoutError):
                await connection.execute("SELECT pg_sleep(60)", timeout=0.05)
            assert await connection.fetchval("SELECT 1") == 1
    session, *cancels = said
    assert cancels
    for connection_said in (session, *cancels):
        # The request for TLS, and then its records.
        assert connection_said[8:10] == b"\x16\x03"
        assert CANCEL_REQUEST not in connection_said


@pytest.mark.each_loop
async def test_cancelling_an_encrypted_statement(tls_server: TLSServer) -> None:
    options = tls_server.options(user="encrypted", sslmode="require")
    async with await postgres.connect(**options) as connection:
        start = time.monotonic()
        with pytest.raises(TimeoutError):
            await connection.execute("SELECT pg_sleep(60)", timeout=0.05)
        assert await connection.fetchval("SELECT 1") == 1
        assert time.monotonic() - start < 30
    with postgres.sync.connect(**options) as sync:
        with pytest.raises(TimeoutError):
            sync.execute("SELECT pg_sleep(60)", timeout=0.05)
        assert sync.fetchval("SELECT 1") == 1


@pytest.mark.each_loop
async def test_the_server_ends_the_session(tls_server: TLSServer) -> None:
    async with await postgres.connect(**tls_server.options(sslmode="require")) as connection:
        with pytest.raises(errors.AdminShutdownError):
            await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        assert connection.is_closed()
