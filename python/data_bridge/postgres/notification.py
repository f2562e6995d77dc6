"""What a NOTIFY tells those who listen."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KEPT", "Notification"]

#: How many notifications are kept for who has not asked for them yet; then the oldest go.
KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification of a channel.

    Attributes:
        channel: The channel.
        payload: What NOTIFY was given along; empty when it was nothing.
        pid: The process of the session that notified.
        missed: Whether it stands for those that may have been missed on the channel, by a
            connection that was lost or a reader that was too slow: then payload and pid are empty.
    """

    channel: str
    payload: str = ""
    pid: int = 0
    missed: bool = False
