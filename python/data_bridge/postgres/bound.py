"""A bound in time for a statement."""

from __future__ import annotations

import asyncio
from types import TracebackType

from data_bridge.postgres.errors import QueryTimeoutError

__all__ = ["Bound"]


class Bound:
    """`asyncio.timeout` with an error that says what took too long."""

    __slots__ = ("_seconds", "_timeout", "_what")

    def __init__(self, seconds: float | None, what: str = "the statement did not end") -> None:
        self._seconds = seconds
        self._what = what
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await self._timeout.__aexit__(exc_type, exc, traceback)
        except TimeoutError:
            # Only this bound's own end arrives here: it has turned the cancellation into it.
            raise QueryTimeoutError(f"{self._what} within {self._seconds} s") from None
