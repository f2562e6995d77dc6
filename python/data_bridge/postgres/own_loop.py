"""The event loop that a pool belongs to, and what it is to call there."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable
from typing import Any

from data_bridge.postgres.errors import InterfaceError

__all__ = ["OwnLoop", "weakly"]


class OwnLoop:
    """What knows its event loop, once it has something there."""

    _loop: asyncio.AbstractEventLoop | None = None

    def _is_elsewhere(self) -> bool:
        """Whether this runs on another event loop."""
        return self._loop is not None and asyncio._get_running_loop() not in (self._loop, None)

    def _is_orphaned(self) -> bool:
        """Whether its own loop is closed, so that nobody is left to do anything there."""
        return self._loop is not None and self._loop.is_closed()

    def _check_loop(self) -> None:
        if self._is_elsewhere():
            raise InterfaceError(
                "the pool belongs to another event loop than the one that uses it: "
                "create and open a pool in each loop that needs one"
            )

    def _at_home(self, work: Callable[[], None]) -> bool:
        """Have something done on its own loop; false where that is closed."""
        try:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(work)
        except RuntimeError:
            return False
        return True


def weakly(owner: object, work: Callable[[Any], None]) -> Callable[[], None]:
    """Work for somebody who may be gone by the time it is called."""
    this = weakref.ref(owner)

    def run() -> None:
        found = this()
        if found is not None:
            work(found)

    return run
