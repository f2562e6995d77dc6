"""Statements that are kept prepared, for threads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from data_bridge._engine import Description, Record, StatementPin
from data_bridge.postgres.prepared_statement import Prepared
from data_bridge.postgres.sync.cursor import Cursor

if TYPE_CHECKING:
    from data_bridge.postgres.sync.connection import Connection

__all__ = ["PreparedStatement"]


class PreparedStatement(Prepared):
    """A statement that stays prepared until it is closed; see the asynchronous one."""

    __slots__ = ("_connection",)

    def __init__(
        self,
        connection: Connection,
        sql: str,
        described: Description,
        pin: StatementPin,
    ) -> None:
        super().__init__(sql, described, pin)
        self._connection = connection

    def execute(self, *args: object, timeout: float | None = None) -> str:
        """Run it and give the command's tag."""
        sql, connection = self._open(), self._connection
        return connection._engine.execute(sql, args, connection._seconds(timeout))

    def executemany(
        self, rows: Iterable[Iterable[object]], *, timeout: float | None = None
    ) -> None:
        """Run it once for each row of arguments; see `Connection.executemany`."""
        self._connection.executemany(self._open(), rows, timeout=timeout)

    def fetch(self, *args: object, timeout: float | None = None) -> list[Record]:
        """Run it and give all its rows."""
        return self._connection.fetch(self._open(), *args, timeout=timeout)

    def fetchmany(
        self, rows: Iterable[Iterable[object]], *, timeout: float | None = None
    ) -> list[Record]:
        """Run it once for each row of arguments; see `Connection.fetchmany`."""
        return self._connection.fetchmany(self._open(), rows, timeout=timeout)

    def fetchrow(self, *args: object, timeout: float | None = None) -> Record | None:
        """Run it and give its first row, or None."""
        return self._connection.fetchrow(self._open(), *args, timeout=timeout)

    def fetchval(self, *args: object, column: int = 0, timeout: float | None = None) -> Any:
        """Run it and give one value of its first row, or None."""
        return self._connection.fetchval(self._open(), *args, column=column, timeout=timeout)

    def cursor(
        self, *args: object, prefetch: int | None = None, timeout: float | None = None
    ) -> Cursor:
        """Its rows, a portion at a time; see `Connection.cursor`."""
        return self._connection.cursor(self._open(), *args, prefetch=prefetch, timeout=timeout)

    def close(self) -> None:
        """Let it go; the server hears of it with the next statement that is prepared."""
        self._pin = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
