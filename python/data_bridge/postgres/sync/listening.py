"""Listening to channels, for threads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Self, Unpack

from data_bridge.postgres.errors import Error, InterfaceError
from data_bridge.postgres.listening import check_channels
from data_bridge.postgres.notification import KEPT, Notification
from data_bridge.postgres.options import ConnectionOptions, configure
from data_bridge.postgres.retry import reconnections
from data_bridge.postgres.sync.connection import Connection, open_connection

__all__ = ["Listening", "listen"]


def listen(
    *channels: str,
    dsn: str | None = None,
    queue_size: int = KEPT,
    **options: Unpack[ConnectionOptions],
) -> Listening:
    """Listen to channels on a connection of its own; see `data_bridge.postgres.listen`."""
    configuration = configure(dsn, options)
    return Listening(lambda: open_connection(configuration), channels, queue_size)


class Listening:
    """A stream of notifications, made by `listen` and `Pool.listen`; for one thread.

    See the asynchronous one. It ends when another thread closes it, or its pool.
    """

    def __init__(
        self, connect: Callable[[], Connection], channels: tuple[str, ...], queue_size: int
    ) -> None:
        check_channels(channels, queue_size)
        self._connect = connect
        self._channels = tuple(dict.fromkeys(channels))
        self._queue: deque[Notification] = deque()
        self._queue_size = queue_size
        self._overflown: set[str] = set()
        self._connection: Connection | None = None
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Notification:
        while not self._closed.is_set():
            if self._queue:
                return self._queue.popleft()
            if self._overflown:
                return Notification(self._overflown.pop(), missed=True)
            if self._connection is None:
                raise InterfaceError("listening begins with `with`")
            try:
                self._connection._engine.listen(1.0)
            except Error:
                if not self._closed.is_set():
                    self._open_again()
        raise StopIteration

    def close(self) -> None:
        """End it. Closing twice is allowed."""
        self._closed.set()
        if self._connection is not None:
            self._connection.close()

    def _open(self) -> None:
        connection = self._connect()
        try:
            for channel in self._channels:
                connection.add_listener(channel, self._notified)
        except BaseException:
            connection.close()
            raise
        if self._closed.is_set():
            connection.close()
        self._connection = connection

    def _open_again(self) -> None:
        for pause in reconnections():
            try:
                self._open()
            except (Error, OSError):
                self._closed.wait(pause)
            else:
                break
            if self._closed.is_set():
                return
        self._queue.extend(Notification(channel, missed=True) for channel in self._channels)

    def _notified(self, _: Connection, pid: int, channel: str, payload: str) -> None:
        if len(self._queue) >= self._queue_size:
            self._overflown.add(self._queue.popleft().channel)
        self._queue.append(Notification(channel, payload, pid))
