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

__all__ = ["Acquisition", "PoolTransaction", "give_back", "take", "take_at_once"]


def take_at_once(pool: Pool) -> Connection | None:
    """A connection until `give_back`, if one is free."""
    connection = pool._take_ready()
    if connection is not None:
        pool._acquired.add(connection._engine)
    return connection


async def take(pool: Pool, timeout: float | None = None) -> Connection:
    """The same, waiting for one."""
    connection = await pool._take_set_up(timeout)
    pool._acquired.add(connection._engine)
    return connection


def give_back(pool: Pool, connection: Connection) -> bool:
    """Take back a connection, unusable from now on; false when that was done already."""
    engine = connection._engine
    if engine not in pool._acquired:
        return False
    pool._acquired.remove(engine)
    successor = connection._succeed()
    if engine in pool._connections:
        pool._connections[engine] = successor
    pool._give_back(successor)
    return True


class Acquisition:
    """What `Pool.acquire` gives: to be awaited, or used in `async with`."""

    __slots__ = ("_connection", "_pool", "_timeout")

    def __init__(self, pool: Pool, timeout: float | None) -> None:
        self._pool = pool
        self._timeout = timeout
        self._connection: Connection | None = None

    async def _acquire(self) -> Connection:
        connection = await self.__aenter__()
        self._connection = None
        return connection

    def __await__(self) -> Generator[Any, None, Connection]:
        return self._acquire().__await__()

    async def __aenter__(self) -> Connection:
        if self._connection is not None:
            raise InterfaceError("an acquisition is entered once: call acquire() again")
        connection = take_at_once(self._pool)
        if connection is None:
            connection = await take(self._pool, self._timeout)
        self._connection = connection
        return connection

    async def __aexit__(self, *exc_info: object) -> None:
        connection, self._connection = self._connection, None
        # It may have been released by hand meanwhile.
        if connection is not None:
            give_back(self._pool, connection)


class PoolTransaction:
    """What `Pool.transaction` gives, for `async with`."""

    __slots__ = ("_connection", "_options", "_pool", "_transaction")

    def __init__(
        self, pool: Pool, isolation: Isolation | None, readonly: bool, deferrable: bool
    ) -> None:
        self._pool = pool
        self._options = (isolation, readonly, deferrable)
        self._connection: Connection | None = None
        self._transaction: Transaction | None = None

    async def __aenter__(self) -> Connection:
        if self._connection is not None:
            raise InterfaceError("a transaction is entered once: make a new one")
        connection = take_at_once(self._pool)
        if connection is None:
            connection = await take(self._pool)
        self._connection = connection
        try:
            self._transaction = Transaction(connection, *self._options)
            return await self._transaction.__aenter__()
        except BaseException:
            self._release()
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
            self._release()

    def _release(self) -> None:
        connection, self._connection = self._connection, None
        # It may have been released by hand meanwhile.
        if connection is not None:
            give_back(self._pool, connection)
