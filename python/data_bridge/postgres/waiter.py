"""Who waits for a connection of a pool for asyncio."""

from __future__ import annotations

import asyncio
from typing import Any

__all__ = ["Waiter"]


class Waiter:
    """A task that waits for a connection, or for a place on one that it shares."""

    __slots__ = ("future", "shared")

    def __init__(self, future: asyncio.Future[Any], shared: bool) -> None:
        self.future = future
        self.shared = shared
