"""A bound in time for a statement."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import TypeVar

from data_bridge.postgres.errors import QueryTimeoutError

__all__ = ["BOUND", "Bound"]

T = TypeVar("T")

#: The bound that the current statement is in: who observes it says so.
BOUND: ContextVar[Bound | None] = ContextVar("BOUND", default=None)


class Bound:
    """`asyncio.timeout` with an error that says what took too long."""

    __slots__ = ("_timeout", "_token", "_what", "seconds")

    def __init__(self, seconds: float | None, what: str = "the statement did not end") -> None:
        self.seconds = seconds
        self._what = what
        self._timeout = asyncio.timeout(seconds)

    def around(self, function: Callable[..., T], *args: object, **keywords: object) -> T:
        """Call what begins the statement, where that is done before it is waited for."""
        token = BOUND.set(self)
        try:
            return function(*args, **keywords)
        finally:
            BOUND.reset(token)

    async def __aenter__(self) -> None:
        self._token: Token[Bound | None] = BOUND.set(self)
        await self._timeout.__aenter__()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        BOUND.reset(self._token)
        try:
            await self._timeout.__aexit__(exc_type, exc, traceback)
        except TimeoutError:
            # Only this bound's own end arrives here: it has turned the cancellation into it.
            raise self.error() from None

    def expired(self) -> bool:
        """Whether it is over."""
        return self._timeout.expired()

    def error(self) -> QueryTimeoutError:
        """What it ends with when it is over."""
        return QueryTimeoutError(f"{self._what} within {self.seconds} s")
