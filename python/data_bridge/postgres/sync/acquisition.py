"""Connections of a pool for a while: what `Pool.acquire` and `Pool.transaction` give."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.sync.transaction import Transaction
from data_bridge.postgres.transaction import Isolation

if TYPE_CHECKING:
    from data_bridge.postgres.sync.connection import Connection
    from data_bridge.postgres.sync.pool import Pool

__all__ = ["Acquisition", "PoolTransaction", "give_back", "take"]


def take(pool: Pool, timeout: float | None = None) -> Connection:
    """A connection until `give_back`."""
    member = pool._take(timeout)
    pool._acquired[member.engine] = member
    return member.connection


def give_back(pool: Pool, connection: Connection) -> bool:
    """Take back a connection, unusable from now on; false when that was done already."""
    member = pool._acquired.pop(connection._engine, None)
    if member is None:
        return False
    member.connection = connection._succeed()
    pool._give_back(member)
    return True


class Acquisition:
    """What `Pool.acquire` gives, for `with`."""

    __slots__ = ("_connection", "_pool", "_timeout")

    def __init__(self, pool: Pool, timeout: float | None) -> None:
        self._pool = pool
        self._timeout = timeout
        self._connection: Connection | None = None

    def __enter__(self) -> Connection:
        if self._connection is not None:
            raise InterfaceError("an acquisition is entered once: call acquire() again")
        self._connection = connection = take(self._pool, self._timeout)
        return connection

    def __exit__(self, *exc_info: object) -> None:
        connection, self._connection = self._connection, None
        # It may have been released by hand meanwhile.
        if connection is not None:
            give_back(self._pool, connection)


class PoolTransaction:
    """What `Pool.transaction` gives, for `with`."""

    __slots__ = ("_connection", "_options", "_pool", "_transaction")

    def __init__(
        self, pool: Pool, isolation: Isolation | None, readonly: bool, deferrable: bool
    ) -> None:
        self._pool = pool
        self._options = (isolation, readonly, deferrable)
        self._connection: Connection | None = None
        self._transaction: Transaction | None = None

    def __enter__(self) -> Connection:
        if self._connection is not None:
            raise InterfaceError("a transaction is entered once: make a new one")
        self._connection = connection = take(self._pool)
        try:
            self._transaction = Transaction(connection, *self._options)
            return self._transaction.__enter__()
        except BaseException:
            self._connection = None
            give_back(self._pool, connection)
            raise

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        connection, self._connection = self._connection, None
        try:
            if self._transaction is not None:
                self._transaction.__exit__(exc_type, exc, traceback)
        finally:
            if connection is not None:
                give_back(self._pool, connection)
