"""A connection for asyncio: statements, their results, and transactions."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Self, TypeAlias, TypeVar, Unpack

from data_bridge import _engine
from data_bridge._engine import Columns, ModelLayout, Record, TypeCodec
from data_bridge.postgres.bound import Bound
from data_bridge.postgres.copy.methods import CopyMethods
from data_bridge.postgres.cursor import Cursor
from data_bridge.postgres.executemany import FEW, AsyncRows, executemany, listed
from data_bridge.postgres.lending import INHERITED, RELEASED, watch_forks
from data_bridge.postgres.listeners import AsyncListeners, ListenerMethods
from data_bridge.postgres.observation import QueryLogger, let_go, own_observers
from data_bridge.postgres.options import Configuration, ConnectionOptions, configure
from data_bridge.postgres.password import with_password
from data_bridge.postgres.pipeline import Pipeline
from data_bridge.postgres.prepared_statement import PreparedStatement, prepare
from data_bridge.postgres.retry import check_outermost, repeat
from data_bridge.postgres.transaction import Isolation, Transaction
from data_bridge.postgres.type_codec import FIND_TYPE, TypeCodecMethods, sought

__all__ = ["Connection", "connect"]

T = TypeVar("T")

#: The arguments of a statement as the engine takes them: columns of many rows in a tuple's place.
Arguments: TypeAlias = tuple[object, ...] | Columns

#: What brings a session back to how it began, the engine's prepared statements left standing.
#: RESET ALL leaves the role as it is: the next user would act as somebody else.
RESET_SESSION = (
    "RESET SESSION AUTHORIZATION; RESET ROLE; SELECT pg_advisory_unlock_all(); "
    "CLOSE ALL; UNLISTEN *; RESET ALL; DISCARD TEMP; DISCARD SEQUENCES"
)

#: Those that a user has prepared by SQL, quoted: the engine's come by the protocol.
PREPARED_BY_HAND = "SELECT quote_ident(name) FROM pg_catalog.pg_prepared_statements WHERE from_sql"


async def connect(
    dsn: str | None = None,
    **options: Unpack[ConnectionOptions],
) -> Connection:
    """Connect to a server.

    What is not given is taken from `dsn`, then from the environment (PGHOST, PGPORT, PGUSER,
    PGPASSWORD, PGDATABASE, PGOPTIONS, PGAPPNAME), then from libpq's defaults.

    Args:
        dsn: `postgresql://user:password@host:port/database`, or `key=value` pairs.
        options: See `data_bridge.postgres.options.ConnectionOptions`.

    Raises:
        PostgresConnectionError: No server answers there (08001).
        InvalidPasswordError: The password is wrong (28P01).
        InvalidCatalogNameError: There is no such database (3D000).
        QueryTimeoutError: It took longer than `timeout`.
        InterfaceError: The arguments cannot be understood.
        TypeError: There is no such option.
    """
    return await open_connection(configure(dsn, options))


async def open_connection(configuration: Configuration) -> Connection:
    """Connect by a configuration that has been checked."""
    config = await with_password(configuration)
    loop = asyncio.get_running_loop()
    connected: asyncio.Future[_engine.AsyncConnection] = loop.create_future()

    def deliver(engine: _engine.AsyncConnection | None, error: BaseException | None) -> None:
        if connected.done():
            # The task that waited was cancelled: the connection is nobody's.
            if engine is not None:
                engine.close()
        elif engine is not None:
            connected.set_result(engine)
        elif error is not None:
            connected.set_exception(error)

    def hand_over(engine: _engine.AsyncConnection | None, error: BaseException | None) -> None:
        try:
            loop.call_soon_threadsafe(deliver, engine, error)
        except RuntimeError:
            # The loop ended while the connection was being opened: it is nobody's either.
            if engine is not None:
                engine.close()

    connecting = _engine.connect(config, loop, hand_over)
    try:
        engine = await connected
    except asyncio.CancelledError:
        connecting.cancel()
        raise
    engine.watch()
    if configuration.observers:
        configuration.observers.attach(engine)
    connection = Connection(engine, configuration.command_timeout)
    connection._configuration = configuration
    watch_forks(connection)
    return connection


class Connection(CopyMethods, ListenerMethods, TypeCodecMethods):
    """A connection to a server, made by `connect`.

    Any number of tasks may use it at once: their statements go out one after the other without
    waiting for each other's answers. A transaction is the connection's, not the task's: tasks
    that need one each need a connection each.
    """

    __slots__ = (
        "__weakref__",
        "_command_timeout",
        "_configuration",
        "_engine",
        "_listeners",
        "_savepoints",
        "_unwinding",
    )

    def __init__(self, engine: _engine.AsyncConnection, command_timeout: float | None) -> None:
        self._engine = engine
        #: What it was opened by: who observes it says where it leads.
        self._configuration: Configuration | None = None
        self._command_timeout = command_timeout
        self._savepoints = 0
        #: Whether a rollback that nobody waits for may still be on its way.
        self._unwinding = False
        self._listeners = AsyncListeners(self)
        engine.set_listeners(self._listeners)

    async def execute(self, sql: str, *args: object, timeout: float | None = None) -> str:
        """Run a statement and give the command's tag, such as `INSERT 0 1`.

        Without `args`, `sql` may hold several statements, which run in one transaction unless
        they say otherwise; the tag is then the last one's.

        Args:
            sql: The statement, with `$1`, `$2` ... for its arguments.
            args: The arguments.
            timeout: Seconds it may take; the connection's `command_timeout` when None.

        Raises:
            PostgresError: The server refused it.
            InterfaceError: The arguments do not fit the statement.
            QueryTimeoutError: It took too long; the server was told to stop.
        """
        if timeout is None and self._command_timeout is None:
            return await self._engine.execute(sql, args or None)
        async with self._bounded(timeout):
            return await self._engine.execute(sql, args or None)

    async def executemany(self, sql: str, rows: AsyncRows, *, timeout: float | None = None) -> None:
        """Run a statement once for each row of arguments: all of them, or none.

        Args:
            sql: The statement.
            rows: A tuple (or list) of arguments for each execution; from an iterable or an async
                iterable they are taken as the server gets on, any number of them. More than a
                thousand have the connection to themselves, as a COPY has.
            timeout: As for `execute`, for all of them.
        """
        given = rows if isinstance(rows, list) and len(rows) <= FEW else None
        if given is not None and timeout is None and self._command_timeout is None:
            await self._engine.executemany(sql, given)
            return
        async with self._bounded(timeout):
            if given is not None:
                await self._engine.executemany(sql, given)
            else:
                await executemany(self, sql, rows)

    async def fetchmany(
        self, sql: str, rows: AsyncRows, *, timeout: float | None = None
    ) -> list[Record]:
        """Run a statement as `executemany` does, and give the rows of all executions, in order."""
        async with self._bounded(timeout):
            return await self._engine.fetchmany(sql, await listed(rows))

    async def prepare(self, sql: str, *, timeout: float | None = None) -> PreparedStatement:
        """Prepare a statement, and keep it prepared until it is closed.

        Args:
            sql: The statement.
            timeout: As for `execute`.
        """
        return await prepare(self, sql, timeout)

    async def fetch(self, sql: str, *args: object, timeout: float | None = None) -> list[Record]:
        """Run a statement and give all its rows; arguments and errors as for `execute`."""
        if timeout is None and self._command_timeout is None:
            return await self._engine.fetch(sql, args)
        async with self._bounded(timeout):
            return await self._engine.fetch(sql, args)

    async def fetchrow(
        self, sql: str, *args: object, timeout: float | None = None
    ) -> Record | None:
        """Run a statement and give its first row, or None when it gives none."""
        if timeout is None and self._command_timeout is None:
            return await self._engine.fetchrow(sql, args)
        async with self._bounded(timeout):
            return await self._engine.fetchrow(sql, args)

    async def fetchval(
        self, sql: str, *args: object, column: int = 0, timeout: float | None = None
    ) -> Any:
        """Run a statement and give one value of its first row, or None when it gives none.

        Args:
            sql: The statement.
            args: Its arguments.
            column: Which column, from 0.
            timeout: As for `execute`.
        """
        if timeout is None and self._command_timeout is None:
            return await self._engine.fetchval(sql, args, column)
        async with self._bounded(timeout):
            return await self._engine.fetchval(sql, args, column)

    def cursor(
        self,
        sql: str,
        *args: object,
        prefetch: int | None = None,
        timeout: float | None = None,
    ) -> Cursor:
        """The rows of a statement, a portion at a time: `async for`, or `await` and `fetch`.

        Args:
            sql: The statement.
            args: Its arguments.
            prefetch: How many rows are asked for at once, 1000 by default: at most twice as many
                are in memory. Fewer are better for rows of many kilobytes.
            timeout: As for `execute`, for each portion.

        Outside a transaction the connection is the cursor's alone until its end.
        """
        return Cursor(self, sql, args, prefetch=prefetch, timeout=timeout)

    def pipeline(self, *, timeout: float | None = None) -> Pipeline:
        """Statements that are sent together: `async with connection.pipeline() as p`.

        Any number of tasks may do the same by calling the connection at once; this is for one.

        Args:
            timeout: Seconds that the end of the block may wait for what is not answered yet; the
                connection's `command_timeout` when None.
        """
        return Pipeline(self, timeout)

    def transaction(
        self,
        *,
        isolation: Isolation | None = None,
        readonly: bool = False,
        deferrable: bool = False,
    ) -> Transaction:
        """A transaction, for `async with`: committed at its end, rolled back by an exception.

        Inside another one it is a savepoint of it.

        Args:
            isolation: "read_committed", "repeatable_read", "serializable"; the server's default
                when None.
            readonly: Whether writes are refused.
            deferrable: Whether a serializable, read-only one waits until it cannot fail.
        """
        return Transaction(self, isolation, readonly, deferrable)

    async def run_in_transaction(
        self,
        fn: Callable[[Connection], Awaitable[T]],
        *,
        isolation: Isolation | None = None,
        readonly: bool = False,
        deferrable: bool = False,
        retries: int = 3,
    ) -> T:
        """Run `fn(connection)` in a transaction, and once more when the server asks for that.

        A transaction that fails with 40001 (it could not be serialized) or 40P01 (a deadlock) was
        rolled back and is run again after a random pause: so `fn` must have no effects elsewhere
        that would be wrong twice. Nothing else is repeated; a connection lost during COMMIT is
        told as 08007, since nobody knows then whether the transaction was committed.

        Args:
            fn: What is done in the transaction; what it gives is given back.
            isolation: As for `transaction`.
            readonly: As for `transaction`.
            deferrable: As for `transaction`.
            retries: How often it may be run again.

        Raises:
            InterfaceError: A transaction is open already.
        """

        async def attempt() -> T:
            async with self.transaction(
                isolation=isolation, readonly=readonly, deferrable=deferrable
            ):
                return await fn(self)

        await self._unwound()
        check_outermost(inside=self.is_in_transaction())
        return await repeat(attempt, retries)

    def add_query_logger(self, logger: QueryLogger, *, parameters: bool = False) -> None:
        """Have a function called with a `LoggedQuery` after each statement.

        What it raises is logged as an error, and changes nothing for the statement. It may be a
        coroutine function: then it runs as a task.

        Args:
            logger: The function.
            parameters: Whether it gets the arguments as well.
        """
        own_observers(self._engine).add(logger, parameters)

    def remove_query_logger(self, logger: QueryLogger) -> None:
        """Call it no more.

        Raises:
            InterfaceError: It was not added here.
        """
        own_observers(self._engine).remove(logger)

    async def _find_type(self, typename: str, schema: str | None) -> bytes | None:
        found: bytes | None = await self.fetchval(FIND_TYPE, *sought(typename, schema))
        return found

    def _set_type_codec(self, codec: TypeCodec) -> None:
        self._engine.set_type_codec(codec)
        # Whoever gets the connection of a pool next does not expect it.
        self._engine.session_changed = True

    def _reload_types(self) -> None:
        self._engine.reload_types()

    async def close(self) -> None:
        """Close the connection; statements in flight fail. Closing twice is allowed."""
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

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        state = "closed" if self._engine.closed else self._engine.transaction_status
        return f"<Connection {state}>"

    def __del__(self, warn: Callable[..., None] = warnings.warn) -> None:
        if not self._engine.closed:
            warn(f"unclosed {self!r}", ResourceWarning, source=self)
            # The collector runs on any thread.
            self._engine.close_soon()

    def _lend(self) -> AbstractAsyncContextManager[Connection]:
        return nullcontext(self)

    def _bounded(self, timeout: float | None) -> Bound:
        return Bound(self._command_timeout if timeout is None else timeout)

    def _next_savepoint(self) -> int:
        self._savepoints += 1
        return self._savepoints

    def _unwind(self, rollback: str) -> None:
        """Have a transaction rolled back behind all that is in flight, without waiting for it."""
        engine = self._engine
        # A COMMIT that was given up may be through by now, or once it is answered.
        if not engine.closed and engine.transaction_status != "idle":
            engine.unwind(rollback)
            self._unwinding = True

    async def _unwound(self) -> None:
        """Wait for what `_unwind` began: only then is it known whether a transaction is open."""
        if self._unwinding:
            # Something of its own to wait for, which can be given up.
            await self._engine.execute("", None)
            self._unwinding = False

    # The ORM's: rows become instances of a model, and `args` may be columns of many rows.

    async def _execute(self, sql: str, args: Arguments) -> str:
        if self._command_timeout is None:
            return await self._engine.execute(sql, args)
        async with self._bounded(None):
            return await self._engine.execute(sql, args)

    async def _fetch(self, sql: str, args: Arguments, model: ModelLayout | None) -> list[Any]:
        if self._command_timeout is None:
            return await self._engine.fetch(sql, args, model)
        async with self._bounded(None):
            return await self._engine.fetch(sql, args, model)

    async def _fetchcolumn(self, sql: str, args: Arguments) -> list[Any]:
        if self._command_timeout is None:
            return await self._engine.fetchcolumn(sql, args)
        async with self._bounded(None):
            return await self._engine.fetchcolumn(sql, args)

    async def _fetchrow(self, sql: str, args: Arguments, model: ModelLayout | None) -> Any:
        if self._command_timeout is None:
            return await self._engine.fetchrow(sql, args, model)
        async with self._bounded(None):
            return await self._engine.fetchrow(sql, args, model)

    async def _reset(self) -> bool:
        """Undo what a session keeps: the pool's, before somebody else gets the connection.

        Gives whether there was more to undo than a transaction.
        """
        # A statement that was given up may still be running: this waits until it has ended.
        await self._engine.execute("", None)
        if self._engine.transaction_status != "idle":
            await self._engine.execute("ROLLBACK", None)
        if not self._engine.session_changed:
            return False
        self._listeners.clear()
        await self._engine.execute(RESET_SESSION, None)
        for name in await self._engine.fetchcolumn(PREPARED_BY_HAND, ()):
            await self._engine.execute(f"DEALLOCATE {name}", None)
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
        successor._unwinding = self._unwinding
        if self._listeners.used:
            self._listeners.belong_to(successor)
        self._engine = RELEASED
        return successor

    def _forked(self) -> None:
        self._engine = INHERITED
