"""Errors that speak of tables and columns where the driver speaks of parameters."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from data_bridge.postgres.errors import Error, InterfaceError

if TYPE_CHECKING:
    from data_bridge.postgres.column import ColumnDefinition
    from data_bridge.postgres.definition import Definition


class RowNotFoundError(Error):
    """The row of an instance is not in its table any more."""


class ColumnValueError(InterfaceError):
    """A value is none that its column can hold. It was refused before anything reached the server.

    Attributes:
        table: The table's name.
        column: The column's name in the table.
        type_name: The column's SQL type.
        row: The number of the row, from 1, where several were given; else None.
        reason: What is wrong with it; for a `ColumnTypeError`, None.
    """

    def __init__(
        self, table: str, column: str, type_name: str, reason: str, row: int | None = None
    ) -> None:
        where = "" if row is None else f"row {row}: "
        super().__init__(f"{where}{table}.{column} ({type_name}) {reason}")
        self.table = table
        self.column = column
        self.type_name = type_name
        self.reason = reason
        self.row = row


class ColumnTypeError(ColumnValueError):
    """A value is of another type than its column's.

    Attributes:
        expected: The Python types that the column takes, or "a value" where None was refused.
        given: The Python type that was given.
    """

    def __init__(
        self,
        table: str,
        column: str,
        type_name: str,
        *,
        expected: str,
        given: str,
        row: int | None = None,
    ) -> None:
        super().__init__(table, column, type_name, f"takes {expected}, not {given}", row)
        self.expected = expected
        self.given = given


def explain(
    error: InterfaceError,
    definition: "Definition",
    parameters: Sequence["ColumnDefinition"],
    rows: Sequence[int] | None = None,
) -> InterfaceError:
    """Turn the refusal of a parameter into that of a column; any other error stays as it is.

    Args:
        error: What the driver raised.
        definition: The model whose statement it was.
        parameters: The column of each parameter, or of those of one row.
        rows: For a statement of many rows, the place of each among those that were given.
    """
    number, row = error.parameter, error.row
    if number is None:
        return error
    if rows is not None:
        if row is None:  # single values, row by row
            row, number = divmod(number - 1, len(parameters))
            row, number = row + 1, number + 1
        row = rows[row - 1] + 1
    if number > len(parameters):
        return error
    column = parameters[number - 1]
    table = definition.table_name
    # Where arrays were sent it is the type of an array, which no value was to be.
    type_name = (error.type_name or column.sql_type).removesuffix("[]")
    if error.expected is None or error.given is None:
        reason = f"cannot hold it: {error.reason or error.message}"
        return ColumnValueError(table, column.name, type_name, reason, row)
    expected, given = error.expected, error.given
    return ColumnTypeError(table, column.name, type_name, expected=expected, given=given, row=row)


def refuse_null(
    definition: "Definition",
    columns: Sequence["ColumnDefinition"],
    values: Sequence[object],
    row: int | None = None,
) -> None:
    """Refuse None where a column's annotation has no place for it.

    Raises:
        ColumnTypeError: one of `values` is None and its column is not nullable.
    """
    for column, value in zip(columns, values, strict=True):
        if value is None and not column.nullable:
            raise ColumnTypeError(
                definition.table_name,
                column.name,
                column.sql_type,
                expected="a value",
                given="None",
                row=row,
            )


def check_stored(definition: "Definition", stored: int, given: int) -> None:
    """See to it that an INSERT gave back as many rows as it was given.

    Raises:
        Error: it gave back fewer, so that there is no telling which keys are whose.
    """
    if stored != given:
        raise Error(
            f"{definition.table_name} gave {stored} of {given} rows back: a trigger or a rule keeps"
            " rows out, and the ORM cannot tell which; insert with the driver's execute()"
        )
