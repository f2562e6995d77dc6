"""Transactions for threads."""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING

from data_bridge.postgres.errors import Error
from data_bridge.postgres.transaction import Entry, Isolation

if TYPE_CHECKING:
    from data_bridge.postgres.sync.connection import Connection

__all__ = ["Transaction"]


class Transaction(Entry):
    """What `Connection.transaction` gives; a context manager, used once."""

    __slots__ = ("_connection",)

    def __init__(
        self,
        connection: Connection,
        isolation: Isolation | None,
        readonly: bool,
        deferrable: bool,
    ) -> None:
        super().__init__(isolation, readonly, deferrable)
        self._connection = connection

    def __enter__(self) -> Connection:
        connection = self._connection
        self._check_new()
        engine = connection._engine
        status = engine.transaction_status
        plan = self._enter(connection, inside=status != "idle")
        if status == "failed":
            # Refused, it says what is the matter before the block begins.
            connection.execute(plan.begin)
        self._opening = engine.open(plan.begin)
        return connection

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        connection = self._connection
        engine = connection._engine
        plan = self._entered()
        was_closed = engine.closed
        if was_closed:
            if exc_type is not None:
                return
        elif not plan.check_opened(engine.settle_opening(self._opening), exc_type):
            return
        try:
            if exc_type is None:
                plan.check_committed(connection.execute(plan.commit))
            else:
                connection.execute(plan.rollback)
        except BaseException as error:
            if not was_closed and connection.is_closed() and exc_type is None:
                unknown = plan.outcome(error)
                if unknown is not None:
                    raise unknown from error
            self._unwind()
            raise

    def _unwind(self) -> None:
        """Leave no transaction open that nobody is in, however its begin or end was given up."""
        connection = self._connection
        if self._plan is not None and not connection.is_closed() and connection.is_in_transaction():
            # What went wrong before says more than what goes wrong now.
            with suppress(Error):
                connection.execute(self._plan.rollback)
