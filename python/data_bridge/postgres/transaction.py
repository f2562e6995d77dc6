"""Transactions: BEGIN and COMMIT, and savepoints inside them."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Literal

from data_bridge.postgres.errors import InFailedSQLTransactionError, InterfaceError, PostgresError

if TYPE_CHECKING:
    from data_bridge.postgres.connection import Connection

__all__ = ["Isolation", "Plan", "Transaction", "plan"]

Isolation = Literal["read_committed", "read_uncommitted", "repeatable_read", "serializable"]

_LEVELS = {
    "read_committed": "READ COMMITTED",
    "read_uncommitted": "READ UNCOMMITTED",
    "repeatable_read": "REPEATABLE READ",
    "serializable": "SERIALIZABLE",
}


class Plan:
    """The statements of one transaction, or of one savepoint."""

    __slots__ = ("begin", "commit", "rollback")

    def __init__(self, begin: str, commit: str, rollback: str) -> None:
        self.begin = begin
        self.commit = commit
        self.rollback = rollback

    def check_committed(self, tag: str) -> None:
        """A COMMIT that the server answered with a ROLLBACK did not commit: say so."""
        if self.commit == "COMMIT" and tag == "ROLLBACK":
            raise InFailedSQLTransactionError(
                "the transaction was rolled back, not committed: a statement in it had failed, "
                "and the error was caught inside"
            )


def plan(
    *,
    inside: bool,
    number: int,
    isolation: str | None,
    readonly: bool,
    deferrable: bool,
) -> Plan:
    """The statements for a transaction, or for the savepoint `number` inside of one.

    Raises:
        InterfaceError: An unknown isolation level, or options that only a whole transaction has.
    """
    if isolation is not None and isolation not in _LEVELS:
        known = ", ".join(_LEVELS)
        raise InterfaceError(f"unknown isolation {isolation!r}: it is one of {known}")
    if inside:
        if isolation is not None or readonly or deferrable:
            raise InterfaceError(
                "isolation, readonly and deferrable belong to the outermost transaction: "
                "one is open already, and a savepoint has none of its own"
            )
        name = f"data_bridge_{number}"
        return Plan(
            f"SAVEPOINT {name}",
            f"RELEASE SAVEPOINT {name}",
            f"ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}",
        )
    options = []
    if isolation is not None:
        options.append(f"ISOLATION LEVEL {_LEVELS[isolation]}")
    if readonly:
        options.append("READ ONLY")
    if deferrable:
        options.append("DEFERRABLE")
    return Plan(" ".join(["BEGIN", ", ".join(options)]).rstrip(), "COMMIT", "ROLLBACK")


class Transaction:
    """What `Connection.transaction` gives; an async context manager, used once."""

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

    async def __aenter__(self) -> Connection:
        connection = self._connection
        if self._plan is not None:
            raise InterfaceError("a transaction is entered once: make a new one")
        await connection._unwound()
        inside = connection.is_in_transaction()
        self._plan = plan(
            inside=inside,
            number=connection._next_savepoint(),
            isolation=self._isolation,
            readonly=self._readonly,
            deferrable=self._deferrable,
        )
        try:
            await connection.execute(self._plan.begin)
        except PostgresError:
            raise
        except BaseException:
            # Given up, it may be carried out all the same; a savepoint too many is no harm.
            if not inside:
                connection._unwind(self._plan.rollback)
            raise
        return connection

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        connection = self._connection
        if self._plan is None:
            raise InterfaceError("a transaction must be entered before it is left")
        if connection.is_closed() and exc_type is not None:
            # A lost connection has rolled back at the server; its error says more than another.
            return
        if exc_type is GeneratorExit:
            # A coroutine that is thrown away cannot wait.
            connection._unwind(self._plan.rollback)
            return
        try:
            if exc_type is None:
                self._plan.check_committed(await connection.execute(self._plan.commit))
            else:
                await connection.execute(self._plan.rollback)
        except BaseException as error:
            # Whatever became of it: no transaction stays open that nobody is in.
            if not isinstance(error, PostgresError) or connection.is_in_transaction():
                connection._unwind(self._plan.rollback)
            raise
