"""A pool of connections for threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, Self, TypeVar, Unpack

from data_bridge._engine import Record, TypeCodec
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.lending import (
    NOT_ACQUIRED,
    Opening,
    PoolStatistics,
    check_sizes,
    limits,
    no_connection,
)
from data_bridge.postgres.notification import KEPT
from data_bridge.postgres.observation import QueryLogger, refuse_coroutine
from data_bridge.postgres.options import ConnectionOptions, configure
from data_bridge.postgres.sync.acquisition import Acquisition, PoolTransaction, give_back
from data_bridge.postgres.sync.connection import Connection, open_connection
from data_bridge.postgres.sync.copy import CopyMethods
from data_bridge.postgres.sync.cursor import Cursor
from data_bridge.postgres.sync.listening import Listening
from data_bridge.postgres.sync.pipeline import Pipeline
from data_bridge.postgres.sync.retry import repeat
from data_bridge.postgres.sync.supply import Hook, Supply
from data_bridge.postgres.sync.type_codec import TypeCodecMethods
from data_bridge.postgres.transaction import Isolation
from data_bridge.postgres.type_codec import FIND_TYPE, sought

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
    """Open a pool; arguments and errors as for `data_bridge.postgres.create_pool`.

    Threads share a pool, but no connection of it: `pipelining` changes nothing here.
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
    configuration = configure(dsn, options)
    return Pool(configuration, min_size, max_size, checked, setup=setup, init=init, reset=reset)


class Pool(CopyMethods, TypeCodecMethods, Supply):
    """A pool of connections, shared by threads; who waits is served in the order of asking."""

    def execute(self, sql: str, *args: object, timeout: float | None = None) -> str:
        """Run a statement; see `Connection.execute`."""
        member = self._take()
        try:
            return member.engine.execute(
                sql, args or None, self._command_timeout if timeout is None else timeout
            )
        finally:
            self._give_back(member)

    def executemany(
        self, sql: str, rows: Iterable[Iterable[object]], *, timeout: float | None = None
    ) -> None:
        """Run a statement once for each row of arguments; see `Connection.executemany`."""
        member = self._take()
        try:
            member.connection.executemany(sql, rows, timeout=timeout)
        finally:
            self._give_back(member)

    def fetchmany(
        self, sql: str, rows: Iterable[Iterable[object]], *, timeout: float | None = None
    ) -> list[Record]:
        """Run a statement once for each row of arguments; see `Connection.fetchmany`."""
        member = self._take()
        try:
            return member.connection.fetchmany(sql, rows, timeout=timeout)
        finally:
            self._give_back(member)

    def fetch(self, sql: str, *args: object, timeout: float | None = None) -> list[Record]:
        """Run a statement and give all its rows."""
        member = self._take()
        try:
            return member.engine.fetch(
                sql, args, self._command_timeout if timeout is None else timeout
            )
        finally:
            self._give_back(member)

    def fetchrow(self, sql: str, *args: object, timeout: float | None = None) -> Record | None:
        """Run a statement and give its first row, or None when it gives none."""
        member = self._take()
        try:
            return member.engine.fetchrow(
                sql, args, self._command_timeout if timeout is None else timeout
            )
        finally:
            self._give_back(member)

    def fetchval(
        self, sql: str, *args: object, column: int = 0, timeout: float | None = None
    ) -> Any:
        """Run a statement and give one value of its first row, or None when it gives none."""
        member = self._take()
        try:
            return member.engine.fetchval(
                sql, args, column, self._command_timeout if timeout is None else timeout
            )
        finally:
            self._give_back(member)

    def acquire(self, *, timeout: float | None = None) -> Acquisition:
        """A connection of one's own, for `with`.

        Args:
            timeout: Seconds to wait for it; the pool's `acquire_timeout` when None.

        Raises:
            QueryTimeoutError: None came free in time.
            PoolClosedError: The pool was closed.
        """
        return Acquisition(self, timeout)

    def release(self, connection: Connection) -> None:
        """Give back a connection that `acquire` gave, before its `with` ends; it is then unusable.

        Raises:
            InterfaceError: It is none of these.
        """
        if not isinstance(connection, Connection):
            raise no_connection(connection, Acquisition, "enter it by `with` for the connection")
        if not give_back(self, connection):
            raise InterfaceError(NOT_ACQUIRED)

    def pipeline(self, *, timeout: float | None = None) -> Pipeline:
        """Statements that are sent together, on a connection of their own; see `Pipeline`."""
        return Pipeline(self.acquire(), timeout)

    def transaction(
        self,
        *,
        isolation: Isolation | None = None,
        readonly: bool = False,
        deferrable: bool = False,
    ) -> PoolTransaction:
        """A transaction on a connection of its own: `with pool.transaction() as connection`."""
        return PoolTransaction(self, isolation, readonly, deferrable)

    def cursor(
        self,
        sql: str,
        *args: object,
        prefetch: int | None = None,
        timeout: float | None = None,
    ) -> Cursor:
        """The rows of a statement, a portion at a time; see the asynchronous `cursor`."""
        return Cursor(self.acquire, sql, args, prefetch=prefetch, timeout=timeout)

    def listen(self, *channels: str, queue_size: int = KEPT) -> Listening:
        """Listen to channels: `with pool.listen("jobs") as notifications`; see the async one."""
        listening = Listening(self._connect_listening, channels, queue_size)
        self._listenings.add(listening)
        return listening

    def _connect_listening(self) -> Connection:
        self._check_open()
        return open_connection(self._configuration)

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
        for engine in tuple(self._members):
            observers.attach(engine)

    def remove_query_logger(self, logger: QueryLogger) -> None:
        """Call it no more.

        Raises:
            InterfaceError: It was not added here.
        """
        self._configuration.observers.remove(logger)

    def get_size(self) -> int:
        """How many connections there are."""
        return len(self._members)

    def get_idle_size(self) -> int:
        """How many of them nobody uses."""
        return len(self._idle)

    def get_stats(self) -> PoolStatistics:
        """The figures of this moment, and since the pool was made."""
        counts = self._counts
        with self._lock:
            size, idle = len(self._members), len(self._idle)
            uses = sum(member.uses for member in self._members.values())
            return PoolStatistics(
                min_size=self._min_size,
                max_size=self._max_size,
                size=size,
                opening=self._opening,
                idle=idle,
                acquired=size - idle,
                waiting=len(self._waiting),
                opened=counts.opened,
                closed=counts.closed,
                failed=counts.failed,
                requests=counts.requests + uses,
                shared=0,
                waits=counts.waits,
                wait_seconds=counts.wait_seconds,
                timeouts=counts.timeouts,
                resets=counts.resets,
            )

    def resize(self, min_size: int, max_size: int) -> None:
        """Change how many connections are kept, and how many there may be.

        Those that are too many leave as nobody uses them any more.

        Raises:
            InterfaceError: The sizes make no sense.
        """
        check_sizes(min_size, max_size)
        self._min_size, self._max_size = min_size, max_size
        idle = list(self._idle)
        members = [m for m in list(self._members.values()) if m not in idle]
        for member in [*idle, *members][: max(len(idle) + len(members) - max_size, 0)]:
            self._retire(member)
        with self._lock:
            self._serve()

    def drain(self) -> None:
        """Replace all connections of now: each is closed once nobody uses it."""
        for member in list(self._members.values()):
            self._retire(member)

    def _find_type(self, typename: str, schema: str | None) -> bytes | None:
        found: bytes | None = self.fetchval(FIND_TYPE, *sought(typename, schema))
        return found

    def _set_type_codec(self, codec: TypeCodec) -> None:
        self._configuration.engine.set_type_codec(codec)
        for engine in list(self._members):
            engine.set_type_codec(codec)

    def _reload_types(self) -> None:
        for engine in list(self._members):
            engine.reload_types()

    def close(self, *, timeout: float = 10) -> None:
        """Close the pool: who waits is told, and connections in use are waited for.

        Args:
            timeout: Seconds to wait for them; what is still in use then is closed all the same,
                and statements on it fail.
        """
        self._close(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else f"{len(self._idle)} idle"
        return f"<Pool of {len(self._members)} of {self._max_size}, {state}>"

    def _lend(self) -> AbstractContextManager[Connection]:
        return self.acquire()
