"""Transactions for threads."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from data_bridge.postgres.errors import InterfaceError
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
        self._plan = plan(
            inside=connection.is_in_transaction(),
            number=connection._next_savepoint(),
            isolation=self._isolation,
            readonly=self._readonly,
            deferrable=self._deferrable,
        )
        connection.execute(self._plan.begin)
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
        if exc_type is None:
            self._plan.check_committed(connection.execute(self._plan.commit))
        elif not connection.is_closed():
            connection.execute(self._plan.rollback)
