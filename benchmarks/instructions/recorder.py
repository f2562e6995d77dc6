"""A proxy between a client and a server that records what they say.

It knows as much of PostgreSQL's protocol as it takes to tell when an answer is whole: the length of
messages, and which of them end a turn.
"""

import select
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.instructions.conversation import Conversation, Turn

# A client that has sent nothing for as long waits for its answer. It is one thread, which does
# nothing else between two writes, so it is the scheduler that this must outlast.
QUIET_SECONDS = 0.0003
ANSWER_SECONDS = 60.0
CHUNK = 1 << 20
SOCKET_NAME = ".s.PGSQL.5432"

SYNC, QUERY, COPY_DONE = b"S", b"Q", b"c"
READY, COPY_IN = b"Z", b"G"
HEADER = 5
# In place of a version in the first packet, which has no type.
CANCEL, TLS, GSS = 80877102, 80877103, 80877104


class RecordingError(Exception):
    """The conversation cannot be recorded. The message is one line."""


class Recorder:
    """Listens in a directory of its own and hands everything on to a server.

    Args:
        folder: where the socket is made, under the name that a client expects.
        server: path of the server's socket.
    """

    def __init__(self, folder: Path, server: Path) -> None:
        self.server = server
        self.conversations: list[Conversation] = []
        self.failure: RecordingError | None = None
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / SOCKET_NAME))
        self.listener.listen()
        self.threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self.start(self.accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # Wakes the thread that waits in accept(); the client is gone, so the others end as well.
        self.listener.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join()
        self.listener.close()

    def recorded(self) -> list[Conversation]:
        """What was said, connection by connection.

        Raises:
            RecordingError: something could not be recorded.
        """
        if self.failure is not None:
            raise self.failure
        return self.conversations

    def start(self, function: Callable[..., None], *arguments: object) -> None:
        """Run something in a thread that the end of the context waits for."""
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def accept(self) -> None:
        """Take connections until the listener is shut down."""
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.conversations.append([])
            self.start(self.hand_on, client, self.conversations[-1])

    def hand_on(self, client: socket.socket, conversation: Conversation) -> None:
        """Record one connection, from its beginning to its end."""
        try:
            with client, socket.socket(socket.AF_UNIX) as server:
                server.settimeout(ANSWER_SECONDS)
                server.connect(str(self.server))
                record(client, server, conversation)
        except (OSError, RecordingError) as error:
            reason = " ".join(str(error).split())
            self.failure = RecordingError(f"the conversation could not be recorded: {reason}")


def record(client: socket.socket, server: socket.socket, conversation: Conversation) -> None:
    """Add turn after turn until the client is gone.

    Raises:
        RecordingError: the server is gone before.
        OSError: either of them does not answer.
    """
    pending = Pending()
    while request := receive_request(client):
        server.sendall(request)
        pending.sent(request)
        answer = b""
        while not pending.answered(answer):
            received = server.recv(CHUNK)
            if not received:
                raise RecordingError("the server closed the connection")
            answer += received
        # Before the client has it: it may say its last word then.
        conversation.append(Turn(request, answer))
        if answer:
            client.sendall(answer)


def receive_request(client: socket.socket) -> bytes:
    """All that a client sends before it waits; nothing once it is gone."""
    request = client.recv(CHUNK)
    while request and select.select([client], [], [], QUIET_SECONDS)[0]:
        received = client.recv(CHUNK)
        if not received:
            break
        request += received
    return request


class Pending:
    """What the server owes: a ReadyForQuery to the startup, each Sync and each simple query."""

    def __init__(self) -> None:
        self.started = False
        self.bytes_only = False
        self.ready = 0

    def sent(self, request: bytes) -> None:
        """Note what the client sent; the server needs no password of it (see `server.TRUST`)."""
        self.bytes_only = False
        if self.started:
            kinds = message_kinds(request)
            # The end of a simple query's COPY; a statement's is followed by a Sync.
            copied = kinds[-1:] == [COPY_DONE]
            self.ready += sum(kind in {SYNC, QUERY} for kind in kinds) + copied
            return
        (code,) = struct.unpack_from("!I", request, 4)
        self.bytes_only = code in {TLS, GSS}
        self.started = code not in {CANCEL, TLS, GSS}
        self.ready += self.started

    def answered(self, answer: bytes) -> bool:
        """Whether an answer is whole."""
        if self.bytes_only:
            return bool(answer)
        kinds = message_kinds(answer) if answer else []
        # It is the client's turn when a COPY waits for its rows: a Sync before them is passed over.
        if kinds.count(READY) < self.ready and kinds[-1:] != [COPY_IN]:
            return False
        self.ready = 0
        return True


def message_kinds(stream: bytes) -> list[bytes]:
    """The types of the whole messages at the beginning of a stream."""
    found = []
    at = 0
    while len(stream) - at >= HEADER:
        end = at + 1 + struct.unpack_from("!I", stream, at + 1)[0]
        if end > len(stream):
            break
        found.append(stream[at : at + 1])
        at = end
    return found
