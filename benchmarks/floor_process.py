"""Who sends the floor's bytes: a compiled process (`benchmarks/floor`), or Python without cargo.

Either gets a connected and authenticated socket from libpq, which does not use it meanwhile.
Python's own loop costs some 3 us a call more than the compiled one.
"""

import contextlib
import os
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psycopg

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "data-bridge-floor"
ANSWER_SECONDS = 120.0
# As the compiled floor: larger than any message of the benchmarks.
BUFFER = 2 * 1024 * 1024
LOST = "the floor lost its connection to the server"

# The requests of one call; each ends in one Sync.
Call = Sequence[bytes]


class FloorError(Exception):
    """The floor cannot be measured. The message is one line."""


@dataclass(frozen=True)
class Answer:
    """What a round of the floor took and brought.

    Attributes:
        nanoseconds: of all calls together.
        rows: rows received in all calls.
        tag: of the statement that was completed last.
    """

    nanoseconds: int
    rows: int
    tag: str


class Sender(Protocol):
    """Sends rounds over one connection."""

    pid: int | None

    def exchange(self, calls: Sequence[Call]) -> Answer:
        """Send the requests of all calls, each when the one before it is answered."""

    def close(self) -> None:
        """End the connection."""


def binary() -> Path:
    """Where cargo puts the compiled floor."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return ROOT / target / "release" / PACKAGE


def build() -> str | None:
    """Build the compiled floor if it is out of date; returns why it cannot be, in one line."""
    cargo = shutil.which("cargo")
    if cargo is None:
        return "cargo is not installed"
    command = [cargo, "build", "--release", "--locked", "--quiet", "--package", PACKAGE]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        return f"cargo build failed: {' '.join(done.stderr.split())[:200]}"
    return None


def connect(dsn: str) -> Sender:
    """The compiled floor if it is built, else Python's.

    Raises:
        FloorError: the connection is encrypted, so that its bytes cannot be sent as they are.
        psycopg.Error: the server does not answer.
    """
    connection = psycopg.connect(dsn, autocommit=True)
    if connection.pgconn.ssl_in_use:
        connection.close()
        raise FloorError("the floor needs a connection without TLS (sslmode=disable)")
    stream = socket.socket(fileno=os.dup(connection.fileno()))
    stream.setblocking(True)
    if binary().exists():
        return CompiledSender(connection, stream)
    return PythonSender(connection, stream)


class CompiledSender:
    """The compiled floor, in a process of its own."""

    def __init__(
        self, connection: "psycopg.Connection[tuple[object, ...]]", stream: socket.socket
    ) -> None:
        self.connection = connection
        self.owner, end = socket.socketpair()
        self.owner.settimeout(ANSWER_SECONDS)
        # A session of its own: Ctrl-C is for the owner, who stops the process by closing its end.
        with stream, end:
            self.process = subprocess.Popen(
                [binary()], stdin=stream.fileno(), stdout=end.fileno(), start_new_session=True
            )
        self.pid: int | None = self.process.pid
        self.answers = self.owner.makefile("r")

    def exchange(self, calls: Sequence[Call]) -> Answer:
        """See `Sender`."""
        number = struct.Struct("!I").pack
        parts = [number(len(calls))]
        for call in calls:
            parts.append(number(len(call)))
            for request in call:
                parts += (number(len(request)), request)
        with contextlib.suppress(BrokenPipeError):
            self.owner.sendall(b"".join(parts))
        line = self.answers.readline()
        if not line:
            raise FloorError(LOST)
        first, _, rest = line.rstrip("\n").partition(" ")
        if first == "error":
            raise FloorError(f"the server refused the floor's statement: {rest}")
        rows, _, tag = rest.partition(" ")
        return Answer(int(first), int(rows), tag)

    def close(self) -> None:
        """See `Sender`."""
        self.answers.close()
        self.owner.close()
        self.process.wait()
        self.connection.close()


class PythonSender:
    """The same in this process, for machines without cargo."""

    pid: int | None = None

    def __init__(
        self, connection: "psycopg.Connection[tuple[object, ...]]", stream: socket.socket
    ) -> None:
        self.connection = connection
        self.stream = stream
        self.buffer = bytearray(BUFFER)
        self.rows = 0
        self.tag = b""
        self.error: bytes | None = None

    def exchange(self, calls: Sequence[Call]) -> Answer:
        """See `Sender`."""
        self.rows, self.error = 0, None
        requests = [request for call in calls for request in call]
        start = time.perf_counter_ns()
        try:
            for request in requests:
                self.stream.sendall(request)
                self.receive()
        except ConnectionError as error:
            raise FloorError(LOST) from error
        elapsed = time.perf_counter_ns() - start
        if self.error is not None:
            fields = [field[1:].decode() for field in self.error.split(b"\0") if field[:1] == b"M"]
            raise FloorError(f"the server refused the floor's statement: {fields[0]}")
        return Answer(elapsed, self.rows, self.tag.decode())

    def receive(self) -> None:
        """Read messages up to and with ReadyForQuery; only their headers are looked at."""
        buffer, filled = self.buffer, 0
        view = memoryview(buffer)
        length_at = struct.Struct("!I").unpack_from
        while True:
            read = self.stream.recv_into(view[filled:])
            if not read:
                raise FloorError(LOST)
            filled += read
            position = 0
            while filled - position >= 5:  # noqa: PLR2004 - a type and a length
                length = 1 + length_at(buffer, position + 1)[0]
                if filled - position < length:
                    break
                kind = buffer[position]
                if kind == ord("D"):
                    self.rows += 1
                elif kind == ord("Z"):
                    return
                elif kind == ord("C"):
                    self.tag = bytes(buffer[position + 5 : position + length - 1])
                elif kind == ord("E") and self.error is None:
                    self.error = bytes(buffer[position + 5 : position + length])
                position += length
            buffer[: filled - position] = buffer[position:filled]
            filled -= position

    def close(self) -> None:
        """See `Sender`."""
        self.stream.close()
        self.connection.close()
