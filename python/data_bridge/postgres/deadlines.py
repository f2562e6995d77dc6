"""One bound in time for many who wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

__all__ = ["Deadlines"]


class Deadlines:
    """Futures that fail when they are not done in time: the same time for all, by one timer.

    Who was added first is over first, so that nobody needs a timer of its own, which would cost
    more than the wait for a connection of a busy pool does.

    Args:
        seconds: How long each may take; None: no bound.
        error: Makes the exception of a future that took so many seconds.
    """

    __slots__ = ("_error", "_futures", "_seconds", "_timer")

    def __init__(self, seconds: float | None, error: Callable[[float], Exception]) -> None:
        self._seconds = seconds
        self._error = error
        self._futures: deque[tuple[float, asyncio.Future[Any]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, future: asyncio.Future[Any]) -> None:
        """Bound a future, from now on."""
        if self._seconds is None:
            return
        loop = future.get_loop()
        futures = self._futures
        # Those that are done leave as others come: no more are kept than wait.
        while futures and futures[0][1].done():
            futures.popleft()
        deadline = loop.time() + self._seconds
        futures.append((deadline, future))
        if self._timer is None:
            self._timer = loop.call_at(deadline, self._expire)

    def clear(self) -> None:
        """Bound none any more."""
        self._futures.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expire(self) -> None:
        self._timer = None
        futures = self._futures
        while futures:
            deadline, future = futures[0]
            loop = future.get_loop()
            if not future.done():
                if deadline > loop.time():
                    self._timer = loop.call_at(deadline, self._expire)
                    return
                future.set_exception(self._error(self._seconds or 0.0))
            futures.popleft()
