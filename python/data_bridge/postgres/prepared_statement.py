"""Statements that are kept prepared for as long as somebody wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self

from data_bridge._engine import Description, Record, StatementPin
from data_bridge.postgres.cursor import Cursor
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.executemany import AsyncRows

if TYPE_CHECKING:
    from data_bridge.postgres.connection import Connection

__all__ = ["Attribute", "Prepared", "PreparedStatement", "Type", "prepare"]


class Type(NamedTuple):
    """A type of the server.

    Attributes:
        oid: Its object identifier.
        name: Its name.
    """

    oid: int
    name: str


class Attribute(NamedTuple):
    """A column of a statement's rows.

    Attributes:
        name: Its name.
        type: The type of its values.
    """

    name: str
    type: Type


class Prepared:
    """What is known of a prepared statement, of both kinds."""

    __slots__ = ("_columns", "_parameters", "_pin", "_sql")

    def __init__(
        self,
        sql: str,
        described: Description,
        pin: StatementPin,
    ) -> None:
        self._sql = sql
        self._parameters = tuple(Type(oid, name) for oid, name in described.parameter_types)
        self._columns = tuple(
            Attribute(name, Type(oid, kind)) for name, oid, kind in described.column_types
        )
        self._pin: StatementPin | None = pin

    @property
    def query(self) -> str:
        """The SQL."""
        return self._sql

    @property
    def parameters(self) -> tuple[Type, ...]:
        """The types of `$1`, `$2` ... as of when it was prepared."""
        return self._parameters

    @property
    def columns(self) -> tuple[Attribute, ...]:
        """The columns of its rows, as of when it was prepared; none where it gives no rows."""
        return self._columns

    def get_parameters(self) -> tuple[Type, ...]:
        """The same as `parameters`."""
        return self._parameters

    def get_attributes(self) -> tuple[Attribute, ...]:
        """The same as `columns`."""
        return self._columns

    def is_closed(self) -> bool:
        """Whether it was closed."""
        return self._pin is None

    def __repr__(self) -> str:
        state = "closed " if self._pin is None else ""
        return f"<{state}{type(self).__name__} {self._sql!r}>"

    def _open(self) -> str:
        if self._pin is None:
            raise InterfaceError("the prepared statement is closed")
        return self._sql


class PreparedStatement(Prepared):
    """A statement that stays prepared until it is closed, made by `Connection.prepare`.

    Its methods are the connection's, without the SQL. A connection prepares what it is given
    often by itself, and as fast: this is for a statement that is to be known beforehand, or to
    stay prepared whatever else the connection does.
    """

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

    async def execute(self, *args: object, timeout: float | None = None) -> str:
        """Run it and give the command's tag; see `Connection.execute`."""
        sql, connection = self._open(), self._connection
        async with connection._bounded(timeout):
            return await connection._engine.execute(sql, args)

    async def executemany(self, rows: AsyncRows, *, timeout: float | None = None) -> None:
        """Run it once for each row of arguments; see `Connection.executemany`."""
        await self._connection.executemany(self._open(), rows, timeout=timeout)

    async def fetch(self, *args: object, timeout: float | None = None) -> list[Record]:
        """Run it and give all its rows."""
        return await self._connection.fetch(self._open(), *args, timeout=timeout)

    async def fetchmany(self, rows: AsyncRows, *, timeout: float | None = None) -> list[Record]:
        """Run it once for each row of arguments; see `Connection.fetchmany`."""
        return await self._connection.fetchmany(self._open(), rows, timeout=timeout)

    async def fetchrow(self, *args: object, timeout: float | None = None) -> Record | None:
        """Run it and give its first row, or None."""
        return await self._connection.fetchrow(self._open(), *args, timeout=timeout)

    async def fetchval(self, *args: object, column: int = 0, timeout: float | None = None) -> Any:
        """Run it and give one value of its first row, or None."""
        return await self._connection.fetchval(self._open(), *args, column=column, timeout=timeout)

    def cursor(
        self, *args: object, prefetch: int | None = None, timeout: float | None = None
    ) -> Cursor:
        """Its rows, a portion at a time; see `Connection.cursor`."""
        return self._connection.cursor(self._open(), *args, prefetch=prefetch, timeout=timeout)

    async def close(self) -> None:
        """Let it go; the server hears of it with the next statement that is prepared."""
        self._pin = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()


async def prepare(connection: Connection, sql: str, timeout: float | None) -> PreparedStatement:
    """Prepare a statement on a connection."""
    described, pin = connection._engine.prepare(sql)
    async with connection._bounded(timeout):
        return PreparedStatement(connection, sql, await described, pin)
