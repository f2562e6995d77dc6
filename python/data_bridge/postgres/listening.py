"""Listening to channels: a stream of notifications that survives its connection."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Self, Unpack

from data_bridge.postgres.connection import Connection, open_connection
from data_bridge.postgres.errors import Error, InterfaceError
from data_bridge.postgres.identifier import quote
from data_bridge.postgres.notification import KEPT, Notification
from data_bridge.postgres.options import ConnectionOptions, configure
from data_bridge.postgres.retry import reconnections

__all__ = ["Listening", "check_channels", "listen"]


def check_channels(channels: tuple[str, ...], queue_size: int) -> None:
    """Refuse what cannot be listened to.

    Raises:
        InterfaceError: There is no channel, or one that is no identifier; or no room for any.
    """
    if not channels:
        raise InterfaceError("listen to what? name one channel at least")
    if queue_size < 1:
        raise InterfaceError(f"queue_size={queue_size}: a queue holds one notification at least")
    for channel in channels:
        quote(channel)


def listen(
    *channels: str,
    dsn: str | None = None,
    queue_size: int = KEPT,
    **options: Unpack[ConnectionOptions],
) -> Listening:
    """Listen to channels on a connection of its own, that is opened anew when it is lost.

    Use it in `async with`, and iterate over what that gives, by `async for`.

    Args:
        channels: Their names, quoted as identifiers.
        dsn: As for `connect`.
        queue_size: How many notifications are kept while nobody asks; then the oldest go.
        options: As for `connect`.
    """
    configuration = configure(dsn, options)
    return Listening(lambda: open_connection(configuration), channels, queue_size)


class Listening:
    """A stream of notifications, made by `listen` and `Pool.listen`.

    It survives the loss of its connection, and of its server: it connects again, with pauses that
    grow up to 30 seconds, as long as somebody asks it for more. What was notified meanwhile is
    lost, and the stream says so: for each channel it then gives a notification that is `missed`.
    So it does when its queue was full.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[Connection]],
        channels: tuple[str, ...],
        queue_size: int,
    ) -> None:
        check_channels(channels, queue_size)
        self._connect = connect
        self._channels = tuple(dict.fromkeys(channels))
        self._queue: deque[Notification] = deque()
        self._queue_size = queue_size
        self._overflown: set[str] = set()
        self._connection: Connection | None = None
        self._wake = asyncio.Event()
        self._closed = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Notification:
        while not self._closed.is_set():
            if self._queue:
                return self._queue.popleft()
            if self._overflown:
                return Notification(self._overflown.pop(), missed=True)
            if self._connection is None:
                raise InterfaceError("listening begins with `async with`")
            if self._connection.is_closed():
                await self._open_again()
                continue
            self._wake.clear()
            await self._wake.wait()
        raise StopAsyncIteration

    async def close(self) -> None:
        """End it; who waits for a notification gets no more. Closing twice is allowed."""
        self._closed.set()
        self._wake.set()
        if self._connection is not None:
            await self._connection.close()

    async def _open(self) -> None:
        connection = await self._connect()
        try:
            connection.add_termination_listener(self._ended)
            for channel in self._channels:
                await connection.add_listener(channel, self._notified)
        except BaseException:
            await connection.close()
            raise
        if self._closed.is_set():
            await connection.close()
        self._connection = connection

    async def _open_again(self) -> None:
        for pause in reconnections():
            try:
                await self._open()
            except (Error, OSError):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closed.wait(), pause)
            else:
                break
            if self._closed.is_set():
                return
        self._queue.extend(Notification(channel, missed=True) for channel in self._channels)

    def _notified(self, _: Connection, pid: int, channel: str, payload: str) -> None:
        if len(self._queue) >= self._queue_size:
            self._overflown.add(self._queue.popleft().channel)
        self._queue.append(Notification(channel, payload, pid))
        self._wake.set()

    def _ended(self, _: Connection) -> None:
        self._wake.set()
