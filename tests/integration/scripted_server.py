"""A server that says what a test has written for it, byte by byte."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

#: AuthenticationOk, a parameter, the key for cancel requests, ReadyForQuery.
GREETING = (
    b"R\0\0\0\x08\0\0\0\0"
    b"S\0\0\0\x19client_encoding\0UTF8\0"
    b"K\0\0\0\x0c\0\0\0\x01\0\0\0\x02"
    b"Z\0\0\0\x05I"
)


def message(tag: bytes, body: bytes = b"") -> bytes:
    return tag + struct.pack("!i", len(body) + 4) + body


def row(*values: bytes) -> bytes:
    """A DataRow."""
    body = b"".join(struct.pack("!i", len(value)) + value for value in values)
    return message(b"D", struct.pack("!h", len(values)) + body)


def described(*names: bytes, oid: int = 23) -> bytes:
    """The answer to Parse and Describe: no parameters, and columns of one type (int4)."""
    columns = b"".join(name + b"\0" + struct.pack("!ihihih", 0, 0, oid, 4, -1, 1) for name in names)
    description = message(b"T", struct.pack("!h", len(names)) + columns)
    return message(b"1") + message(b"t", b"\0\0") + description + READY


READY = message(b"Z", b"I")
BOUND = message(b"2")
SELECTED = message(b"C", b"SELECT 1\0")
FATAL = message(b"E", b"SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0")


class Session:
    """The server's end of one connection."""

    def __init__(self, connection: socket.socket, listener: socket.socket) -> None:
        self._connection = connection
        self._listener = listener

    def receive(self) -> bytes:
        """What the client has sent by now, at least a byte unless it has gone."""
        return self._connection.recv(65536)

    def send(self, answer: bytes) -> None:
        self._connection.sendall(answer)

    def reset(self) -> None:
        """End the connection as a server that was killed does on TCP."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()

    def take_cancel_request(self) -> bytes:
        """Wait for a cancel request, which comes over a connection of its own."""
        connection, _ = self._listener.accept()
        with connection:
            return connection.recv(16)

    def refuse_connections(self) -> None:
        """From now on nobody can connect, to cancel either."""
        # Who waits in accept() is not woken by closing.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextlib.contextmanager
def scripted(script: Callable[[Session], None]) -> Iterator[str]:
    """Serve one connection by a script, on a thread; gives the DSN."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            connection.sendall(GREETING)
            script(Session(connection, listener))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"postgresql://u@127.0.0.1:{port}/d?sslmode=disable"
        thread.join(30)
        assert not thread.is_alive(), "the script has not ended"
