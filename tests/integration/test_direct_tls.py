"""TLS from the first byte on, with a server of the test's own: PostgreSQL has it from 17 on."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from data_bridge.postgres import errors, sync
from tests.integration.certificates import (
    Certificate,
    make_authority,
    make_certificate,
    require_openssl,
)
from tests.integration.scripted_server import GREETING

LOCALHOST = "subjectAltName=DNS:localhost"


@pytest.fixture(autouse=True)
def no_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    require_openssl()
    monkeypatch.setenv("HOME", str(tmp_path))


@contextlib.contextmanager
def direct(own: Certificate, alpn: list[str]) -> Iterator[int]:
    """Serve one connection on a thread; gives the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)
    if alpn:
        context.set_alpn_protocols(alpn)

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.settimeout(10)
            with context.wrap_socket(connection, server_side=True) as encrypted:
                encrypted.recv(1000)
                # More than what startup takes comes with it, and is not lost.
                encrypted.sendall(GREETING + b"S\0\0\0\x0fTimeZone\0X\0")
                encrypted.recv(1000)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(20)
        assert not thread.is_alive()


def connect(port: int, root: Path, mode: str = "verify-full") -> sync.Connection:
    return sync.connect(
        f"host=localhost hostaddr=127.0.0.1 port={port} user=u sslnegotiation=direct "
        f"sslmode={mode} sslrootcert={root}"
    )


def test_direct(tmp_path: Path) -> None:
    authority = make_authority(tmp_path, "authority")
    own = make_certificate(tmp_path, "server", authority, LOCALHOST)
    with (
        direct(own, ["http/1.1", "postgresql"]) as port,
        connect(port, authority.certificate) as connection,
    ):
        assert connection.get_parameter("client_encoding") == "UTF8"
        # It has been decrypted, and is not in the socket any more.
        assert connection._engine.is_alive()
        assert connection.get_parameter("TimeZone") == "X"


@pytest.mark.parametrize("alpn", [[], ["http/1.1"]])
def test_a_server_that_speaks_something_else(tmp_path: Path, alpn: list[str]) -> None:
    authority = make_authority(tmp_path, "authority")
    own = make_certificate(tmp_path, "server", authority, LOCALHOST)
    with (
        direct(own, alpn) as port,
        pytest.raises(errors.PostgresConnectionError, match="no TLS with"),
    ):
        connect(port, authority.certificate)


def test_a_server_that_is_its_own_authority(tmp_path: Path) -> None:
    """As PostgreSQL's manual shows it: the server's certificate is the root certificate."""
    own = make_authority(tmp_path, "server", LOCALHOST)
    with direct(own, ["postgresql"]) as port, connect(port, own.certificate):
        pass
    other = make_authority(tmp_path, "other", "subjectAltName=DNS:other.example")
    for root, problem in ((other.certificate, "not valid for"), (own.certificate, "no TLS with")):
        with (
            direct(other, ["postgresql"]) as port,
            pytest.raises(errors.PostgresConnectionError, match=problem),
        ):
            connect(port, root)


def test_it_is_never_half_wanted(tmp_path: Path) -> None:
    with pytest.raises(errors.InterfaceError, match="direct needs sslmode=require"):
        connect(1, tmp_path, "prefer")
