"""Who is told of each statement, and what: query loggers, and the log of slow queries."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextvars import copy_context
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol, TypeAlias

from data_bridge._engine import Columns, Reply
from data_bridge.postgres.bound import BOUND
from data_bridge.postgres.errors import InterfaceError

__all__ = [
    "LoggedQuery",
    "Observed",
    "Observers",
    "QueryLogger",
    "SlowQueries",
    "let_go",
    "own_observers",
    "refuse_coroutine",
]

LOG = logging.getLogger("data_bridge.postgres")

#: Loggers that are coroutines, until they are done: the loop itself does not hold them.
_running: set[asyncio.Task[object]] = set()


@dataclass(frozen=True, slots=True)
class LoggedQuery:
    """A statement that has ended, as query loggers are told of it.

    Attributes:
        sql: The statement, without its arguments.
        duration: Seconds from the call to the answer; of a cursor, and of a COPY that is iterated
            over, those in which the server was waited for, until its end.
        rows: How many rows it gave, or by its tag affected; None when that is not known.
        tag: The command's tag, such as `INSERT 0 1`; None for the calls that give rows.
        error: What it failed with: a `PostgresError`, a `QueryTimeoutError`, or the
            `CancelledError` of a task that was cancelled.
        timeout: Seconds it was given.
        parameters: Its arguments, for loggers that asked for them: of a bulk statement all rows,
            where these are kept at all.
    """

    sql: str
    duration: float
    rows: int | None = None
    tag: str | None = None
    error: BaseException | None = None
    timeout: float | None = None
    # Even those who asked for them do not want them in every log.
    parameters: Any = field(default=None, repr=False)


#: What `add_query_logger` takes; for asyncio it may be a coroutine function.
QueryLogger: TypeAlias = Callable[[LoggedQuery], object]


class Observed(Protocol):
    """What is observed: a connection of the engine, of either kind."""

    observer: Any
    session_changed: bool


class Observers:
    """The query loggers of a connection, or of all connections of a pool.

    The engine calls it: `begun` for asyncio, `ended` for threads. What a logger raises is logged,
    and changes nothing for the statement.

    Args:
        parent: The pool's, of a connection that has some of its own.
        shared: Whether these are a pool's, which stay when a connection is given back.
    """

    __slots__ = ("_loggers", "parent", "shared")

    def __init__(self, parent: Observers | None = None, *, shared: bool = False) -> None:
        self._loggers: list[tuple[QueryLogger, bool]] = []
        self.parent = parent
        self.shared = shared

    def __bool__(self) -> bool:
        return bool(self._loggers)

    def add(self, logger: QueryLogger, parameters: bool) -> None:
        """Tell it of each statement from now on; with the arguments if it asks for them."""
        self._loggers.append((logger, parameters))

    def remove(self, logger: QueryLogger) -> None:
        """Tell it no more.

        Raises:
            InterfaceError: It is none of these.
        """
        kept = [one for one in self._loggers if one[0] != logger]
        if len(kept) == len(self._loggers):
            raise InterfaceError("this query logger was not added here, or removed already")
        self._loggers = kept

    def begun(
        self, sql: str, kind: str, arguments: Any, spent: float, reply: Reply | BaseException
    ) -> None:
        """Take note of a statement that was sent, or refused; tell of it when it has ended."""
        if not isinstance(reply, Reply):
            self.ended(sql, kind, arguments, spent, None, None, reply)
            return
        started = perf_counter() - spent
        bound = BOUND.get()

        def done(reply: Reply) -> None:
            result: object = None
            error: BaseException | None
            if reply.cancelled():
                late = bound is not None and bound.expired()
                error = bound.error() if bound and late else asyncio.CancelledError()
            elif (error := reply.exception()) is None:
                result = reply.result()
            seconds = None if bound is None else bound.seconds
            self.ended(sql, kind, arguments, perf_counter() - started, seconds, result, error)

        # In the context of who asked: spans find their parent there.
        reply.add_done_callback(done, context=copy_context())

    def ended(
        self,
        sql: str,
        kind: str,
        arguments: Any,
        duration: float,
        timeout: float | None,
        result: object,
        error: BaseException | None,
    ) -> None:
        """Tell of a statement that has ended."""
        # An empty one is the driver's own: it waits for what is in flight.
        if not sql:
            return
        tagged = kind in {"status", "executions"}
        tag = result if tagged and isinstance(result, str) else None
        # The tag of many executions is the last one's.
        counted = error is None and not isinstance(arguments, list)
        rows = _count(kind, result) if counted else None
        plain = LoggedQuery(sql, duration, rows, tag, error, timeout)
        for logger, parameters in self._all():
            query = plain
            if parameters:
                given = None if isinstance(arguments, Columns) else arguments
                query = LoggedQuery(sql, duration, rows, tag, error, timeout, given)
            _tell(logger, query)

    def _all(self) -> Iterator[tuple[QueryLogger, bool]]:
        yield from tuple(self._loggers)
        if self.parent is not None:
            yield from self.parent._all()

    def attach(self, engine: Observed) -> None:
        """Have a connection of a pool observed, beside those that it has of its own."""
        own: Observers | None = engine.observer
        if own is None:
            engine.observer = self
        elif own is not self:
            own.parent = self


def own_observers(engine: Observed) -> Observers:
    """The observers of just this connection: a pool that gets it back lets them go."""
    observers: Observers | None = engine.observer
    if observers is None or observers.shared:
        observers = engine.observer = Observers(observers)
        engine.session_changed = True
    return observers


def let_go(engine: Observed) -> None:
    """Leave a connection only those that its pool observes it with."""
    observers: Observers | None = engine.observer
    if observers is not None and not observers.shared:
        engine.observer = observers.parent


def refuse_coroutine(logger: QueryLogger) -> None:
    """Without an event loop nobody awaits.

    Raises:
        InterfaceError: The logger is a coroutine function.
    """
    if inspect.iscoroutinefunction(logger):
        raise InterfaceError("a query logger of a synchronous connection cannot be a coroutine")


class SlowQueries:
    """The query logger of `slow_query_seconds`.

    Args:
        seconds: From how many on a statement is slow.
    """

    __slots__ = ("_seconds",)

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __call__(self, query: LoggedQuery) -> None:
        """Log it if it is slow."""
        if query.duration >= self._seconds:
            end = "" if query.error is None else f" ({type(query.error).__name__})"
            LOG.warning("slow query: %.3f s%s: %s", query.duration, end, query.sql)


def _count(kind: str, result: object) -> int | None:
    if kind == "portions" and isinstance(result, int):
        return result
    if isinstance(result, list) and kind in {"rows", "column"}:
        return len(result)
    if kind == "row":
        return int(result is not None)
    if kind == "status" and isinstance(result, str):
        last = result.rpartition(" ")[2]
        return int(last) if last.isdecimal() else None
    return None


def _tell(logger: QueryLogger, query: LoggedQuery) -> None:
    try:
        answer = logger(query)
        if isinstance(answer, Awaitable):
            task = asyncio.ensure_future(_awaited(answer))
            _running.add(task)
            task.add_done_callback(_running.discard)
    except Exception:
        LOG.exception("a query logger failed")


def _awaited(answer: Awaitable[object]) -> Coroutine[Any, Any, object]:
    async def wait() -> object:
        try:
            return await answer
        except Exception:
            LOG.exception("a query logger failed")
            return None

    return wait()
