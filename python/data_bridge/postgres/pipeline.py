"""Statements that are sent together, without waiting for each other's answers."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from data_bridge._engine import Record, Reply
from data_bridge.postgres.bound import Bound
from data_bridge.postgres.errors import InterfaceError

if TYPE_CHECKING:
    from data_bridge.postgres.connection import Connection
    from data_bridge.postgres.pool import Pool

__all__ = ["Pipeline", "PipelineResult", "PoolPipeline"]

T = TypeVar("T")


class PipelineResult(Generic[T]):
    """What a statement of a pipeline gives: to be awaited, at once or later."""

    __slots__ = ("_reply", "_seen")

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self._seen = False

    def __await__(self) -> Generator[Any, None, T]:
        self._seen = True
        return self._reply.__await__()

    def result(self) -> T:
        """The result, once the pipeline's block has been left.

        Raises:
            PostgresError: The statement failed.
            InterfaceError: It has not been answered yet.
        """
        if not self._reply.done():
            raise InterfaceError("the statement is not answered yet: await it")
        self._seen = True
        result: T = self._reply.result()
        return result


class Pipeline:
    """What `Connection.pipeline` gives, for `async with`.

    Each statement is sent as it is called, all of one turn of the event loop in one write. Outside
    a transaction each stands for itself: the failure of one does not touch the others. Inside one
    those behind a failure fail, too.

    They are carried out in the order of the calls. One that is new to the connection is prepared
    first, and those behind it wait for that: a round trip, the first time.

    Leaving the block waits for all answers. An error that nobody has seen by then, by awaiting
    its result, is raised: the first one. When the block itself is left by an exception, that one
    goes on, the statements called so far are carried out; a cancellation gives up what is left.
    """

    __slots__ = ("_connection", "_results", "_timeout")

    def __init__(self, connection: Connection | None, timeout: float | None) -> None:
        self._connection = connection
        self._timeout = timeout
        self._results: list[PipelineResult[Any]] = []

    def execute(self, sql: str, *args: object) -> PipelineResult[str]:
        """Run a statement; it gives the command's tag. See `Connection.execute`."""
        return self._add("execute", sql, args or None)

    def executemany(self, sql: str, rows: Iterable[Iterable[object]]) -> PipelineResult[str]:
        """Run a statement once for each row of arguments; see `Connection.executemany`."""
        return self._add("executemany", sql, rows if isinstance(rows, list) else list(rows))

    def fetch(self, sql: str, *args: object) -> PipelineResult[list[Record]]:
        """Run a statement; it gives all its rows."""
        return self._add("fetch", sql, args)

    def fetchrow(self, sql: str, *args: object) -> PipelineResult[Record | None]:
        """Run a statement; it gives its first row, or None."""
        return self._add("fetchrow", sql, args)

    def fetchval(self, sql: str, *args: object, column: int = 0) -> PipelineResult[Any]:
        """Run a statement; it gives one value of its first row, or None."""
        return self._add("fetchval", sql, args, column)

    def _add(self, name: str, *arguments: object) -> PipelineResult[Any]:
        if self._connection is None:
            raise InterfaceError("a pipeline is used inside its `async with`, and once")
        engine = self._connection._engine
        engine.ordered = True
        try:
            result: PipelineResult[Any] = PipelineResult(getattr(engine, name)(*arguments))
        finally:
            engine.ordered = False
        self._results.append(result)
        return result

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        connection, self._connection = self._connection, None
        if exc is not None and not isinstance(exc, Exception):
            self._give_up()
            return
        seconds = self._timeout
        if seconds is None and connection is not None:
            seconds = connection._command_timeout
        async with Bound(seconds, "the statements of the pipeline did not end"):
            unseen = await self._finish()
        if unseen is not None and exc is None:
            raise unseen

    async def _finish(self) -> BaseException | None:
        """Wait for all answers; give the first error that nobody has seen."""
        unseen: BaseException | None = None
        for result in self._results:
            reply = result._reply
            try:
                await reply
            except BaseException as error:
                if not reply.done() or reply.cancelled():
                    if not result._seen:
                        self._give_up()
                        raise
                elif not result._seen:
                    unseen = unseen or error
        return unseen

    def _give_up(self) -> None:
        for result in self._results:
            result._reply.cancel()


class PoolPipeline(Pipeline):
    """What `Pool.pipeline` gives: a pipeline on a connection of its own."""

    __slots__ = ("_acquisition",)

    def __init__(self, pool: Pool, timeout: float | None) -> None:
        super().__init__(None, timeout)
        self._acquisition = pool.acquire()

    async def __aenter__(self) -> Self:
        self._connection = await self._acquisition.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await super().__aexit__(exc_type, exc, traceback)
        finally:
            await self._acquisition.__aexit__()
