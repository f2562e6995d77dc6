"""The one database of the ORM: `init`, `close`, `transaction`, and what its statements run on."""

from collections.abc import Callable
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from data_bridge.postgres.connection import Connection
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.pool import Pool, create_pool
from data_bridge.postgres.transaction import Isolation

_pool: Pool | None = None

#: What options of `create_pool` are called by `init`.
_NAMES_HERE = {"min_size": "min_connections", "max_size": "max_connections"}


class _Scope:
    """A transaction that is under way.

    Attributes:
        connection: the one it is on; None when it is over.
        nested: whether a savepoint is open in it: what else runs on the connection is part of that.
        undo: how to put back the instances that it stored or deleted.
    """

    __slots__ = ("connection", "nested", "undo")

    def __init__(self, connection: Connection) -> None:
        self.connection: Connection | None = connection
        self.nested = False
        self.undo: list[Callable[[], None]] = []


# Tasks started inside a transaction inherit it, as they inherit every context variable.
_scope: ContextVar[_Scope | None] = ContextVar("data_bridge_transaction", default=None)


async def init(
    dsn: str | None = None, min_connections: int = 2, max_connections: int = 10, **options: Any
) -> None:
    """Open the pool on which models work from now on.

    Args:
        dsn: where the database is, as `postgresql://user:password@host:port/database`; what it
            leaves open comes from the PG* environment variables.
        min_connections: connections opened at once.
        max_connections: connections open at most.
        options: further arguments of `create_pool`; not its `min_size` and `max_size`.

    Raises:
        InterfaceError: a pool is open already.
        TypeError: there is no such option.
        PostgresError: the server refused the connection, or there is none.
    """
    global _pool  # noqa: PLW0603 (the one database of the ORM)
    if _pool is not None:
        raise InterfaceError("init() was called already: call close() first")
    for name, ours in _NAMES_HERE.items():
        if name in options:
            raise TypeError(f"there is no option {name!r} of init(); did you mean {ours!r}?")
    pool = await create_pool(dsn, min_size=min_connections, max_size=max_connections, **options)
    if _pool is not None:
        await pool.close()
        raise InterfaceError("init() was called twice at once")
    _pool = pool


async def close() -> None:
    """Close the pool that `init` opened. Without one this does nothing."""
    global _pool
    pool, _pool = _pool, None
    if pool is not None:
        await pool.close()


def executor() -> Pool | Connection:
    """Give what a statement runs on: the current transaction's connection, or else the pool.

    Raises:
        InterfaceError: there is no pool; or the transaction in which the task was started is over;
            or another task of it is inside a nested one.
    """
    scope = _scope.get()
    if scope is None:
        if _pool is None:
            raise InterfaceError("not connected: call `await init(dsn)` before using models")
        return _pool
    if scope.connection is None:
        raise InterfaceError(
            "the transaction in which this task was started has ended; a task that outlives it"
            " is started outside, or with context=contextvars.Context()"
        )
    if scope.nested:
        raise InterfaceError(
            "another task is inside a nested transaction on this connection: what this task does"
            " now would be undone with it; let one wait for the other"
        )
    return scope.connection


def on_rollback(undo: Callable[[], None]) -> None:
    """In a transaction, remember how to put instances back should it not be committed."""
    scope = _scope.get()
    if scope is not None:
        scope.undo.append(undo)


class transaction:  # noqa: N801 (it is called as a function is)
    """A transaction, for `async with`: models inside work on its one connection, which it gives.

    It is committed at the end of the block, or rolled back where that is left by an exception;
    instances that were saved or deleted inside are then as new, changed or loaded as before.
    Inside another transaction it is a savepoint.

    Tasks that are started inside work in the same transaction, on the same connection, but not
    while one of them is inside a nested transaction: they get an InterfaceError then.

    Args:
        isolation: "read_committed", "repeatable_read", "serializable"; None: the server's choice.
        readonly: refuse to write.
        deferrable: wait for a snapshot that cannot fail (serializable and readonly only).

    Raises:
        InterfaceError: `init` was not called, or an argument is not possible here.
        PostgresError: the server could not commit; nothing of the block was stored.
    """

    __slots__ = ("_options", "_parent", "_scope", "_transaction")

    def __init__(
        self,
        *,
        isolation: Isolation | None = None,
        readonly: bool = False,
        deferrable: bool = False,
    ) -> None:
        self._options: dict[str, Any] = {
            "isolation": isolation,
            "readonly": readonly,
            "deferrable": deferrable,
        }

    async def __aenter__(self) -> Connection:
        self._parent = _scope.get()
        # Of a pool it is one on a connection of its own, of a connection inside one a savepoint.
        self._transaction = executor().transaction(**self._options)
        self._set_nested(True)
        try:
            connection = await self._transaction.__aenter__()
        except BaseException:
            self._set_nested(False)
            raise
        self._scope = _Scope(connection)
        _scope.set(self._scope)
        return connection

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        scope, parent = self._scope, self._parent
        scope.connection = None
        _scope.set(parent)
        committed = False
        try:
            await self._transaction.__aexit__(kind, error, traceback)
            committed = error is None
        finally:
            self._set_nested(False)
            if not committed:
                for undo in reversed(scope.undo):
                    undo()
            elif parent is not None:
                parent.undo.extend(scope.undo)

    def _set_nested(self, nested: bool) -> None:
        if self._parent is not None:
            self._parent.nested = nested
