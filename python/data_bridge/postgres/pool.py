"""A pool of connections for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, Self, TypeVar, Unpack

from data_bridge._engine import ModelLayout, Record, TypeCodec
from data_bridge.postgres.acquisition import Acquisition, PoolTransaction, give_back
from data_bridge.postgres.bound import Bound
from data_bridge.postgres.connection import Arguments, Connection, open_connection
from data_bridge.postgres.copy.methods import CopyMethods
from data_bridge.postgres.cursor import Cursor, PoolCursor
from data_bridge.postgres.errors import InterfaceError, PoolClosedError
from data_bridge.postgres.executemany import AsyncRows
from data_bridge.postgres.lending import (
    NOT_ACQUIRED,
    Opening,
    PoolStatistics,
    check_sizes,
    limits,
    no_connection,
)
from data_bridge.postgres.listening import Listening
from data_bridge.postgres.notification import KEPT
from data_bridge.postgres.observation import QueryLogger
from data_bridge.postgres.options import ConnectionOptions, configure
from data_bridge.postgres.pipeline import PoolPipeline
from data_bridge.postgres.retry import repeat
from data_bridge.postgres.supply import PLACE, Hook, Supply
from data_bridge.postgres.transaction import Isolation
from data_bridge.postgres.type_codec import FIND_TYPE, TypeCodecMethods, sought

__all__ = ["Pool", "create_pool"]

T = TypeVar("T")


def create_pool(
    dsn: str | None = None,
    *,
    min_size: int = 2,
    max_size: int = 10,
    acquire_timeout: float | None = 30,
    max_lifetime: float | None = 3600,
    idle_timeout: float | None = 600,
    max_uses: int | None = None,
    check_after: float | None = 30,
    opening: Opening = "wait",
    pipelining: bool = True,
    setup: Hook | None = None,
    init: Hook | None = None,
    reset: Hook | None = None,
    **options: Unpack[ConnectionOptions],
) -> Pool:
    """Make a pool; `await` it, or use it in `async with`, to open it.

    Args:
        dsn: As for `connect`.
        min_size: How many connections are opened at once and kept.
        max_size: How many there may be.
        acquire_timeout: Seconds that a task may wait for a connection; None: no bound.
        max_lifetime: Seconds after which a connection is replaced, less up to a tenth by chance;
            None: never.
        idle_timeout: Seconds without use after which a connection beyond `min_size` is closed;
            None: never.
        max_uses: How many statements and acquisitions a connection serves until it is replaced;
            None: any number.
        check_after: Seconds without use after which a connection is tried before it is used;
            None: never.
        opening: "wait": opening waits for `min_size` connections, and fails without a server; so
            does, later, who needs a connection while there is none. "background": the pool is
            usable at once, and who needs a connection waits for the server to come (back).
        pipelining: Whether statements of the pool's share busy connections.
        setup: Called with a connection each time before somebody uses it.
        init: Called with each new connection, and again where its session was reset.
        reset: Called with a connection each time after somebody used it, before the pool's own
            reset. With `setup` or `reset` statements share no connection.
        options: As for `connect`.

    Raises:
        InterfaceError: The limits make no sense, or the arguments cannot be understood.
        TypeError: There is no such option.
    """
    checked = limits(
        min_size,
        max_size,
        acquire_timeout,
        max_lifetime,
        idle_timeout,
        max_uses,
        check_after,
        opening,
    )
    return Pool(
        configure(dsn, options),
        min_size,
        max_size,
        checked,
        pipelining=pipelining,
        setup=setup,
        init=init,
        reset=reset,
    )


class Pool(CopyMethods, TypeCodecMethods, Supply):
    """A pool of connections, made by `create_pool`.

    A statement called on the pool itself takes a connection for just as long as it runs. When all
    are busy, queries that wait for nobody share one, each answered by itself; all others wait. Who
    waits is served in the order of asking. A connection is reset before its next use only when its
    session was changed (a transaction left open, SET, LISTEN, a cursor, an advisory lock, a
    temporary table).
    """

    # Statements: those without a bound go to the engine past another coroutine.

    async def execute(self, sql: str, *args: object, timeout: float | None = None) -> str:
        """Run a statement; see `Connection.execute`."""
        if args and timeout is None and self._command_timeout is None:
            reply = self._sharing.execute(sql, args)
            if reply is not None:
                return await reply
        tag: str = await self._run("execute", timeout, sql, args or None)
        return tag

    async def executemany(self, sql: str, rows: AsyncRows, *, timeout: float | None = None) -> None:
        """Run a statement once for each row of arguments; see `Connection.executemany`."""
        connection = await self._take_set_up()
        try:
            await connection.executemany(sql, rows, timeout=timeout)
        finally:
            self._give_back(connection)

    async def fetchmany(
        self, sql: str, rows: AsyncRows, *, timeout: float | None = None
    ) -> list[Record]:
        """Run a statement once for each row of arguments; see `Connection.fetchmany`."""
        connection = await self._take_set_up()
        try:
            return await connection.fetchmany(sql, rows, timeout=timeout)
        finally:
            self._give_back(connection)

    async def fetch(self, sql: str, *args: object, timeout: float | None = None) -> list[Record]:
        """Run a statement and give all its rows; see `Connection.fetch`."""
        if timeout is None and self._command_timeout is None:
            reply = self._sharing.fetch(sql, args)
            if reply is not None:
                return await reply
        rows: list[Record] = await self._run("fetch", timeout, sql, args)
        return rows

    async def fetchrow(
        self, sql: str, *args: object, timeout: float | None = None
    ) -> Record | None:
        """Run a statement and give its first row; see `Connection.fetchrow`."""
        if timeout is None and self._command_timeout is None:
            reply = self._sharing.fetchrow(sql, args)
            if reply is not None:
                return await reply
        row: Record | None = await self._run("fetchrow", timeout, sql, args)
        return row

    async def fetchval(
        self, sql: str, *args: object, column: int = 0, timeout: float | None = None
    ) -> Any:
        """Run a statement and give one value; see `Connection.fetchval`."""
        if timeout is None and self._command_timeout is None:
            reply = self._sharing.fetchval(sql, args, column)
            if reply is not None:
                return await reply
        return await self._run("fetchval", timeout, sql, args, column)

    async def _run(
        self, name: str, timeout: float | None, sql: str, args: Arguments | None, *more: object
    ) -> Any:
        """Run a statement that has a bound, found no place, or needs a connection of its own."""
        self._check_open()
        seconds = self._command_timeout if timeout is None else timeout
        connection = None
        if args is not None:
            place = getattr(self._sharing, name)
            bound = Bound(seconds)
            reply = bound.around(place, sql, args, *more)
            if reply is None and self._sharing.is_shareable(sql):
                connection = await self._take(shared=True)
                if connection is PLACE:
                    connection = None
                    self._promised -= 1
                    bound = Bound(seconds)
                    reply = bound.around(place, sql, args, *more, waited=True)
            if reply is not None:
                async with bound:
                    return await reply
        if connection is None:
            connection = await self._take_set_up()
        try:
            async with Bound(seconds):
                return await getattr(connection._engine, name)(sql, args, *more)
        finally:
            self._give_back(connection)

    # Connections

    def acquire(self, *, timeout: float | None = None) -> Acquisition:
        """A connection of one's own, for `async with`, or by `await` until `release`.

        Nothing else runs on it meanwhile.

        Args:
            timeout: Seconds to wait for it; the pool's `acquire_timeout` when None.

        Raises:
            QueryTimeoutError: None came free in time.
            PoolClosedError: The pool was closed.
        """
        return Acquisition(self, timeout)

    async def release(self, connection: Connection) -> None:
        """Give back a connection that was got by `await pool.acquire()`; it is then unusable.

        Raises:
            InterfaceError: It is none of these, or was given back already.
        """
        if not isinstance(connection, Connection):
            raise no_connection(connection, Acquisition, "await it, or enter it by `async with`")
        if not give_back(self, connection):
            raise InterfaceError(NOT_ACQUIRED)

    def pipeline(self, *, timeout: float | None = None) -> PoolPipeline:
        """Statements that are sent together, on a connection of their own; see `Pipeline`."""
        return PoolPipeline(self, timeout)

    def transaction(
        self,
        *,
        isolation: Isolation | None = None,
        readonly: bool = False,
        deferrable: bool = False,
    ) -> PoolTransaction:
        """A transaction on a connection of its own: `async with pool.transaction() as connection`.

        Options as for `Connection.transaction`.
        """
        return PoolTransaction(self, isolation, readonly, deferrable)

    def cursor(
        self,
        sql: str,
        *args: object,
        prefetch: int | None = None,
        timeout: float | None = None,
    ) -> Cursor:
        """The rows of a statement, a portion at a time; see `Connection.cursor`.

        It has a connection of the pool for itself from its first row to its end.
        """
        return PoolCursor(self, sql, args, prefetch=prefetch, timeout=timeout)

    def listen(self, *channels: str, queue_size: int = KEPT) -> Listening:
        """Listen to channels: `async with pool.listen("jobs") as notifications`.

        It has a connection of its own, which does not count among the pool's and is opened anew
        when it is lost, and ends when the pool is closed; see `data_bridge.postgres.listen`.
        """
        listening = Listening(self._connect_listening, channels, queue_size)
        self._listenings.add(listening)
        return listening

    async def _connect_listening(self) -> Connection:
        self._check_open()
        return await open_connection(self._configuration)

    async def run_in_transaction(
        self,
        fn: Callable[[Connection], Awaitable[T]],
        *,
        isolation: Isolation | None = None,
        readonly: bool = False,
        deferrable: bool = False,
        retries: int = 3,
    ) -> T:
        """Run `fn(connection)` in a transaction, again if the server asks for that.

        Each try takes a connection for just as long as it runs; see
        `Connection.run_in_transaction`.
        """

        async def attempt() -> T:
            transaction = self.transaction(
                isolation=isolation, readonly=readonly, deferrable=deferrable
            )
            async with transaction as connection:
                return await fn(connection)

        return await repeat(attempt, retries)

    def add_query_logger(self, logger: QueryLogger, *, parameters: bool = False) -> None:
        """Have a function called with a `LoggedQuery` after each statement.

        What it raises is logged as an error, and changes nothing for the statement. It may be a
        coroutine function: then it runs as a task.

        Args:
            logger: The function.
            parameters: Whether it gets the arguments as well.
        """
        observers = self._configuration.observers
        observers.add(logger, parameters)
        for engine in self._connections:
            observers.attach(engine)

    def remove_query_logger(self, logger: QueryLogger) -> None:
        """Call it no more.

        Raises:
            InterfaceError: It was not added here.
        """
        self._configuration.observers.remove(logger)

    # Figures

    def get_size(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    def get_idle_size(self) -> int:
        """How many of them nobody uses."""
        return self._sharing.idle()

    def get_stats(self) -> PoolStatistics:
        """The figures of this moment, and since the pool was made."""
        counts = self._counts
        return PoolStatistics(
            min_size=self._min_size,
            max_size=self._max_size,
            size=len(self._connections),
            opening=self._opening,
            idle=self._sharing.idle(),
            acquired=self._sharing.lent,
            waiting=len(self._waiting),
            opened=counts.opened,
            closed=counts.closed,
            failed=counts.failed,
            requests=self._sharing.requests,
            shared=self._sharing.shared,
            waits=counts.waits,
            wait_seconds=counts.wait_seconds,
            timeouts=counts.timeouts,
            resets=counts.resets,
        )

    # Opening, changing and closing

    async def open(self) -> Self:
        """Open the pool's first `min_size` connections; `await pool` does the same."""
        async with self._first:
            self._check_open()
            if not self._opened:
                if self._limits.opening == "wait":
                    await self._open_first()
                self._begin()
        return self

    async def _open_first(self) -> None:
        tasks = [asyncio.ensure_future(self._connect()) for _ in range(self._min_size)]
        try:
            await asyncio.gather(*tasks)
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for task in tasks:
                if not task.cancelled() and task.exception() is None:
                    await task.result().close()
            raise
        for task in tasks:
            self._add(task.result())

    def resize(self, min_size: int, max_size: int) -> None:
        """Change how many connections are kept, and how many there may be.

        Those that are too many leave as nobody uses them any more.

        Raises:
            InterfaceError: The sizes make no sense.
        """
        check_sizes(min_size, max_size)
        self._min_size, self._max_size = min_size, max_size
        if self._opened and not self._closed:
            self._shrink()
            self._fill()
            self._serve()

    def drain(self) -> None:
        """Replace all connections of now: each is closed once nobody uses it."""
        for engine in list(self._connections):
            self._sharing.retire(engine)
        self._attend()

    async def _find_type(self, typename: str, schema: str | None) -> bytes | None:
        found: bytes | None = await self.fetchval(FIND_TYPE, *sought(typename, schema))
        return found

    def _set_type_codec(self, codec: TypeCodec) -> None:
        self._configuration.engine.set_type_codec(codec)
        for engine in list(self._connections):
            engine.set_type_codec(codec)

    def _reload_types(self) -> None:
        for engine in list(self._connections):
            engine.reload_types()

    async def close(self, *, timeout: float = 10) -> None:
        """Close the pool: who waits is told, and connections in use are waited for.

        Args:
            timeout: Seconds to wait for them; what is still in use then is closed all the same.
        """
        if not (self._closed or self._is_orphaned()):
            self._check_loop()
        self._closed = True
        self._sharing.enabled = False
        for waiter in self._waiting:
            if not waiter.future.done():
                waiter.future.set_exception(PoolClosedError("the pool is closed"))
        self._waiting.clear()
        self._wanting = 0
        self._deadlines.clear()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        for task in list(self._tasks):
            task.cancel()
        for listening in list(self._listenings):
            await listening.close()
        self.drain()
        with suppress(TimeoutError):
            async with asyncio.timeout(0 if self._inherited or self._is_elsewhere() else timeout):
                while self._connections:
                    self._gone.clear()
                    await self._gone.wait()
                # A hook may be what closes the pool: it does not wait for itself.
                if tasks := self._tasks - {asyncio.current_task()}:
                    await asyncio.wait(tasks)
        for engine in list(self._connections):
            self._discard(engine)

    def __await__(self) -> Generator[Any, None, Self]:
        return self.open().__await__()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else f"{self._sharing.idle()} idle"
        return f"<Pool of {len(self._connections)} of {self._max_size}, {state}>"

    def _lend(self) -> AbstractAsyncContextManager[Connection]:
        return self.acquire()

    # The ORM's

    async def _execute(self, sql: str, args: Arguments) -> str:
        if self._command_timeout is None:
            reply = self._sharing.execute(sql, args)
            if reply is not None:
                return await reply
        tag: str = await self._run("execute", None, sql, args)
        return tag

    async def _fetch(self, sql: str, args: Arguments, model: ModelLayout | None) -> list[Any]:
        if self._command_timeout is None:
            reply = self._sharing.fetch(sql, args, model)
            if reply is not None:
                return await reply
        rows: list[Any] = await self._run("fetch", None, sql, args, model)
        return rows

    async def _fetchcolumn(self, sql: str, args: Arguments) -> list[Any]:
        if self._command_timeout is None:
            reply = self._sharing.fetchcolumn(sql, args)
            if reply is not None:
                return await reply
        values: list[Any] = await self._run("fetchcolumn", None, sql, args)
        return values

    async def _fetchrow(self, sql: str, args: Arguments, model: ModelLayout | None) -> Any:
        if self._command_timeout is None:
            reply = self._sharing.fetchrow(sql, args, model)
            if reply is not None:
                return await reply
        return await self._run("fetchrow", None, sql, args, model)
