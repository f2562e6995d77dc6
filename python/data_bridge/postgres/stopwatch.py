"""The time of what is waited for in several steps, and who is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import Context, copy_context
from time import perf_counter
from typing import Self

from data_bridge.postgres.bound import BOUND
from data_bridge.postgres.observation import Observed, Observers

__all__ = ["Stopwatch", "watched"]


class Stopwatch:
    """A COPY, a cursor or an `executemany` in pieces, as its observers are told of it: once.

    Each step is a `with`. What the program does between two of them is not the server's time.

    Args:
        engine: The connection that it uses.
        sql: The statement, without its arguments.
        arguments: For loggers that asked for them.
        timeout: Seconds that it, or each step, was given; the current bound's when None.
        many: Whether its tag is only that of the last of many executions.
    """

    __slots__ = (
        "_arguments",
        "_context",
        "_many",
        "_observers",
        "_seconds",
        "_sql",
        "_started",
        "_timeout",
        "result",
    )

    def __init__(
        self,
        engine: Observed,
        sql: str,
        arguments: object = None,
        timeout: float | None = None,
        *,
        many: bool = False,
    ) -> None:
        self._observers: Observers | None = engine.observer
        self._sql = sql
        self._arguments = arguments
        self._timeout = timeout
        self._many = many
        self._seconds = 0.0
        self._started = 0.0
        #: What it has given so far: a tag, or how many rows.
        self.result: str | int | None = None
        # In the context of who began it: spans find their parent there.
        self._context: Context | None = None if self._observers is None else copy_context()

    def __enter__(self) -> Self:
        self._started = perf_counter()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._seconds += perf_counter() - self._started

    def count(self, rows: int) -> None:
        """It has given so many rows more."""
        self.result = rows + (self.result if isinstance(self.result, int) else 0)

    def end(self, error: BaseException | None = None) -> None:
        """Tell of it; nothing when that was done."""
        observers, self._observers = self._observers, None
        context, self._context = self._context, None
        if observers is None or context is None:
            return
        bound = BOUND.get()
        if isinstance(error, asyncio.CancelledError) and bound is not None and bound.expired():
            error = bound.error()
        timeout = self._timeout
        if timeout is None and bound is not None:
            timeout = bound.seconds
        kind = "portions"
        if isinstance(self.result, str):
            kind = "executions" if self._many else "status"
        context.run(
            observers.ended,
            self._sql,
            kind,
            self._arguments,
            self._seconds,
            timeout,
            self.result,
            error,
        )


@contextmanager
def watched(
    engine: Observed,
    sql: str,
    arguments: object = None,
    timeout: float | None = None,
    *,
    many: bool = False,
) -> Generator[Stopwatch]:
    """A stopwatch for what is one step; who uses it says what it gave."""
    watch = Stopwatch(engine, sql, arguments, timeout, many=many)
    try:
        with watch:
            yield watch
    except BaseException as error:
        watch.end(error)
        raise
    watch.end()
