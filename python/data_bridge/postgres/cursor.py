"""Cursors: the rows of a large result, a portion at a time, in bounded memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Generator
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from data_bridge import _engine
from data_bridge._engine import Record
from data_bridge.postgres.acquisition import give_back
from data_bridge.postgres.errors import Error, InterfaceError
from data_bridge.postgres.stopwatch import Stopwatch

if TYPE_CHECKING:
    from data_bridge.postgres.connection import Connection
    from data_bridge.postgres.pool import Pool

__all__ = ["PREFETCH", "Cursor", "PoolCursor", "check_count"]

#: How many rows are asked for at once unless a caller says otherwise: as many as hide the way to
#: the server and back behind their own reading.
PREFETCH = 1000

#: What a portion can hold at most, by the protocol.
LARGEST = 2**31 - 1

#: How long a closed cursor may keep its server busy before that is told to stop, in seconds.
PATIENCE = 0.1


def check_count(name: str, count: int) -> int:
    """Refuse a number of rows that cannot be asked for.

    Raises:
        InterfaceError: It is less than one, or too large.
    """
    if not 1 <= count <= LARGEST:
        raise InterfaceError(f"{name}={count}: a number of rows is 1 to {LARGEST}")
    return count


class Cursor:
    """What `Connection.cursor` gives: `async for record in cursor`, or `await cursor` and `fetch`.

    It asks for `prefetch` rows at a time, in `async for` for the next ones while these are read:
    so at most twice as many are in memory. It is closed at the result's end, by `close`, by
    `async with`, and when nothing refers to it any more.

    Inside a transaction other statements may come between, and the transaction's end closes it.
    Outside of one the connection is the cursor's alone until its end: another statement is
    refused.
    """

    __slots__ = (
        "__weakref__",
        "_ahead",
        "_arguments",
        "_connection",
        "_ended",
        "_engine",
        "_loop",
        "_prefetch",
        "_rows",
        "_sql",
        "_timeout",
        "_watch",
    )

    def __init__(
        self,
        connection: Connection | None,
        sql: str,
        arguments: tuple[object, ...],
        *,
        prefetch: int | None,
        timeout: float | None,
    ) -> None:
        self._connection = connection
        self._sql = sql
        self._arguments = arguments
        self._prefetch = PREFETCH if prefetch is None else check_count("prefetch", prefetch)
        self._timeout = timeout
        self._loop: asyncio.AbstractEventLoop | None = None
        self._engine: _engine.AsyncCursor | None = None
        self._ended = False
        self._rows: deque[Record] = deque()
        #: Rows that were asked for and not waited for yet, and how many.
        self._ahead: _engine.Reply | None = None
        self._watch: Stopwatch | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Record:
        rows = self._rows
        if not rows:
            await self._more(self._prefetch, ahead=True)
            if not rows:
                raise StopAsyncIteration
        return rows.popleft()

    async def fetch(self, n: int) -> list[Record]:
        """The next `n` rows; fewer when there are no more.

        Raises:
            PostgresError: The server refused the statement, or failed in it.
            InterfaceError: The cursor's connection is in use by another one.
        """
        check_count("n", n)
        rows = self._rows
        while len(rows) < n and not self._ended:
            await self._more(n - len(rows))
        return [rows.popleft() for _ in range(min(n, len(rows)))]

    async def fetchrow(self) -> Record | None:
        """The next row; None when there are no more."""
        rows = await self.fetch(1)
        return rows[0] if rows else None

    async def forward(self, n: int) -> int:
        """Pass over the next `n` rows; gives over how many, fewer when there are no more."""
        passed = 0
        check_count("n", n)
        while passed < n:
            skipped = len(await self.fetch(min(n - passed, self._prefetch)))
            if not skipped:
                break
            passed += skipped
        return passed

    async def close(self) -> None:
        """Close it, whether all rows were read or not. Closing twice is allowed.

        Raises:
            PostgresError: A statement that writes could not be committed.
        """
        engine, opened = self._engine, not self._ended
        self._finish()
        try:
            reply = engine.close() if engine is not None and opened else None
            if reply is not None:
                # In the end it is given up, and the server is told to stop.
                with suppress(TimeoutError):
                    async with asyncio.timeout(PATIENCE):
                        await reply
        except BaseException as error:
            self._end_watch(error)
            raise
        finally:
            self._end_watch()
            await self._release()

    async def _open(self) -> Self:
        if self._engine is None and not self._ended:
            await self._more(self._prefetch)
        return self

    def __await__(self) -> Generator[Any, None, Self]:
        return self._open().__await__()

    async def __aenter__(self) -> Self:
        return await self._open()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is None:
            await self.close()
            return
        # What went wrong in the block says more.
        with suppress(Error):
            await self.close()

    def __repr__(self) -> str:
        state = "closed" if self._ended else "open" if self._engine is not None else "new"
        return f"<Cursor {state}, {len(self._rows)} rows read ahead>"

    def __del__(self) -> None:
        # One that was refused its arguments has no attributes at all.
        engine = getattr(self, "_engine", None)
        loop: asyncio.AbstractEventLoop | None = getattr(self, "_loop", None)
        if engine is None or loop is None or self._ended:
            return
        self._ended = True
        # The collector runs on any thread.
        watch = self._watch
        if asyncio._get_running_loop() is loop:
            engine.abandon()
            if watch is not None:
                watch.end()
            self._release_soon(loop)
        else:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(engine.abandon)
                if watch is not None:
                    loop.call_soon_threadsafe(watch.end)
                self._release_soon(loop)

    async def _more(self, count: int, *, ahead: bool = False) -> None:
        """Wait for rows: those that were asked for ahead, or else so many."""
        if self._ended:
            return
        try:
            connection = await self._acquire()
            if self._engine is None or self._watch is None:
                self._loop = asyncio.get_running_loop()
                self._engine = _engine.AsyncCursor(connection._engine, self._sql, self._arguments)
                self._watch = self._new_watch(connection)
                count = self._prefetch
            reply, self._ahead = self._ahead, None
            with self._watch:
                if reply is None:
                    reply = self._engine.fetch(count)
                else:
                    count = self._prefetch
                rows = await self._within_bounds(connection, reply)
        except BaseException as error:
            # What it was waiting for has ended it, or is given up.
            self._end_watch(error)
            await self._fail()
            raise
        self._rows.extend(rows)
        self._watch.count(len(rows))
        if len(rows) < count:
            self._finish_rows()
            self._watch.end()
            await self._release()
        elif ahead:
            self._ahead = self._engine.fetch(self._prefetch)

    async def _within_bounds(self, connection: Connection, reply: _engine.Reply) -> list[Record]:
        if self._timeout is None and connection._command_timeout is None:
            rows: list[Record] = await reply
        else:
            async with connection._bounded(self._timeout):
                rows = await reply
        return rows

    def _new_watch(self, connection: Connection) -> Stopwatch:
        seconds = connection._command_timeout if self._timeout is None else self._timeout
        return Stopwatch(connection._engine, self._sql, self._arguments, seconds)

    def _end_watch(self, error: BaseException | None = None) -> None:
        if self._watch is not None:
            self._watch.end(error)

    async def _fail(self) -> None:
        engine, opened = self._engine, not self._ended
        self._finish()
        if engine is not None and opened:
            engine.abandon()
        await self._release()

    def _finish(self) -> None:
        self._rows.clear()
        self._finish_rows()

    def _finish_rows(self) -> None:
        self._ended = True
        self._ahead = None

    # Where the connection comes from, and goes.

    async def _acquire(self) -> Connection:
        if self._connection is None:
            raise InterfaceError("the cursor is closed")
        return self._connection

    async def _release(self) -> None:
        """Let the connection go."""

    def _release_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        """As `_release`, on any thread, and where nothing can be waited for."""


class PoolCursor(Cursor):
    """What `Pool.cursor` gives: a cursor that has a connection while it is open."""

    __slots__ = ("_pool",)

    def __init__(
        self,
        pool: Pool,
        sql: str,
        arguments: tuple[object, ...],
        *,
        prefetch: int | None,
        timeout: float | None,
    ) -> None:
        super().__init__(None, sql, arguments, prefetch=prefetch, timeout=timeout)
        self._pool = pool

    async def _acquire(self) -> Connection:
        if self._connection is None:
            self._connection = await self._pool.acquire()
        return self._connection

    async def _release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._pool.release(connection)

    def _release_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            loop.call_soon_threadsafe(give_back, self._pool, connection)
