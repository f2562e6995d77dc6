"""Statements that are sent together, for threads."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from data_bridge._engine import Record
from data_bridge.postgres.errors import InterfaceError

if TYPE_CHECKING:
    from data_bridge.postgres.sync.connection import Connection

__all__ = ["Pipeline", "PipelineResult"]

T = TypeVar("T")


class PipelineResult(Generic[T]):
    """What a statement of a pipeline gives, once the pipeline's block has been left."""

    __slots__ = ("_done", "_error", "_value")

    def __init__(self) -> None:
        self._done = False
        self._value: Any = None
        self._error: BaseException | None = None

    def result(self) -> T:
        """The result.

        Raises:
            PostgresError: The statement failed.
            InterfaceError: It has not been answered: the block has not been left, or was left by
                an exception.
        """
        if not self._done:
            raise InterfaceError("the statement is not answered yet: leave the pipeline's block")
        if self._error is not None:
            raise self._error
        value: T = self._value
        return value


class Pipeline:
    """What `Connection.pipeline` gives, for `with`.

    The statements are sent together when the block is left, and their results are there then.
    Outside a transaction each stands for itself: the failure of one does not touch the others.
    Inside one those behind a failure fail, too.

    A statement that is new to the connection is prepared first: it is then carried out behind
    those after it that are known already. What needs what another one did belongs into another
    pipeline.

    Leaving the block raises the first error; the results of the others can be asked for all the
    same. When the block itself is left by an exception, nothing is sent.
    """

    __slots__ = ("_connected", "_connection", "_results", "_statements", "_timeout")

    def __init__(
        self, connected: AbstractContextManager[Connection], timeout: float | None
    ) -> None:
        self._connected = connected
        self._connection: Connection | None = None
        self._timeout = timeout
        self._statements: list[tuple[str, str, Any, int]] = []
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

    def _add(self, kind: str, sql: str, args: Any, column: int = 0) -> PipelineResult[Any]:
        if self._connection is None:
            raise InterfaceError("a pipeline is used inside its `with`, and once")
        self._statements.append((kind, sql, args, column))
        result: PipelineResult[Any] = PipelineResult()
        self._results.append(result)
        return result

    def __enter__(self) -> Self:
        self._connection = self._connected.__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        connection, self._connection = self._connection, None
        try:
            if connection is not None and exc is None:
                self._send(connection)
        finally:
            self._connected.__exit__(exc_type, exc, traceback)

    def _send(self, connection: Connection) -> None:
        seconds = connection._seconds(self._timeout)
        answers = connection._engine.pipeline(self._statements, seconds)
        failed: BaseException | None = None
        for result, (value, error) in zip(self._results, answers, strict=True):
            result._done, result._value, result._error = True, value, error
            failed = failed or error
        if failed is not None:
            raise failed
