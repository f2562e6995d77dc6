"""What a COPY gives, piece by piece, to be iterated over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import TYPE_CHECKING, Generic, Self, TypeAlias, TypeVar

from data_bridge._engine import AsyncCopy
from data_bridge.postgres.stopwatch import Stopwatch

if TYPE_CHECKING:
    from data_bridge.postgres.connection import Connection

__all__ = ["Begun", "CopyStream", "Progress"]

Item = TypeVar("Item")

#: Told of the bytes, and the rows where they are known, that were copied so far.
Progress: TypeAlias = Callable[[int, int | None], object]

#: What makes items of a piece of data.
Decode: TypeAlias = Callable[[bytes], Sequence[Item]]

#: The command, the same as others may see it, and what makes items of its data.
Begun: TypeAlias = tuple[str, str, Decode[Item]]


class CopyStream(AsyncIterator[Item], Generic[Item]):
    """What a COPY gives, for `async for`, once; it begins with the first item.

    No more is read from the server than what is asked for. Who leaves it before its end ends it by
    `aclose`, or by `async with`; dropping the last reference to it does so, too. The connection is
    its own meanwhile: other tasks' statements wait; one of the task that iterates ends it.
    """

    __slots__ = (
        "_arguments",
        "_begin",
        "_connection",
        "_copy",
        "_counts",
        "_decode",
        "_items",
        "_lent",
        "_loop",
        "_over",
        "_progress",
        "_received",
        "_records",
        "_timeout",
        "_watch",
    )

    def __init__(
        self,
        lent: AbstractAsyncContextManager[Connection],
        begin: Callable[[Connection], Awaitable[Begun[Item]]],
        arguments: tuple[object, ...],
        timeout: float | None,
        progress: Progress | None,
        *,
        counts: bool,
    ) -> None:
        self._lent = lent
        self._begin = begin
        self._arguments = arguments
        self._watch: Stopwatch | None = None
        self._timeout = timeout
        self._progress = progress
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connection: Connection | None = None
        self._copy: AsyncCopy | None = None
        self._decode: Decode[Item] | None = None
        self._items: Iterator[Item] = iter(())
        self._received = 0
        self._records = 0
        #: Whether each item is a row; otherwise each message of the server's is.
        self._counts = counts
        self._over = False

    async def __anext__(self) -> Item:
        while True:
            for item in self._items:
                return item
            if self._over:
                raise StopAsyncIteration
            try:
                going = await self._more()
            except BaseException as error:
                if self._watch is not None:
                    self._watch.end(error)
                await self.aclose()
                raise
            if not going:
                await self.aclose()

    async def _more(self) -> bool:
        """Wait for the next piece; False at the end."""
        if self._connection is None:
            self._loop = asyncio.get_running_loop()
            self._connection = await self._lent.__aenter__()
        async with self._connection._bounded(self._timeout):
            if self._copy is None or self._decode is None or self._watch is None:
                sql, shown, self._decode = await self._begin(self._connection)
                engine = self._connection._engine
                self._watch = Stopwatch(engine, shown, self._arguments)
                self._copy = engine.copy(sql)
            with self._watch:
                going = await self._copy.wait()
                if not going:
                    self._watch.result = await self._copy.result
                    return False
        if (piece := self._copy.read()) is not None:
            items = self._decode(piece)
            self._received += len(piece)
            self._records += len(items)
            if self._counts:
                self._watch.result = self._records
            if self._progress is not None:
                rows = self._records if self._counts else self._copy.pieces
                self._progress(self._received, rows)
            self._items = iter(items)
        return True

    async def aclose(self) -> None:
        """End it; nothing when it has ended."""
        self._over = True
        self._items = iter(())
        if self._watch is not None:
            self._watch.end()
        if self._copy is not None:
            self._copy.abandon()
            self._copy = None
        if self._connection is not None:
            self._connection = None
            await self._lent.__aexit__(None, None, None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    def __del__(self) -> None:
        if self._connection is None or self._loop is None:
            return
        copy, lent, loop, watch = self._copy, self._lent, self._loop, self._watch

        def leave() -> None:
            if watch is not None:
                watch.end()
            if copy is not None:
                copy.abandon()
            loop.create_task(_leave(lent))

        # The collector runs on any thread, and in the midst of anything. A loop that was closed
        # has nobody left to serve.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(leave)


async def _leave(lent: AbstractAsyncContextManager[Connection]) -> None:
    await lent.__aexit__(None, None, None)
