"""A pool of connections for threads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from typing import Any, Self, TypeVar, Unpack

from data_bridge._engine import Record
from data_bridge.postgres.errors import (
    Error,
    PoolClosedError,
    QueryTimeoutError,
)
from data_bridge.postgres.observation import QueryLogger, refuse_coroutine
from data_bridge.postgres.options import Configuration, ConnectionOptions, configure
from data_bridge.postgres.pool import check_sizes
from data_bridge.postgres.sync.connection import Connection, open_connection
from data_bridge.postgres.sync.cursor import Cursor
from data_bridge.postgres.sync.retry import repeat
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
    """Open a pool; arguments and errors as for `data_bridge.postgres.create_pool`."""
    check_sizes(min_size, max_size)
    return Pool(configure(dsn, options), min_size, max_size, acquire_timeout)


class Pool:
    """A pool of connections, shared by threads; who waits is served in the order of asking."""

    def __init__(
        self,
        configuration: Configuration,
        min_size: int,
        max_size: int,
        acquire_timeout: float | None,
    ) -> None:
        self._configuration = configuration
        self._max_size = max_size
        self._acquire_timeout = acquire_timeout
        self._lock = threading.Lock()
        self._idle: deque[Connection] = deque()
        self._waiting: deque[_Waiter] = deque()
        self._connections: set[Connection] = set()
        self._opening = 0
        self._closed = False
        try:
            for _ in range(min_size):
                self._opening += 1
                self._idle.append(self._open_connection())
        except BaseException:
            self.close()
            raise

    def execute(self, sql: str, *args: object, timeout: float | None = None) -> str:
        """Run a statement; see `Connection.execute`."""
        connection = self._take()
        try:
            return connection.execute(sql, *args, timeout=timeout)
        finally:
            self._give_back(connection)

    def executemany(
        self, sql: str, rows: Iterable[Iterable[object]], *, timeout: float | None = None
    ) -> None:
        """Run a statement once for each row of arguments; see `Connection.executemany`."""
        connection = self._take()
        try:
            connection.executemany(sql, rows, timeout=timeout)
        finally:
            self._give_back(connection)

    def fetch(self, sql: str, *args: object, timeout: float | None = None) -> list[Record]:
        """Run a statement and give all its rows."""
        connection = self._take()
        try:
            return connection.fetch(sql, *args, timeout=timeout)
        finally:
            self._give_back(connection)

    def fetchrow(self, sql: str, *args: object, timeout: float | None = None) -> Record | None:
        """Run a statement and give its first row, or None when it gives none."""
        connection = self._take()
        try:
            return connection.fetchrow(sql, *args, timeout=timeout)
        finally:
            self._give_back(connection)

    def fetchval(
        self, sql: str, *args: object, column: int = 0, timeout: float | None = None
    ) -> Any:
        """Run a statement and give one value of its first row, or None when it gives none."""
        connection = self._take()
        try:
            return connection.fetchval(sql, *args, column=column, timeout=timeout)
        finally:
            self._give_back(connection)

    @contextmanager
    def acquire(self, *, timeout: float | None = None) -> Generator[Connection]:
        """A connection of one's own, for `with`.

        Raises:
            QueryTimeoutError: None came free in time.
            PoolClosedError: The pool was closed.
        """
        connection = self._take(timeout)
        try:
            yield connection
        finally:
            self._give_back(connection)

    @contextmanager
    def transaction(
        self,
        *,
        isolation: Isolation | None = None,
        readonly: bool = False,
        deferrable: bool = False,
    ) -> Generator[Connection]:
        """A transaction on a connection of its own: `with pool.transaction() as connection`."""
        with (
            self.acquire() as connection,
            connection.transaction(isolation=isolation, readonly=readonly, deferrable=deferrable),
        ):
            yield connection

    def cursor(
        self,
        sql: str,
        *args: object,
        prefetch: int | None = None,
        timeout: float | None = None,
    ) -> Cursor:
        """The rows of a statement, a portion at a time; see the asynchronous `cursor`."""
        return Cursor(self.acquire, sql, args, prefetch=prefetch, timeout=timeout)

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
            transaction = self.transaction(
                isolation=isolation, readonly=readonly, deferrable=deferrable
            )
            with transaction as connection:
                return fn(connection)

        return repeat(attempt, retries)

    def add_query_logger(self, logger: QueryLogger, *, parameters: bool = False) -> None:
        """Have a function called with a `LoggedQuery` after each statement.

        What it raises is logged as an error, and changes nothing for the statement.

        Args:
            logger: The function.
            parameters: Whether it gets the arguments as well.
        """
        refuse_coroutine(logger)
        observers = self._configuration.observers
        observers.add(logger, parameters)
        for connection in tuple(self._connections):
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

    def close(self) -> None:
        """Close the pool and its idle connections; one in use is closed when it is given back."""
        with self._lock:
            self._closed = True
            idle = list(self._idle)
            self._idle.clear()
            self._connections.difference_update(idle)
            while self._waiting:
                self._waiting.popleft().fail(PoolClosedError("the pool is closed"))
        for connection in idle:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else f"{len(self._idle)} idle"
        return f"<Pool of {len(self._connections)} of {self._max_size}, {state}>"

    def _take(self, timeout: float | None = None) -> Connection:
        while True:
            # A deque's own operations are atomic: the common case takes no lock.
            try:
                connection = self._idle.pop()
            except IndexError:
                return self._wait(timeout)
            if connection._engine.is_alive():
                return connection
            self._discard(connection)

    def _wait(self, timeout: float | None) -> Connection:
        seconds = self._acquire_timeout if timeout is None else timeout
        waiter = _Waiter()
        with self._lock:
            if self._closed:
                raise PoolClosedError("the pool is closed")
            self._waiting.append(waiter)
            self._serve()
        try:
            came = waiter.wait(seconds)
        except BaseException:
            self._withdraw(waiter)
            raise
        if not came:
            self._withdraw(waiter)
            raise QueryTimeoutError(
                f"none of the pool's {self._max_size} connections was free within {seconds} s"
            )
        return self._redeem(waiter)

    def _serve(self) -> None:
        """Give those who wait what there is, in their order. The caller has the lock."""
        while self._waiting:
            # Others take from the idle ones without the lock.
            with suppress(IndexError):
                self._waiting[0].hand_over(self._idle.pop())
                self._waiting.popleft()
                continue
            if len(self._connections) + self._opening >= self._max_size:
                return
            self._opening += 1
            self._waiting.popleft().grant()

    def _redeem(self, waiter: _Waiter) -> Connection:
        if waiter.error is not None:
            raise waiter.error
        if waiter.connection is None:
            return self._open_connection()
        if waiter.connection._engine.is_alive():
            return waiter.connection
        self._discard(waiter.connection)
        return self._take()

    def _withdraw(self, waiter: _Waiter) -> None:
        """What came while a wait ended otherwise goes to the next one."""
        with self._lock:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            elif waiter.granted:
                self._opening -= 1
                self._serve()
        if waiter.connection is not None:
            self._give_back(waiter.connection)

    def _give_back(self, connection: Connection) -> None:
        engine = connection._engine
        try:
            if not engine.clean and not engine.closed:
                connection._reset()
        except Error:
            # A session that cannot be reset is nobody's to use.
            connection.close()
        except BaseException:
            self._discard(connection)
            raise
        with self._lock:
            if not engine.closed and not self._closed:
                if self._waiting:
                    self._waiting.popleft().hand_over(connection)
                else:
                    self._idle.append(connection)
                return
        self._discard(connection)

    def _discard(self, connection: Connection) -> None:
        with self._lock:
            self._connections.discard(connection)
            if not self._closed:
                self._serve()
        connection.close()

    def _open_connection(self) -> Connection:
        """Open the connection that room was kept for."""
        try:
            connection = open_connection(self._configuration)
        except BaseException:
            with self._lock:
                self._opening -= 1
                if not self._closed:
                    self._serve()
            raise
        with self._lock:
            self._opening -= 1
            if not self._closed:
                self._connections.add(connection)
                return connection
        connection.close()
        raise PoolClosedError("the pool is closed")


class _Waiter:
    """A thread that waits for a connection; the pool's lock is held by whoever tells it."""

    __slots__ = ("_ready", "connection", "error", "granted")

    def __init__(self) -> None:
        self._ready = threading.Event()
        self.connection: Connection | None = None
        self.error: Error | None = None
        #: Whether there is room for a connection that it may open.
        self.granted = False

    def wait(self, timeout: float | None) -> bool:
        return self._ready.is_set() or self._ready.wait(timeout)

    def hand_over(self, connection: Connection) -> None:
        self.connection = connection
        self._ready.set()

    def grant(self) -> None:
        self.granted = True
        self._ready.set()

    def fail(self, error: Error) -> None:
        self.error = error
        self._ready.set()
