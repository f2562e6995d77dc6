"""Plays the server's part of recorded conversations: a process of its own, and nothing of a server.

    python -m benchmarks.instructions.replayer FOLDER FILE

It listens in a folder, says `ready`, and answers each connection in the order in which they were
recorded. What it is sent must be what was recorded, to the byte, but for what a session draws at
random for the names of its statements. When its standard input ends, it prints what was wrong with
that, in one line, and ends; nothing, if all was said as recorded.
"""

import re
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from benchmarks.instructions.conversation import Conversation, read
from benchmarks.instructions.recorder import CHUNK, SOCKET_NAME

# A client that was recorded and sends less now would wait for ever, and so would this.
REQUEST_SECONDS = 60.0
JOIN_SECONDS = 5.0
# Of data-bridge's names, `db_0123456789abcdef_1`: another part in each session.
DRAWN = re.compile(rb"(?<=db_)[0-9a-f]{16}(?=_)")


class ReplayError(Exception):
    """The client did not say what was recorded. The message is one line."""


class Replayer:
    """Answers as many connections as were recorded.

    Attributes:
        troubles: what was not as recorded, in one line each.
    """

    def __init__(self, listener: socket.socket, conversations: Sequence[Conversation]) -> None:
        self.listener = listener
        self.conversations = conversations
        self.troubles: list[str] = []
        self.threads: list[threading.Thread] = []

    def accept(self) -> None:
        """Take connections as long as there are any."""
        for conversation in self.conversations:
            client, _ = self.listener.accept()
            thread = threading.Thread(target=self.answer, args=(client, conversation), daemon=True)
            self.threads.append(thread)
            thread.start()

    def answer(self, client: socket.socket, conversation: Conversation) -> None:
        """Answer one connection to its end."""
        client.settimeout(REQUEST_SECONDS)
        try:
            with client:
                for number, (request, answer) in enumerate(conversation, start=1):
                    receive(client, request, f"turn {number} of {len(conversation)}")
                    if answer:
                        client.sendall(answer)
                if client.recv(1):
                    raise ReplayError("the client sends more than was recorded")
        except (OSError, ReplayError) as error:
            self.troubles.append(str(error))

    def finish(self) -> list[str]:
        """All that was wrong, once the client is gone."""
        for thread in self.threads:
            thread.join(JOIN_SECONDS)
        missing = len(self.conversations) - len(self.threads)
        if missing:
            self.troubles.append(f"{missing} connections fewer than were recorded")
        return self.troubles


def receive(client: socket.socket, request: bytes, where: str) -> None:
    """Receive the whole of a request.

    Raises:
        ReplayError: it is another one, or the client is gone.
    """
    received = bytearray()
    drawn = [found.span() for found in DRAWN.finditer(request)]
    while len(received) < len(request):
        part = client.recv(CHUNK)
        if not part:
            raise ReplayError(f"the client is gone in {where}")
        received += part
        for start, end in drawn:
            known = slice(start, min(end, len(received)))
            received[known] = request[known]
        if not request.startswith(received):
            raise ReplayError(f"the client sends other bytes than were recorded in {where}")


def main(folder: str, file: str) -> None:
    """Replay until the standard input ends."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(Path(folder) / SOCKET_NAME))
    listener.listen()
    replayer = Replayer(listener, read(Path(file)))
    threading.Thread(target=replayer.accept, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
    print("; ".join(replayer.finish()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
