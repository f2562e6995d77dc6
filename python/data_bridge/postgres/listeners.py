"""Who is told what a server says by itself: notifications, notices, the end of the connection."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from data_bridge import _engine
from data_bridge.postgres.identifier import quote
from data_bridge.postgres.notice import Notice, log
from data_bridge.postgres.notification import KEPT, Notification

if TYPE_CHECKING:
    from data_bridge.postgres.connection import Connection

__all__ = [
    "AsyncListeners",
    "ListenerMethods",
    "Listeners",
    "NoticeListener",
    "NotificationListener",
    "TerminationListener",
]

#: Called with the connection, the pid of who notified, the channel and the payload.
NotificationListener: TypeAlias = Callable[["Connection", int, str, str], Awaitable[None] | None]
#: Called with the connection and the notice.
NoticeListener: TypeAlias = Callable[["Connection", Notice], Awaitable[None] | None]
#: Called with the connection.
TerminationListener: TypeAlias = Callable[["Connection"], Awaitable[None] | None]


class Listeners:
    """Those of one connection; the engine calls `notified`, `noticed` and `terminated`."""

    __slots__ = (
        "__weakref__",
        "_connection",
        "channels",
        "kept",
        "notices",
        "terminations",
        "used",
    )

    def __init__(self, connection: object) -> None:
        self._connection = weakref.ref(connection)
        #: Whether there ever was one: only then it matters to whom they belong.
        self.used = False
        self.channels: dict[str, list[Callable[..., Any]]] = {}
        self.notices: list[Callable[..., Any]] = []
        self.terminations: list[Callable[..., Any]] = []
        #: Notifications of channels without a listener, for who asks for them.
        self.kept: deque[Notification] = deque(maxlen=KEPT)

    def belong_to(self, connection: object) -> None:
        """Another one stands for the connection from now on."""
        self._connection = weakref.ref(connection)
        self.used = True

    def notified(self, pid: int, channel: str, payload: str) -> None:
        """A notification came."""
        listeners = self.channels.get(channel)
        if listeners:
            for listener in tuple(listeners):
                self._call(listener, pid, channel, payload)
        else:
            self.kept.append(Notification(channel, payload, pid))

    def noticed(self, fields: dict[str, Any]) -> None:
        """A notice came: it is logged when nobody listens."""
        notice = Notice(**fields)
        if not self.notices:
            log(notice)
        for listener in tuple(self.notices):
            self._call(listener, notice)

    def terminated(self) -> None:
        """The connection has ended."""
        for listener in tuple(self.terminations):
            self._call(listener)

    def add(self, channel: str, listener: Callable[..., Any]) -> bool:
        """Add a listener of a channel; true when it is the channel's first."""
        listeners = self.channels.setdefault(channel, [])
        if listener not in listeners:
            listeners.append(listener)
        return len(listeners) == 1

    def remove(self, channel: str, listener: Callable[..., Any]) -> bool:
        """Remove a listener of a channel; true when it was the channel's last."""
        listeners = self.channels.get(channel, [])
        if listener not in listeners:
            return False
        listeners.remove(listener)
        if listeners:
            return False
        del self.channels[channel]
        return True

    def clear(self) -> None:
        """Forget all of them: the connection goes to somebody else."""
        self.channels.clear()
        self.notices.clear()
        self.terminations.clear()
        self.kept.clear()

    def _call(self, listener: Callable[..., Any], *arguments: object) -> None:
        raise NotImplementedError


class AsyncListeners(Listeners):
    """Those of a connection that an event loop drives: called by the loop, at its next turn.

    An exception is the loop's affair then, and whoever reads from the socket goes on.
    """

    __slots__ = ("_loop", "_tasks", "waiting")

    def __init__(self, connection: object) -> None:
        super().__init__(connection)
        self._loop = asyncio.get_running_loop()
        #: Listeners that are coroutines, at work.
        self._tasks: set[asyncio.Task[Any]] = set()
        #: Those who wait for a notification that is kept, or for the end.
        self.waiting: set[asyncio.Future[None]] = set()

    def notified(self, pid: int, channel: str, payload: str) -> None:
        """A notification came."""
        super().notified(pid, channel, payload)
        if self.kept:
            self.wake()

    def terminated(self) -> None:
        """The connection has ended."""
        super().terminated()
        self.wake()

    def wake(self) -> None:
        """Let those look who wait for something."""
        for waiter in self.waiting:
            if not waiter.done():
                waiter.set_result(None)

    def _call(self, listener: Callable[..., Any], *arguments: object) -> None:
        connection = self._connection()
        if connection is not None:
            # A loop that is closed has nobody left to tell.
            with suppress(RuntimeError):
                self._loop.call_soon(self._run, listener, connection, *arguments)

    def _run(self, listener: Callable[..., Any], *arguments: object) -> None:
        started = listener(*arguments)
        if asyncio.iscoroutine(started):
            task = self._loop.create_task(started)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


class ListenerMethods:
    """The methods of a connection for what the server says by itself."""

    __slots__ = ()

    _engine: _engine.AsyncConnection
    _listeners: AsyncListeners

    async def add_listener(self, channel: str, callback: NotificationListener) -> None:
        """Listen on a channel.

        Args:
            channel: Its name, quoted as an identifier: in capitals it is another one.
            callback: Called with the connection, the pid of who notified, the channel and the
                payload, at the loop's next turn; a coroutine function is run as a task.

        Inside a transaction the server begins to listen when that commits.
        """
        self._listeners.belong_to(self)
        if self._listeners.add(channel, callback):
            try:
                await self._engine.execute(f"LISTEN {quote(channel)}", None)
            except BaseException:
                self._listeners.remove(channel, callback)
                raise

    async def remove_listener(self, channel: str, callback: NotificationListener) -> None:
        """Undo `add_listener`; what was not added, or has ended, is passed over."""
        if self._listeners.remove(channel, callback) and not self._engine.closed:
            await self._engine.execute(f"UNLISTEN {quote(channel)}", None)

    def add_notice_listener(self, callback: NoticeListener) -> None:
        """Have a callback called with the connection and each `Notice` of the server.

        A notice that has no listener is logged, by the logger `data_bridge.postgres`.
        """
        self._listeners.belong_to(self)
        self._listeners.notices.append(callback)
        # A pool gives the connection to nobody else like this.
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

    async def notifications(self, *, timeout: float | None = None) -> AsyncIterator[Notification]:
        """The notifications of the connection's channels, except those that have a listener.

        LISTEN is up to the caller: `await connection.execute("LISTEN jobs")`. Those that come
        while nobody asks are kept, 10,000 of them; then the oldest go.

        Args:
            timeout: It ends when so many seconds pass without one; None: never.

        Raises:
            PostgresError: The connection was lost.
        """
        listeners = self._listeners
        while True:
            while listeners.kept:
                yield listeners.kept.popleft()
            if self._engine.closed:
                # This raises what it was closed by.
                await self._engine.execute("", None)
            waiter = asyncio.get_running_loop().create_future()
            listeners.waiting.add(waiter)
            try:
                async with asyncio.timeout(timeout):
                    await waiter
            except TimeoutError:
                return
            finally:
                listeners.waiting.discard(waiter)
