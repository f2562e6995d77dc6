"""Transactions for threads."""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING

from data_bridge.postgres.errors import Error, InterfaceError
from data_bridge.postgres.transaction import Isolation, Plan, plan

if TYPE_CHECKING:
    from data_bridge.postgres.sync.connection import Connection

__all__ = ["Transaction"]


class Transaction:
    """What `Connection.transaction` gives; a context manager, used once."""

    __slots__ = ("_connection", "_deferrable", "_isolation", "_plan", "_readonly")

    def __init__(
        self,
        connection: Connection,
        *,
        isolation: Isolation | None,
        readonly: bool,
        deferrable: bool,
    ) -> None:
        self._connection = connection
        self._isolation = isolation
        self._readonly = readonly
        self._deferrable = deferrable
        self._plan: Plan | None = None

    def __enter__(self) -> Connection:
        connection = self._connection
        if self._plan is not None:
            raise InterfaceError("a transaction is entered once: make a new one")
        inside = connection.is_in_transaction()
        self._plan = plan(
            inside=inside,
            number=connection._next_savepoint(),
            isolation=self._isolation,
            readonly=self._readonly,
            deferrable=self._deferrable,
        )
        try:
            connection.execute(self._plan.begin)
        except BaseException:
            # Given up, it may have been carried out all the same.
            if not inside:
                self._unwind()
            raise
        return connection

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        connection = self._connection
        if self._plan is None:
            raise InterfaceError("a transaction must be entered before it is left")
        if connection.is_closed() and exc_type is not None:
            return
        try:
            if exc_type is None:
                self._plan.check_committed(connection.execute(self._plan.commit))
            else:
                connection.execute(self._plan.rollback)
        except BaseException:
            self._unwind()
            raise

    def _unwind(self) -> None:
        """Leave no transaction open that nobody is in, however its begin or end was given up."""
        connection = self._connection
        if self._plan is not None and not connection.is_closed() and connection.is_in_transaction():
            # What went wrong before says more than what goes wrong now.
            with suppress(Error):
                connection.execute(self._plan.rollback)
