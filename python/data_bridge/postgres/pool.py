"""A pool of connections for asyncio."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable
from contextlib import suppress
from typing import Any, Self, TypeVar, Unpack

from data_bridge._engine import ModelLayout, Record
from data_bridge.postgres.acquisition import Acquisition, PoolTransaction
from data_bridge.postgres.connection import Arguments, Connection, open_connection
from data_bridge.postgres.cursor import Cursor, PoolCursor
from data_bridge.postgres.deadlines import Deadlines
from data_bridge.postgres.errors import (
    Error,
    InterfaceError,
    PoolClosedError,
    QueryTimeoutError,
)
from data_bridge.postgres.observation import QueryLogger
from data_bridge.postgres.options import Configuration, ConnectionOptions, configure
from data_bridge.postgres.retry import repeat
from data_bridge.postgres.transaction import Isolation

__all__ = ["Pool", "create_pool"]

T = TypeVar("T")


def create_pool(
    dsn: str | None = None,
    *,
    min_size: int = 2,
    max_size: int = 10,
    acquire_timeout: float | None = 30,
    **options: Unpack[ConnectionOptions],
) -> Pool:
    """Make a pool; `await` it, or use it in `async with`, to open it.

    Args:
        dsn: As for `connect`.
        min_size: How many connections are opened at once and kept.
        max_size: How many there may be.
        acquire_timeout: Seconds that a task may wait for a connection; None: no bound.
        options: As for `connect`.

    Raises:
        InterfaceError: The sizes make no sense, or the arguments cannot be understood.
        TypeError: There is no such option.
    """
    check_sizes(min_size, max_size)
    return Pool(configure(dsn, options), min_size, max_size, acquire_timeout)


def check_sizes(min_size: int, max_size: int) -> None:
    """Refuse sizes that no pool can have.

    Raises:
        InterfaceError: They make no sense.
    """
    if not 0 <= min_size <= max_size or max_size < 1:
        raise InterfaceError(
            f"min_size={min_size} and max_size={max_size}: "
            "a pool needs 0 <= min_size <= max_size and room for one connection"
        )


class Pool:
    """A pool of connections, made by `create_pool`.

    A statement called on the pool itself takes a connection for just as long as it runs. Who
    waits is served in the order of asking. A connection is reset before its next use only when
    its session was changed (a transaction left open, SET, LISTEN, a cursor, an advisory lock).
    """

    def __init__(
        self,
        configuration: Configuration,
        min_size: int,
        max_size: int,
        acquire_timeout: float | None,
    ) -> None:
        self._configuration = configuration
        self._min_size = min_size
        self._max_size = max_size
        self._command_timeout = configuration.command_timeout
        self._idle: deque[Connection] = deque()
        self._waiting: deque[asyncio.Future[Connection]] = deque()
        self._deadlines = Deadlines(acquire_timeout, self._late)
        self._connections: set[Connection] = set()
        #: Those that `acquire` gave, until they are given back.
        self._acquired: set[Connection] = set()
        #: Connections being opened, and sessions being reset.
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening = 0
        self._opened = False
        self._first = asyncio.Lock()
        self._gone = asyncio.Event()
        self._closed = False

    # Statements

    async def execute(self, sql: str, *args: object, timeout: float | None = None) -> str:
        """Run a statement; see `Connection.execute`."""
        connection = self._take() or await self._wait()
        try:
            # Here and below: without a bound it goes to the engine past another coroutine.
            if timeout is None and self._command_timeout is None:
                return await connection._engine.execute(sql, args or None)
            return await connection.execute(sql, *args, timeout=timeout)
        finally:
            self._give_back(connection)

    async def executemany(
        self, sql: str, rows: Iterable[Iterable[object]], *, timeout: float | None = None
    ) -> None:
        """Run a statement once for each row of arguments; see `Connection.executemany`."""
        connection = self._take() or await self._wait()
        try:
            await connection.executemany(sql, rows, timeout=timeout)
        finally:
            self._give_back(connection)

    async def fetch(self, sql: str, *args: object, timeout: float | None = None) -> list[Record]:
        """Run a statement and give all its rows; see `Connection.fetch`."""
        connection = self._take() or await self._wait()
        try:
            if timeout is None and self._command_timeout is None:
                return await connection._engine.fetch(sql, args)
            return await connection.fetch(sql, *args, timeout=timeout)
        finally:
            self._give_back(connection)

    async def fetchrow(
        self, sql: str, *args: object, timeout: float | None = None
    ) -> Record | None:
        """Run a statement and give its first row; see `Connection.fetchrow`."""
        connection = self._take() or await self._wait()
        try:
            if timeout is None and self._command_timeout is None:
                return await connection._engine.fetchrow(sql, args)
            return await connection.fetchrow(sql, *args, timeout=timeout)
        finally:
            self._give_back(connection)

    async def fetchval(
        self, sql: str, *args: object, column: int = 0, timeout: float | None = None
    ) -> Any:
        """Run a statement and give one value; see `Connection.fetchval`."""
        connection = self._take() or await self._wait()
        try:
            if timeout is None and self._command_timeout is None:
                return await connection._engine.fetchval(sql, args, column)
            return await connection.fetchval(sql, *args, column=column, timeout=timeout)
        finally:
            self._give_back(connection)

    # Connections

    def acquire(self, *, timeout: float | None = None) -> Acquisition:
        """A connection of one's own, for `async with`, or by `await` until `release`.

        Args:
            timeout: Seconds to wait for it; the pool's `acquire_timeout` when None.

        Raises:
            QueryTimeoutError: None came free in time.
            PoolClosedError: The pool was closed.
        """
        return Acquisition(self, timeout)

    async def release(self, connection: Connection) -> None:
        """Give back a connection that was got by `await pool.acquire()`."""
        if connection not in self._acquired:
            raise InterfaceError(
                "this connection is none that the pool's acquire gave, or was given back already"
            )
        self._acquired.remove(connection)
        self._give_back(connection)

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
        for connection in self._connections:
            observers.attach(connection._engine)

    def remove_query_logger(self, logger: QueryLogger) -> None:
        """Call it no more.

        Raises:
            InterfaceError: It was not added here.
        """
        self._configuration.observers.remove(logger)

    def get_size(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    def get_idle_size(self) -> int:
        """How many of them nobody uses."""
        return len(self._idle)

    # Opening and closing

    async def open(self) -> Self:
        """Open the pool's first `min_size` connections; `await pool` does the same."""
        async with self._first:
            if self._closed:
                raise PoolClosedError("the pool is closed")
            if not self._opened:
                await self._open_first()
                self._opened = True
        return self

    async def _open_first(self) -> None:
        tasks = [asyncio.ensure_future(self._open_connection()) for _ in range(self._min_size)]
        try:
            self._idle.extend(await asyncio.gather(*tasks))
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for connection in list(self._connections):
                self._discard(connection)
            raise

    async def close(self, *, timeout: float = 10) -> None:
        """Close the pool: who waits is told, and connections in use are waited for.

        Args:
            timeout: Seconds to wait for them; what is still in use then is closed all the same.
        """
        self._closed = True
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(PoolClosedError("the pool is closed"))
        self._waiting.clear()
        self._deadlines.clear()
        for task in list(self._tasks):
            task.cancel()
        while self._idle:
            self._discard(self._idle.pop())
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self._connections:
                    self._gone.clear()
                    await self._gone.wait()
        for connection in list(self._connections):
            self._discard(connection)

    def __await__(self) -> Generator[Any, None, Self]:
        return self.open().__await__()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else f"{len(self._idle)} idle"
        return f"<Pool of {len(self._connections)} of {self._max_size}, {state}>"

    # How connections change hands

    def _take(self) -> Connection | None:
        """An idle connection, the one used last; None when there is none to be had at once."""
        idle = self._idle
        while idle:
            connection = idle.pop()
            if not connection._engine.closed:
                return connection
            self._connections.discard(connection)
        return None

    async def _wait(self, timeout: float | None = None) -> Connection:
        """Wait in turn for a connection, and have one opened when there may be more."""
        if self._closed or not self._opened:
            raise PoolClosedError(
                "the pool is closed" if self._closed else "the pool is not open: await it first"
            )
        waiter: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._grow()
        # The pool's own bound is the same for all, so that one timer serves them.
        deadlines = self._deadlines if timeout is None else Deadlines(timeout, self._late)
        deadlines.add(waiter)
        try:
            return await waiter
        except BaseException:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            # Handed over in the very turn in which the wait ended: pass it on.
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._give_back(waiter.result())
            raise
        finally:
            if timeout is not None:
                deadlines.clear()

    def _late(self, seconds: float) -> QueryTimeoutError:
        return QueryTimeoutError(
            f"none of the pool's {self._max_size} connections was free within {seconds} s"
        )

    def _give_back(self, connection: Connection) -> None:
        engine = connection._engine
        if engine.clean:
            if self._waiting or self._closed:
                self._hand_on(connection)
            else:
                self._idle.append(connection)
        elif engine.closed:
            self._discard(connection)
            self._grow()
        else:
            self._start(self._reset(connection))

    def _hand_on(self, connection: Connection) -> None:
        if self._closed:
            self._discard(connection)
            return
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        self._idle.append(connection)

    async def _reset(self, connection: Connection) -> None:
        try:
            async with asyncio.timeout(10):
                await connection._reset()
        except (Error, TimeoutError, asyncio.CancelledError):
            # A session that cannot be reset is nobody's to use.
            self._discard(connection)
            self._grow()
            return
        self._hand_on(connection)

    def _discard(self, connection: Connection) -> None:
        self._connections.discard(connection)
        connection._engine.close()
        self._gone.set()

    def _grow(self) -> None:
        """Open as many connections as there are tasks waiting and room for."""
        room = self._max_size - len(self._connections) - self._opening
        if self._closed or room <= 0:
            return
        wanted = sum(not waiter.done() for waiter in self._waiting) - self._opening
        for _ in range(min(wanted, room)):
            self._opening += 1
            self._start(self._open_for_waiter())

    async def _open_for_waiter(self) -> None:
        try:
            connection = await self._open_connection()
        except Error as error:
            self._opening -= 1
            self._fail_first(error)
            # Who waits behind has a try of its own.
            self._grow()
        except BaseException:
            self._opening -= 1
            raise
        else:
            self._opening -= 1
            self._hand_on(connection)

    def _fail_first(self, error: Error) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_exception(error)
                return

    async def _open_connection(self) -> Connection:
        connection = await open_connection(self._configuration)
        if self._closed:
            await connection.close()
            raise PoolClosedError("the pool is closed")
        self._connections.add(connection)
        return connection

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            # A call that was never finished is thrown away after its loop: nothing can run now.
            work.close()
            return
        task = loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # The ORM's

    async def _execute(self, sql: str, args: Arguments) -> str:
        connection = self._take() or await self._wait()
        try:
            if self._command_timeout is None:
                return await connection._engine.execute(sql, args)
            return await connection._execute(sql, args)
        finally:
            self._give_back(connection)

    async def _fetch(self, sql: str, args: Arguments, model: ModelLayout | None) -> list[Any]:
        connection = self._take() or await self._wait()
        try:
            if self._command_timeout is None:
                return await connection._engine.fetch(sql, args, model)
            return await connection._fetch(sql, args, model)
        finally:
            self._give_back(connection)

    async def _fetchcolumn(self, sql: str, args: Arguments) -> list[Any]:
        connection = self._take() or await self._wait()
        try:
            if self._command_timeout is None:
                return await connection._engine.fetchcolumn(sql, args)
            return await connection._fetchcolumn(sql, args)
        finally:
            self._give_back(connection)

    async def _fetchrow(self, sql: str, args: Arguments, model: ModelLayout | None) -> Any:
        connection = self._take() or await self._wait()
        try:
            if self._command_timeout is None:
                return await connection._engine.fetchrow(sql, args, model)
            return await connection._fetchrow(sql, args, model)
        finally:
            self._give_back(connection)
