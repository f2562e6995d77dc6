"""Transactions: BEGIN and COMMIT, and savepoints inside them.

BEGIN, or SAVEPOINT, is sent along with the first statement inside, in one write and before the same
Sync: it costs no round trip, a block without a statement nothing at all, and should it fail then
the statement is not run.
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Literal

from data_bridge.postgres import errors
from data_bridge.postgres.errors import InterfaceError, PostgresError, server_error

if TYPE_CHECKING:
    from data_bridge.postgres.connection import Connection
    from data_bridge.postgres.sync.connection import Connection as SyncConnection

__all__ = ["Entry", "Isolation", "Plan", "Transaction", "plan"]

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
            raise rolled_back()

    def check_opened(self, state: str, exc_type: type[BaseException] | None) -> bool:
        """Whether there is something to end; if the block ends in order, it must have begun."""
        if state == "failed" and exc_type is None:
            raise rolled_back()
        return state == "sent"

    def outcome(self, error: BaseException) -> PostgresError | None:
        """What a connection that was lost during COMMIT means: nobody knows what became of it."""
        if self.commit != "COMMIT" or not isinstance(error, PostgresError):
            return None
        return server_error(
            sqlstate="08007",
            message="the connection was lost during COMMIT: whether the transaction was "
            f"committed is not known ({error})",
            severity="FATAL",
        )


def rolled_back() -> errors.InFailedSQLTransactionError:
    """What a transaction is told that ends in order and could not commit."""
    return errors.InFailedSQLTransactionError(
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


#: That of a transaction without options.
_PLAIN = plan(inside=False, number=0, isolation=None, readonly=False, deferrable=False)


class Entry:
    """What transactions of both kinds know: their options, and once entered their statements."""

    __slots__ = ("_opening", "_options", "_plan")

    def __init__(self, isolation: Isolation | None, readonly: bool, deferrable: bool) -> None:
        self._options = (
            (isolation, readonly, deferrable)
            if isolation is not None or readonly or deferrable
            else None
        )
        self._plan: Plan | None = None
        #: The number of the begin, or the savepoint, in the engine.
        self._opening = 0

    def _check_new(self) -> None:
        if self._plan is not None:
            raise InterfaceError("a transaction is entered once: make a new one")

    def _enter(self, connection: Connection | SyncConnection, *, inside: bool) -> Plan:
        self._plan = _PLAIN
        if inside or self._options is not None:
            isolation, readonly, deferrable = self._options or (None, False, False)
            self._plan = plan(
                inside=inside,
                number=connection._next_savepoint(),
                isolation=isolation,
                readonly=readonly,
                deferrable=deferrable,
            )
        return self._plan

    def _entered(self) -> Plan:
        if self._plan is None:
            raise InterfaceError("a transaction must be entered before it is left")
        return self._plan


class Transaction(Entry):
    """What `Connection.transaction` gives; an async context manager, used once."""

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

    async def __aenter__(self) -> Connection:
        connection = self._connection
        self._check_new()
        if connection._unwinding:
            await connection._unwound()
        engine = connection._engine
        status = engine.transaction_status
        plan = self._enter(connection, inside=status != "idle")
        if status == "failed":
            # Refused, it says what is the matter before the block begins.
            await connection.execute(plan.begin)
        self._opening = engine.open(plan.begin)
        return connection

    async def __aexit__(
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
                # A lost connection has rolled back at the server; its error says more than another.
                return
        elif not plan.check_opened(engine.settle_opening(self._opening), exc_type):
            return
        if exc_type is GeneratorExit:
            # A coroutine that is thrown away cannot wait.
            connection._unwind(plan.rollback)
            return
        try:
            if exc_type is None:
                plan.check_committed(await connection.execute(plan.commit))
            else:
                await connection.execute(plan.rollback)
        except BaseException as error:
            if not was_closed and connection.is_closed() and exc_type is None:
                unknown = plan.outcome(error)
                if unknown is not None:
                    raise unknown from error
            if isinstance(error, PostgresError) and not engine.closed:
                # It may have been on its way still when the block ended.
                state = engine.settle_opening(self._opening)
                if not plan.check_opened(state, exc_type):
                    return
            # Whatever became of it: no transaction stays open that nobody is in.
            if not isinstance(error, PostgresError) or connection.is_in_transaction():
                connection._unwind(plan.rollback)
            raise
