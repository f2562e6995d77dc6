"""A connection for threads: statements, their results, and transactions."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Self, TypeVar, Unpack

from data_bridge import _engine
from data_bridge._engine import Record, TypeCodec
from data_bridge.postgres.connection import PREPARED_BY_HAND, RESET_SESSION
from data_bridge.postgres.executemany import FEW, Rows
from data_bridge.postgres.lending import INHERITED, RELEASED, RESET_SECONDS, watch_forks
from data_bridge.postgres.observation import (
    QueryLogger,
    let_go,
    own_observers,
    refuse_coroutine,
)
from data_bridge.postgres.options import Configuration, ConnectionOptions, configure
from data_bridge.postgres.password import with_password_sync
from data_bridge.postgres.retry import check_outermost
from data_bridge.postgres.sync.copy import CopyMethods
from data_bridge.postgres.sync.cursor import Cursor
from data_bridge.postgres.sync.executemany import executemany
from data_bridge.postgres.sync.listeners import ListenerMethods, SyncListeners
from data_bridge.postgres.sync.pipeline import Pipeline
from data_bridge.postgres.sync.prepared_statement import PreparedStatement
from data_bridge.postgres.sync.retry import repeat
from data_bridge.postgres.sync.transaction import Transaction
from data_bridge.postgres.sync.type_codec import TypeCodecMethods
from data_bridge.postgres.transaction import Isolation
from data_bridge.postgres.type_codec import FIND_TYPE, sought

__all__ = ["Connection", "connect"]

T = TypeVar("T")


def connect(
    dsn: str | None = None,
    **options: Unpack[ConnectionOptions],
) -> Connection:
    """Connect to a server; arguments and errors as for `data_bridge.postgres.connect`."""
    return open_connection(configure(dsn, options))


def open_connection(configuration: Configuration) -> Connection:
    """Connect by a configuration that has been checked."""
    engine = _engine.connect_blocking(with_password_sync(configuration))
    if configuration.observers:
        configuration.observers.attach(engine)
    connection = Connection(engine, configuration.command_timeout)
    connection._configuration = configuration
    watch_forks(connection)
    return connection


class Connection(CopyMethods, ListenerMethods, TypeCodecMethods):
    """A connection to a server, made by `connect`.

    Several threads may use it at once: their statements take turns.
    """

    __slots__ = (
        "__weakref__",
        "_command_timeout",
        "_configuration",
        "_engine",
        "_listeners",
        "_savepoints",
    )

    def __init__(self, engine: _engine.SyncConnection, command_timeout: float | None) -> None:
        self._engine = engine
        #: What it was opened by: who observes it says where it leads.
        self._configuration: Configuration | None = None
        self._command_timeout = command_timeout
        self._savepoints = 0
        self._listeners = SyncListeners(self)
        engine.set_listeners(self._listeners)

    def execute(self, sql: str, *args: object, timeout: float | None = None) -> str:
        """Run a statement and give the command's tag; see the asynchronous `execute`."""
        return self._engine.execute(sql, args or None, self._seconds(timeout))

    def executemany(self, sql: str, rows: Rows, *, timeout: float | None = None) -> None:
        """Run a statement once for each row of arguments: all of them, or none."""
        if isinstance(rows, list) and len(rows) <= FEW:
            self._engine.executemany(sql, rows, self._seconds(timeout))
        else:
            executemany(self, sql, rows, self._seconds(timeout))

    def fetchmany(self, sql: str, rows: Rows, *, timeout: float | None = None) -> list[Record]:
        """Run a statement as `executemany` does, and give the rows of all executions, in order."""
        given: list[Any] = rows if isinstance(rows, list) else list(rows)
        return self._engine.fetchmany(sql, given, self._seconds(timeout))

    def prepare(self, sql: str, *, timeout: float | None = None) -> PreparedStatement:
        """Prepare a statement, and keep it prepared until it is closed."""
        described, pin = self._engine.prepare(sql, self._seconds(timeout))
        return PreparedStatement(self, sql, described, pin)

    def fetch(self, sql: str, *args: object, timeout: float | None = None) -> list[Record]:
        """Run a statement and give all its rows."""
        return self._engine.fetch(sql, args, self._seconds(timeout))

    def fetchrow(self, sql: str, *args: object, timeout: float | None = None) -> Record | None:
        """Run a statement and give its first row, or None when it gives none."""
        return self._engine.fetchrow(sql, args, self._seconds(timeout))

    def fetchval(
        self, sql: str, *args: object, column: int = 0, timeout: float | None = None
    ) -> Any:
        """Run a statement and give one value of its first row, or None when it gives none."""
        return self._engine.fetchval(sql, args, column, self._seconds(timeout))

    def cursor(
        self,
        sql: str,
        *args: object,
        prefetch: int | None = None,
        timeout: float | None = None,
    ) -> Cursor:
        """The rows of a statement, a portion at a time; see the asynchronous `cursor`."""
        return Cursor(lambda: nullcontext(self), sql, args, prefetch=prefetch, timeout=timeout)

    def pipeline(self, *, timeout: float | None = None) -> Pipeline:
        """Statements that are sent together: `with connection.pipeline() as p`.

        Args:
            timeout: Seconds all of them may take; the connection's `command_timeout` when None.
        """
        return Pipeline(nullcontext(self), timeout)

    def transaction(
        self,
        *,
        isolation: Isolation | None = None,
        readonly: bool = False,
        deferrable: bool = False,
    ) -> Transaction:
        """A transaction, for `with`; a savepoint inside another one."""
        return Transaction(self, isolation, readonly, deferrable)

    def run_in_transaction(
        self,
        fn: Callable[[Connection], T],
        *,
        isolation: Isolation | None = None,
        readonly: bool = False,
        deferrable: bool = False,
        retries: int = 3,
    ) -> T:
        """Run `fn(connection)` in a transaction, again if need be; see the asynchronous one."""

        def attempt() -> T:
            with self.transaction(isolation=isolation, readonly=readonly, deferrable=deferrable):
                return fn(self)

        check_outermost(inside=self.is_in_transaction())
        return repeat(attempt, retries)

    def add_query_logger(self, logger: QueryLogger, *, parameters: bool = False) -> None:
        """Have a function called with a `LoggedQuery` after each statement.

        What it raises is logged as an error, and changes nothing for the statement.

        Args:
            logger: The function.
            parameters: Whether it gets the arguments as well.
        """
        refuse_coroutine(logger)
        own_observers(self._engine).add(logger, parameters)

    def remove_query_logger(self, logger: QueryLogger) -> None:
        """Call it no more.

        Raises:
            InterfaceError: It was not added here.
        """
        own_observers(self._engine).remove(logger)

    def _find_type(self, typename: str, schema: str | None) -> bytes | None:
        found: bytes | None = self.fetchval(FIND_TYPE, *sought(typename, schema))
        return found

    def _set_type_codec(self, codec: TypeCodec) -> None:
        self._engine.set_type_codec(codec)
        # Whoever gets the connection of a pool next does not expect it.
        self._engine.session_changed = True

    def _reload_types(self) -> None:
        self._engine.reload_types()

    def close(self) -> None:
        """Close the connection; statements of other threads fail. Closing twice is allowed."""
        self._engine.close()

    def is_closed(self) -> bool:
        """Whether the connection cannot be used any more."""
        return self._engine.closed

    def is_in_transaction(self) -> bool:
        """Whether a transaction is open, as of the last answer."""
        return self._engine.transaction_status != "idle"

    def get_parameter(self, name: str) -> str | None:
        """A setting that the server reports by itself, such as `server_version`."""
        return self._engine.parameter(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._engine.closed else self._engine.transaction_status
        return f"<Connection {state}>"

    def __del__(self, warn: Callable[..., None] = warnings.warn) -> None:
        if not self._engine.closed:
            warn(f"unclosed {self!r}", ResourceWarning, source=self)
            self._engine.close()

    def _lend(self) -> AbstractContextManager[Connection]:
        return nullcontext(self)

    def _seconds(self, timeout: float | None) -> float | None:
        return self._command_timeout if timeout is None else timeout

    def _next_savepoint(self) -> int:
        self._savepoints += 1
        return self._savepoints

    def _reset(self) -> bool:
        """Undo what a session keeps: the pool's, before somebody else gets the connection.

        Gives whether there was more to undo than a transaction.
        """
        if self._engine.transaction_status != "idle":
            self._engine.execute("ROLLBACK", None, RESET_SECONDS)
        if not self._engine.session_changed:
            return False
        self._listeners.clear()
        self._engine.execute(RESET_SESSION, None, RESET_SECONDS)
        for (name,) in self._engine.fetch(PREPARED_BY_HAND, (), RESET_SECONDS):
            self._engine.execute(f"DEALLOCATE {name}", None, RESET_SECONDS)
        let_go(self._engine)
        self._engine.reset_type_codecs()
        self._engine.session_changed = False
        return True

    def _succeed(self) -> Connection:
        """Give another one for the same session; this one cannot be used any more."""
        successor = object.__new__(Connection)
        successor._command_timeout = self._command_timeout
        successor._configuration = self._configuration
        successor._engine = self._engine
        successor._listeners = self._listeners
        successor._savepoints = self._savepoints
        if self._listeners.used:
            self._listeners.belong_to(successor)
        self._engine = RELEASED
        return successor

    def _forked(self) -> None:
        self._engine = INHERITED
