"""A thread that waits for a connection of a pool."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data_bridge.postgres.sync.supply import Member

__all__ = ["Waiter"]


class Waiter:
    """A thread that waits for a connection; the pool's lock is held by whoever tells it."""

    __slots__ = ("_ready", "error", "member")

    def __init__(self) -> None:
        self._ready = threading.Event()
        self.member: Member | None = None
        self.error: Exception | None = None

    def wait(self, timeout: float | None) -> bool:
        """Wait to be told; False when the seconds were over first."""
        return self._ready.is_set() or self._ready.wait(timeout)

    def hand_over(self, member: Member) -> None:
        """Give it a connection."""
        self.member = member
        self._ready.set()

    def fail(self, error: Exception) -> None:
        """Tell it that there will be none."""
        self.error = error
        self._ready.set()
