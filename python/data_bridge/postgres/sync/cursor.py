"""Cursors for threads: the rows of a large result, a portion at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from data_bridge import _engine
from data_bridge._engine import Record
from data_bridge.postgres.cursor import PREFETCH, check_count
from data_bridge.postgres.errors import Error
from data_bridge.postgres.stopwatch import Stopwatch

if TYPE_CHECKING:
    from data_bridge.postgres.sync.connection import Connection

__all__ = ["Cursor"]


class Cursor:
    """What `Connection.cursor` gives: `for record in cursor`, or `fetch`.

    See the asynchronous one; it asks for the next `prefetch` rows when these are read.
    """

    __slots__ = (
        "__weakref__",
        "_acquire",
        "_arguments",
        "_connection",
        "_ended",
        "_engine",
        "_lease",
        "_prefetch",
        "_rows",
        "_sql",
        "_timeout",
        "_watch",
    )

    def __init__(
        self,
        acquire: Callable[[], AbstractContextManager[Connection]],
        sql: str,
        arguments: tuple[object, ...],
        *,
        prefetch: int | None,
        timeout: float | None,
    ) -> None:
        #: Gives the connection for as long as the cursor is open.
        self._acquire = acquire
        self._sql = sql
        self._arguments = arguments
        self._prefetch = PREFETCH if prefetch is None else check_count("prefetch", prefetch)
        self._timeout = timeout
        self._lease: AbstractContextManager[Connection] | None = None
        self._connection: Connection | None = None
        self._engine: _engine.SyncCursor | None = None
        self._ended = False
        self._watch: Stopwatch | None = None
        self._rows: deque[Record] = deque()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Record:
        rows = self._rows
        if not rows:
            self._more(self._prefetch)
            if not rows:
                raise StopIteration
        return rows.popleft()

    def fetch(self, n: int) -> list[Record]:
        """The next `n` rows; fewer when there are no more."""
        check_count("n", n)
        rows = self._rows
        while len(rows) < n and not self._ended:
            self._more(n - len(rows))
        return [rows.popleft() for _ in range(min(n, len(rows)))]

    def fetchrow(self) -> Record | None:
        """The next row; None when there are no more."""
        rows = self.fetch(1)
        return rows[0] if rows else None

    def forward(self, n: int) -> int:
        """Pass over the next `n` rows; gives over how many, fewer when there are no more."""
        passed = 0
        check_count("n", n)
        while passed < n:
            skipped = len(self.fetch(min(n - passed, self._prefetch)))
            if not skipped:
                break
            passed += skipped
        return passed

    def close(self) -> None:
        """Close it, whether all rows were read or not. Closing twice is allowed."""
        self._rows.clear()
        opened, self._ended = not self._ended, True
        try:
            if self._engine is not None and opened:
                self._engine.close()
        except BaseException as error:
            self._end_watch(error)
            raise
        finally:
            self._end_watch()
            self._release()

    def __enter__(self) -> Self:
        if self._engine is None and not self._ended:
            self._more(self._prefetch)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is None:
            self.close()
            return
        # What went wrong in the block says more.
        with suppress(Error):
            self.close()

    def __repr__(self) -> str:
        state = "closed" if self._ended else "open" if self._engine is not None else "new"
        return f"<Cursor {state}, {len(self._rows)} rows read ahead>"

    def __del__(self) -> None:
        if getattr(self, "_engine", None) is not None:
            # Nobody is there who could be told.
            with suppress(Error):
                self.close()

    def _more(self, count: int) -> None:
        if self._ended:
            return
        try:
            if self._engine is None or self._watch is None:
                count = self._prefetch
                self._lease = self._acquire()
                self._connection = self._lease.__enter__()
                self._engine = _engine.SyncCursor(
                    self._connection._engine, self._sql, self._arguments
                )
                self._watch = Stopwatch(
                    self._connection._engine, self._sql, self._arguments, self._seconds()
                )
            with self._watch:
                rows = self._engine.fetch(count, self._seconds())
        except BaseException as error:
            self._end_watch(error)
            with suppress(Error):
                self.close()
            raise
        self._rows.extend(rows)
        self._watch.count(len(rows))
        if len(rows) < count:
            self._ended = True
            self._end_watch()
            self._release()

    def _end_watch(self, error: BaseException | None = None) -> None:
        if self._watch is not None:
            self._watch.end(error)

    def _seconds(self) -> float | None:
        if self._timeout is None and self._connection is not None:
            return self._connection._command_timeout
        return self._timeout

    def _release(self) -> None:
        lease, self._lease, self._connection = self._lease, None, None
        if lease is not None:
            lease.__exit__(None, None, None)
