"""The exceptions of the driver and the ORM.

```
Error
├── InterfaceError                        misuse: seen before the server is asked
│   ├── ConnectionClosedError
│   ├── DecodeError                       a value that Python cannot hold
│   ├── UnsupportedTypeError
│   └── PoolClosedError
├── QueryTimeoutError (and TimeoutError)  a bounded wait that was over
└── PostgresError                         from the server: by SQLSTATE
    ├── OutdatedStatementError            0A000, 26000 ... inside a transaction: run it again
    ├── PostgresConnectionError           08000, the class of 08...
    │   └── ConnectionFailureError        08006
    ├── DataError                         22000, the class of 22...
    ├── IntegrityConstraintViolationError 23000, the class of 23...
    │   └── UniqueViolationError          23505
    └── ...                               a class for each code of PostgreSQL's list
```

Every class of a SQLSTATE is found by its code: an error whose code has no class of its own is
raised as that of its first two characters, or as `PostgresError`. They are in sqlstates.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from data_bridge.postgres.caret import pointed

if TYPE_CHECKING:
    from data_bridge.postgres.sqlstates import *  # noqa: F403

_OWN = [
    "ConnectionClosedError",
    "DecodeError",
    "Error",
    "InterfaceError",
    "OutdatedStatementError",
    "PoolClosedError",
    "PostgresError",
    "QueryTimeoutError",
    "UnsupportedTypeError",
    "lookup",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        # The classes of SQLSTATEs are made when the first of them is asked for: there are more
        # of them than of all others here, and most programs never see one.
        if name.startswith("__") and name != "__all__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from data_bridge.postgres import sqlstates  # noqa: PLC0415

        if name == "__all__":
            return sorted([*_OWN, *sqlstates.__all__])
        if name in sqlstates.__all__:
            return getattr(sqlstates, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class Error(Exception):
    """The root of all that this package raises of its own."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InterfaceError(Error):
    """Misuse of the interface, refused before anything reached the server.

    Attributes:
        parameter: The number of the refused parameter, from 1, where one was refused.
        row: The number of its row, from 1, in a statement for many rows.
        type_name: The parameter's PostgreSQL type.
        expected: The Python types that it takes.
        given: The Python type that was given.
        reason: What is wrong with a value of the right type.
    """

    parameter: int | None = None
    row: int | None = None
    type_name: str | None = None
    expected: str | None = None
    given: str | None = None
    reason: str | None = None


class ConnectionClosedError(InterfaceError):
    """The connection was closed by its own side."""


class PoolClosedError(InterfaceError):
    """The pool was closed."""


class DecodeError(InterfaceError):
    """A value of the server that has no Python value (a date beyond the year 9999)."""


class UnsupportedTypeError(InterfaceError):
    """A parameter whose type the server takes no values of: an anonymous record.

    Attributes:
        type_name: The server's name of the type.
        oid: Its object identifier.
    """

    def __init__(self, message: str, type_name: str, oid: int) -> None:
        super().__init__(message)
        self.type_name = type_name
        self.oid = oid

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.type_name, self.oid), self.__dict__


class QueryTimeoutError(Error, TimeoutError):
    """A connection, a statement or a place in the pool took longer than it was given."""


class PostgresError(Error):
    """An error that the server reported.

    As a text it is the message, the place in the query, the detail and the hint. A detail that
    quotes the values of rows (of a violated constraint, say) is left out of the text, so that no
    log gets them unasked: read `detail`, or set `PostgresError.show_values`.

    Attributes:
        sqlstate: The five characters of its code; of a class, the code that it stands for.
        severity: ERROR, FATAL or PANIC.
        message: The primary message.
        detail: More about it, or None, as all that follows.
        hint: What might help.
        position: Where in the query, in characters, from 1.
        query: The SQL that was sent, without its arguments.
        internal_position: Where in a query that the server itself made.
        internal_query: That query: a statement of a PL/pgSQL function, say.
        context: Where in the server's functions.
        schema: The schema it is about.
        table: The table.
        column: The column.
        data_type: The data type.
        constraint: The constraint.
    """

    #: Whether the text of an error shows details that quote the values of rows.
    show_values: ClassVar[bool] = False

    sqlstate: str = ""

    def __init__(
        self,
        message: str,
        *,
        sqlstate: str = "",
        severity: str = "ERROR",
        detail: str | None = None,
        hint: str | None = None,
        position: int | None = None,
        query: str | None = None,
        internal_position: int | None = None,
        internal_query: str | None = None,
        context: str | None = None,
        schema: str | None = None,
        table: str | None = None,
        column: str | None = None,
        data_type: str | None = None,
        constraint: str | None = None,
    ) -> None:
        super().__init__(message)
        if sqlstate:
            self.sqlstate = sqlstate
        self.severity = severity
        self.detail = detail
        self.hint = hint
        self.position = position
        self.query = query
        self.internal_position = internal_position
        self.internal_query = internal_query
        self.context = context
        self.schema = schema
        self.table = table
        self.column = column
        self.data_type = data_type
        self.constraint = constraint

    def __str__(self) -> str:
        lines = [self.message]
        lines += pointed(self.query, self.position)
        lines += pointed(self.internal_query, self.internal_position)
        if self.detail and (self.show_values or self.sqlstate[:2] not in _OF_VALUES):
            lines.append(f"DETAIL:  {self.detail}")
        if self.hint:
            lines.append(f"HINT:  {self.hint}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message,), self.__dict__


#: The classes of SQLSTATEs whose details quote the values of rows: data, constraints, views.
_OF_VALUES = {"22", "23", "44"}


class OutdatedStatementError(PostgresError):
    """A prepared statement was no longer right, and has ended the transaction that it was in.

    The schema was changed since it was prepared, or a pooler gave the transaction a session that
    does not know it. Outside a transaction it is prepared anew without a word; run a transaction
    again as a whole, and it succeeds.
    """


def lookup(sqlstate: str) -> type[PostgresError]:
    """The most specific class of an SQLSTATE: its own, that of its first two characters, the root.

    Args:
        sqlstate: The five characters of the code.
    """
    from data_bridge.postgres import sqlstates  # noqa: PLC0415

    if not _BY_SQLSTATE:
        for name in sqlstates.__all__:
            cls: type[PostgresError] = getattr(sqlstates, name)
            _BY_SQLSTATE[cls.sqlstate] = cls
    found = _BY_SQLSTATE.get(sqlstate) or _BY_SQLSTATE.get(f"{sqlstate[:2]}000")
    return found or PostgresError


_BY_SQLSTATE: dict[str, type[PostgresError]] = {}


def server_error(*, sqlstate: str, message: str, **fields: Any) -> PostgresError:
    """The exception for an error of the server, by the most specific class of its code."""
    return lookup(sqlstate)(message, sqlstate=sqlstate, **fields)


def parameter_error(
    *,
    index: int,
    row: int | None,
    type_name: str,
    expected: str | None,
    given: str | None,
    reason: str | None,
    column: str | None = None,
) -> InterfaceError:
    """The exception for a parameter, or a value for a column, that was refused."""
    what = f"parameter ${index}" if column is None else f'column "{column}"'
    place = f"{what} ({type_name})"
    if row is not None:
        place = f"row {row}, {place}"
    message = f"{place}: {reason}" if reason else f"{place}: expected {expected}, not {given}"
    error = InterfaceError(message)
    error.parameter = index
    error.row = row
    error.type_name = type_name
    error.expected = expected
    error.given = given
    error.reason = reason
    return error
