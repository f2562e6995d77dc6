"""Who is told what a server says by itself, for threads."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from data_bridge import _engine
from data_bridge.postgres.identifier import quote
from data_bridge.postgres.listeners import Listeners
from data_bridge.postgres.notice import Notice
from data_bridge.postgres.notification import Notification

if TYPE_CHECKING:
    from data_bridge.postgres.sync.connection import Connection

__all__ = ["ListenerMethods", "SyncListeners"]

NotificationListener: TypeAlias = Callable[["Connection", int, str, str], object]
NoticeListener: TypeAlias = Callable[["Connection", Notice], object]
TerminationListener: TypeAlias = Callable[["Connection"], object]

_LOGGER = logging.getLogger("data_bridge.postgres")


class SyncListeners(Listeners):
    """Those of a connection that threads drive: called by the one that reads them."""

    __slots__ = ()

    def _call(self, listener: Callable[..., Any], *arguments: object) -> None:
        connection = self._connection()
        if connection is None:
            return
        try:
            listener(connection, *arguments)
        except Exception:
            # The statement that was answered meanwhile is none of its affairs.
            _LOGGER.exception("a listener of %r has failed", connection)


class ListenerMethods:
    """The methods of a connection for what the server says by itself.

    Callbacks are called by the thread that reads it: at the end of a statement, or while it
    waits in `notifications`.
    """

    __slots__ = ()

    _engine: _engine.SyncConnection
    _listeners: SyncListeners

    def add_listener(self, channel: str, callback: NotificationListener) -> None:
        """Listen on a channel; see the asynchronous `add_listener`."""
        self._listeners.belong_to(self)
        if self._listeners.add(channel, callback):
            try:
                self._engine.execute(f"LISTEN {quote(channel)}", None, None)
            except BaseException:
                self._listeners.remove(channel, callback)
                raise

    def remove_listener(self, channel: str, callback: NotificationListener) -> None:
        """Undo `add_listener`; what was not added, or has ended, is passed over."""
        if self._listeners.remove(channel, callback) and not self._engine.closed:
            self._engine.execute(f"UNLISTEN {quote(channel)}", None, None)

    def add_notice_listener(self, callback: NoticeListener) -> None:
        """Have a callback called with the connection and each `Notice` of the server."""
        self._listeners.belong_to(self)
        self._listeners.notices.append(callback)
        self._engine.session_changed = True

    def remove_notice_listener(self, callback: NoticeListener) -> None:
        """Undo `add_notice_listener`."""
        with suppress(ValueError):
            self._listeners.notices.remove(callback)

    def add_termination_listener(self, callback: TerminationListener) -> None:
        """Have a callback called with the connection when that has ended, whoever ended it."""
        self._listeners.belong_to(self)
        self._listeners.terminations.append(callback)
        self._engine.session_changed = True

    def remove_termination_listener(self, callback: TerminationListener) -> None:
        """Undo `add_termination_listener`."""
        with suppress(ValueError):
            self._listeners.terminations.remove(callback)

    def notifications(self, *, timeout: float | None = None) -> Iterator[Notification]:
        """The notifications of the connection's channels, except those that have a listener.

        See the asynchronous `notifications`. Listeners are told theirs while this waits; other
        threads may use the connection.
        """
        kept = self._listeners.kept
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            while kept:
                yield kept.popleft()
                deadline = None if timeout is None else time.monotonic() + timeout
            left = 1.0 if deadline is None else deadline - time.monotonic()
            self._engine.listen(max(left, 0.0))
            if left <= 0 and not kept:
                return
