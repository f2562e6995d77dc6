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

__all__ = ["Acquisition", "PoolTransaction"]


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
        connection = self._pool._take(self._timeout).connection
        self._pool._acquired.add(connection._engine)
        self._connection = connection
        return connection

    def __exit__(self, *exc_info: object) -> None:
        # It may have been released by hand meanwhile.
        if self._connection is not None and self._connection._engine in self._pool._acquired:
            self._pool.release(self._connection)
        self._connection = None


class PoolTransaction:
    """What `Pool.transaction` gives, for `with`."""

    __slots__ = ("_acquisition", "_options", "_transaction")

    def __init__(
        self, pool: Pool, isolation: Isolation | None, readonly: bool, deferrable: bool
    ) -> None:
        self._acquisition = pool.acquire()
        self._options = (isolation, readonly, deferrable)
        self._transaction: Transaction | None = None

    def __enter__(self) -> Connection:
        connection = self._acquisition.__enter__()
        isolation, readonly, deferrable = self._options
        try:
            self._transaction = connection.transaction(
                isolation=isolation, readonly=readonly, deferrable=deferrable
            )
            return self._transaction.__enter__()
        except BaseException:
            self._acquisition.__exit__()
            raise

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if self._transaction is not None:
                self._transaction.__exit__(exc_type, exc, traceback)
        finally:
            self._acquisition.__exit__()
