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
    ├── PostgresConnectionError           08
    ├── DataError                         22
    ├── IntegrityConstraintViolationError 23
    └── ...
```

Every class of a SQLSTATE is found by its code: an error whose code has no class of its own is
raised as that of its first two characters, or as `PostgresError`. Source of the codes:
PostgreSQL's documentation, appendix A.
"""

from __future__ import annotations

from typing import Any, ClassVar

__all__ = [
    "AdminShutdownError",
    "CannotConnectNowError",
    "CheckViolationError",
    "ConnectionClosedError",
    "DataError",
    "DeadlockDetectedError",
    "DecodeError",
    "DivisionByZeroError",
    "DuplicateTableError",
    "Error",
    "ExclusionViolationError",
    "FeatureNotSupportedError",
    "ForeignKeyViolationError",
    "InFailedSQLTransactionError",
    "InsufficientPrivilegeError",
    "InsufficientResourcesError",
    "IntegrityConstraintViolationError",
    "InterfaceError",
    "InternalServerError",
    "InvalidAuthorizationSpecificationError",
    "InvalidCatalogNameError",
    "InvalidPasswordError",
    "InvalidTextRepresentationError",
    "InvalidTransactionStateError",
    "NotNullViolationError",
    "NumericValueOutOfRangeError",
    "ObjectInUseError",
    "ObjectNotInPrerequisiteStateError",
    "OperatorInterventionError",
    "PoolClosedError",
    "PostgresConnectionError",
    "PostgresError",
    "PostgresSyntaxError",
    "QueryCanceledError",
    "QueryTimeoutError",
    "RaiseError",
    "ReadOnlySQLTransactionError",
    "RestrictViolationError",
    "SerializationError",
    "StringDataRightTruncationError",
    "SyntaxOrAccessError",
    "TooManyConnectionsError",
    "TransactionRollbackError",
    "UndefinedColumnError",
    "UndefinedFunctionError",
    "UndefinedTableError",
    "UniqueViolationError",
    "UnsupportedTypeError",
]


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
    """A column or parameter whose type the driver cannot read or write yet.

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

    Attributes:
        sqlstate: The five characters of its code.
        severity: ERROR, FATAL or PANIC.
        message: The primary message.
        detail: More about it, or None, as all that follows.
        hint: What might help.
        position: Where in the statement, in characters, from 1.
        context: Where in the server's functions.
        schema: The schema it is about.
        table: The table.
        column: The column.
        data_type: The data type.
        constraint: The constraint.
    """

    #: The code, or the class (two characters), that the Python class stands for.
    code: ClassVar[str] = ""

    sqlstate: str
    severity: str
    detail: str | None
    hint: str | None
    position: int | None
    context: str | None
    schema: str | None
    table: str | None
    column: str | None
    data_type: str | None
    constraint: str | None

    def __init__(
        self,
        message: str,
        *,
        sqlstate: str = "",
        severity: str = "ERROR",
        detail: str | None = None,
        hint: str | None = None,
        position: int | None = None,
        context: str | None = None,
        schema: str | None = None,
        table: str | None = None,
        column: str | None = None,
        data_type: str | None = None,
        constraint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate or self.code
        self.severity = severity
        self.detail = detail
        self.hint = hint
        self.position = position
        self.context = context
        self.schema = schema
        self.table = table
        self.column = column
        self.data_type = data_type
        self.constraint = constraint

    def __str__(self) -> str:
        lines = [self.message]
        if self.detail:
            lines.append(f"DETAIL:  {self.detail}")
        if self.hint:
            lines.append(f"HINT:  {self.hint}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message,), self.__dict__


class PostgresConnectionError(PostgresError):
    """08: no connection could be made, or it was lost."""

    code = "08"


class FeatureNotSupportedError(PostgresError):
    """0A: the server does not do that."""

    code = "0A"


class DataError(PostgresError):
    """22: a value is not what its place wants."""

    code = "22"


class StringDataRightTruncationError(DataError):
    """22001: a text is longer than its column."""

    code = "22001"


class NumericValueOutOfRangeError(DataError):
    """22003: a number beyond its type's range."""

    code = "22003"


class DivisionByZeroError(DataError):
    """22012: a division by zero."""

    code = "22012"


class InvalidTextRepresentationError(DataError):
    """22P02: a text that is no value of the type it is cast to."""

    code = "22P02"


class IntegrityConstraintViolationError(PostgresError):
    """23: a constraint was violated."""

    code = "23"


class RestrictViolationError(IntegrityConstraintViolationError):
    """23001: something still depends on the row."""

    code = "23001"


class NotNullViolationError(IntegrityConstraintViolationError):
    """23502: NULL where none is allowed."""

    code = "23502"


class ForeignKeyViolationError(IntegrityConstraintViolationError):
    """23503: a row that refers to, or is referred to by, another."""

    code = "23503"


class UniqueViolationError(IntegrityConstraintViolationError):
    """23505: a key that is there already."""

    code = "23505"


class CheckViolationError(IntegrityConstraintViolationError):
    """23514: a CHECK constraint said no."""

    code = "23514"


class ExclusionViolationError(IntegrityConstraintViolationError):
    """23P01: an exclusion constraint said no."""

    code = "23P01"


class InvalidTransactionStateError(PostgresError):
    """25: not allowed in the present state of the transaction."""

    code = "25"


class ReadOnlySQLTransactionError(InvalidTransactionStateError):
    """25006: a write in a read-only transaction."""

    code = "25006"


class InFailedSQLTransactionError(InvalidTransactionStateError):
    """25P02: the transaction has failed and must end first."""

    code = "25P02"


class InvalidAuthorizationSpecificationError(PostgresError):
    """28: the role may not connect."""

    code = "28"


class InvalidPasswordError(InvalidAuthorizationSpecificationError):
    """28P01: the password is wrong."""

    code = "28P01"


class InvalidCatalogNameError(PostgresError):
    """3D: there is no such database."""

    code = "3D"


class TransactionRollbackError(PostgresError):
    """40: the server ended the transaction; it may be tried again."""

    code = "40"


class SerializationError(TransactionRollbackError):
    """40001: a concurrent transaction was first."""

    code = "40001"


class DeadlockDetectedError(TransactionRollbackError):
    """40P01: two transactions waited for each other."""

    code = "40P01"


class SyntaxOrAccessError(PostgresError):
    """42: the statement is wrong, or not allowed."""

    code = "42"


class InsufficientPrivilegeError(SyntaxOrAccessError):
    """42501: the role has no right to it."""

    code = "42501"


class PostgresSyntaxError(SyntaxOrAccessError):
    """42601: a syntax error."""

    code = "42601"


class UndefinedColumnError(SyntaxOrAccessError):
    """42703: there is no such column."""

    code = "42703"


class UndefinedFunctionError(SyntaxOrAccessError):
    """42883: there is no such function or operator."""

    code = "42883"


class UndefinedTableError(SyntaxOrAccessError):
    """42P01: there is no such table."""

    code = "42P01"


class DuplicateTableError(SyntaxOrAccessError):
    """42P07: the table is there already."""

    code = "42P07"


class InsufficientResourcesError(PostgresError):
    """53: the server has run out of something."""

    code = "53"


class TooManyConnectionsError(InsufficientResourcesError):
    """53300: the server takes no more connections."""

    code = "53300"


class ObjectNotInPrerequisiteStateError(PostgresError):
    """55: the object is not in the state that this needs."""

    code = "55"


class ObjectInUseError(ObjectNotInPrerequisiteStateError):
    """55006: somebody uses it."""

    code = "55006"


class OperatorInterventionError(PostgresError):
    """57: the server was told to stop this."""

    code = "57"


class QueryCanceledError(OperatorInterventionError):
    """57014: the statement was cancelled, or ran into statement_timeout."""

    code = "57014"


class AdminShutdownError(OperatorInterventionError):
    """57P01: the session was ended by an administrator."""

    code = "57P01"


class CannotConnectNowError(OperatorInterventionError):
    """57P03: the server is starting up or shutting down."""

    code = "57P03"


class RaiseError(PostgresError):
    """P0001: RAISE in PL/pgSQL."""

    code = "P0001"


class InternalServerError(PostgresError):
    """XX: a bug in the server, or damaged data."""

    code = "XX"


def _by_code(cls: type[PostgresError]) -> dict[str, type[PostgresError]]:
    found = {cls.code: cls}
    for subclass in cls.__subclasses__():
        found.update(_by_code(subclass))
    return found


_CLASSES = _by_code(PostgresError)


def server_error(*, sqlstate: str, message: str, **fields: Any) -> PostgresError:
    """The exception for an error of the server, by the most specific class of its code."""
    cls = _CLASSES.get(sqlstate) or _CLASSES.get(sqlstate[:2]) or PostgresError
    return cls(message, sqlstate=sqlstate, **fields)


def parameter_error(
    *,
    index: int,
    row: int | None,
    type_name: str,
    expected: str | None,
    given: str | None,
    reason: str | None,
) -> InterfaceError:
    """The exception for a parameter that was refused before anything was sent."""
    place = f"parameter ${index} ({type_name})"
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
