"""Errors that speak of tables and columns where the driver speaks of parameters."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from data_bridge.postgres.errors import Error, InterfaceError

if TYPE_CHECKING:
    from data_bridge.postgres.column import ColumnDefinition
    from data_bridge.postgres.definition import Definition


class RowNotFoundError(Error):
    """The row of an instance is not in its table any more."""


class ColumnTypeError(InterfaceError):
    """A value has not the type of its column. It was refused before anything reached the server.

    Attributes:
        table: The table's name.
        column: The column's name in the table.
        type_name: The column's SQL type.
        expected: The Python types that it takes, or "a value" where None was refused.
        given: The Python type that was given.
        row: The number of the row, from 1, where several were given; else None.
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
        where = "" if row is None else f"row {row}: "
        super().__init__(f"{where}{table}.{column} ({type_name}) takes {expected}, not {given}")
        self.table = table
        self.column = column
        self.type_name = type_name
        self.expected = expected
        self.given = given
        self.row = row


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
    if number is None or error.given is None:
        return error
    if rows is not None:
        if row is None:  # single values, row by row
            row, number = divmod(number - 1, len(parameters))
            row, number = row + 1, number + 1
        row = rows[row - 1] + 1
    if number > len(parameters):
        return error
    column = parameters[number - 1]
    return ColumnTypeError(
        definition.table_name,
        column.name,
        error.type_name or column.sql_type,
        expected=error.expected or "another type",
        given=error.given,
        row=row,
    )


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
