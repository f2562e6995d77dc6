"""Connections of a pool for a while: what `Pool.acquire` and `Pool.transaction` give."""

from __future__ import annotations

from collections.abc import Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any

from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.transaction import Isolation, Transaction

if TYPE_CHECKING:
    from data_bridge.postgres.connection import Connection
    from data_bridge.postgres.pool import Pool

__all__ = ["Acquisition", "PoolTransaction"]


class Acquisition:
    """What `Pool.acquire` gives: to be awaited, or used in `async with`."""

    __slots__ = ("_connection", "_pool", "_timeout")

    def __init__(self, pool: Pool, timeout: float | None) -> None:
        self._pool = pool
        self._timeout = timeout
        self._connection: Connection | None = None

    async def _acquire(self) -> Connection:
        if self._connection is not None:
            raise InterfaceError("an acquisition is entered once: call acquire() again")
        connection = await self._pool._take_set_up(self._timeout)
        self._pool._acquired.add(connection._engine)
        return connection

    def __await__(self) -> Generator[Any, None, Connection]:
        return self._acquire().__await__()

    async def __aenter__(self) -> Connection:
        self._connection = await self._acquire()
        return self._connection

    async def __aexit__(self, *exc_info: object) -> None:
        # It may have been released by hand meanwhile.
        if self._connection is not None and self._connection._engine in self._pool._acquired:
            await self._pool.release(self._connection)
        self._connection = None


class PoolTransaction:
    """What `Pool.transaction` gives, for `async with`."""

    __slots__ = ("_acquisition", "_options", "_transaction")

    def __init__(
        self, pool: Pool, isolation: Isolation | None, readonly: bool, deferrable: bool
    ) -> None:
        self._acquisition = pool.acquire()
        self._options = (isolation, readonly, deferrable)
        self._transaction: Transaction | None = None

    async def __aenter__(self) -> Connection:
        connection = await self._acquisition.__aenter__()
        isolation, readonly, deferrable = self._options
        self._transaction = connection.transaction(
            isolation=isolation, readonly=readonly, deferrable=deferrable
        )
        try:
            return await self._transaction.__aenter__()
        except BaseException:
            await self._acquisition.__aexit__()
            raise

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if self._transaction is not None:
                await self._transaction.__aexit__(exc_type, exc, traceback)
        finally:
            await self._acquisition.__aexit__()
