"""A recorded conversation: what a client sent, and what the server answered.

A conversation is divided into turns. A turn's request is all that the client sends before it waits,
its answer all that the server then says. Whoever replays it waits for the whole request and sends
the whole answer at once, so that a client never reads in more pieces than it must.
"""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Turn(NamedTuple):
    """What the client sent, and what it was answered: nothing to the last of its messages."""

    request: bytes
    answer: bytes


# The conversation of one connection.
Conversation = list[Turn]


def write(path: Path, conversations: Sequence[Conversation]) -> None:
    """Keep the conversations of a client's connections, in the order of their beginning."""
    path.write_text(
        json.dumps([[[encoded(part) for part in turn] for turn in one] for one in conversations])
    )


def read(path: Path) -> list[Conversation]:
    """The conversations that were kept in a file."""
    found = json.loads(path.read_text())
    return [[Turn(*map(base64.b64decode, turn)) for turn in one] for one in found]


def encoded(part: bytes) -> str:
    """Bytes as JSON can hold them."""
    return base64.b64encode(part).decode()
