"""One row: what an instance's `save`, `delete` and `refresh` do."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from data_bridge.postgres import statement
from data_bridge.postgres.column import MISSING, ColumnDefinition
from data_bridge.postgres.database import executor, on_rollback
from data_bridge.postgres.definition import Definition, values_of
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.refusal import RowNotFoundError, check_stored, explain, refuse_null
from data_bridge.postgres.statement import Statement

if TYPE_CHECKING:
    from data_bridge.postgres.model import Table


class Writing(NamedTuple):
    """How a set of columns is written: the statement, what reads their values, what comes back."""

    statement: Statement
    columns: tuple[ColumnDefinition, ...]
    values: "Callable[[Table], tuple[Any, ...]]"
    returned: tuple[ColumnDefinition, ...] = ()


def insertion(definition: Definition, given: int) -> Writing:
    """Plan the INSERT of the columns whose bits are set in `given`."""
    columns = definition.with_bits(given)
    returned = returned_columns(definition, columns)
    prepared = statement.insert(definition, columns, returned)
    return Writing(prepared, columns, values_of(columns), returned)


def returned_columns(
    definition: Definition, given: tuple[ColumnDefinition, ...]
) -> tuple[ColumnDefinition, ...]:
    """Say what an INSERT gives back: the primary key, then what else the server fills."""
    key = definition.primary_key
    filled = (c for c in definition.server_filled if c is not key and c not in given)
    return (key, *filled)


def alteration(definition: Definition, changes: int) -> Writing:
    """Plan the UPDATE of the columns whose bits are set in `changes`."""
    columns = definition.with_bits(changes)
    prepared = statement.update(definition, columns, definition.key_shape)
    return Writing(prepared, columns, values_of((*columns, definition.primary_key)))


def given_bits(definition: Definition, instance: "Table") -> int:
    """Say which columns of a new instance have a value of their own."""
    key = definition.primary_key.attribute
    bits = definition.all_bits
    if getattr(instance, key, None) is None:
        bits &= ~definition.key_bit
    for column in definition.server_filled:
        if getattr(instance, column.attribute, MISSING) is MISSING:
            bits &= ~definition.bits[column.attribute]
    return bits


async def insert(instance: "Table") -> None:
    """Insert a new instance, and fill in what the server gives back."""
    definition = instance._definition
    planned = definition.prepared(insertion, given_bits(definition, instance))
    values = planned.values(instance)
    if None in values:
        refuse_null(definition, planned.columns, values)
    run = executor()
    filled = tuple(c for c in planned.returned if c not in planned.columns)

    def undo() -> None:
        mark_new(definition, (instance,), filled)

    # Not new from here on: what is assigned while the server works is a change of the row.
    definition.set_changes(instance, None)
    try:
        row = await run._fetchrow(planned.statement.sql, values, None)
        check_stored(definition, int(row is not None), 1)
    except BaseException as error:
        undo()
        if isinstance(error, InterfaceError):
            raise explain(error, definition, planned.columns) from None
        raise
    on_rollback(undo)
    for column, value in zip(planned.returned, row, strict=True):
        definition.setters[column.attribute](instance, value)


async def update(instance: "Table", changes: int) -> None:
    """Send the changed columns of a loaded instance."""
    definition = instance._definition
    planned = definition.prepared(alteration, changes)
    values = planned.values(instance)
    if None in values:
        refuse_null(definition, planned.columns, values[:-1])
    run = executor()
    definition.set_changes(instance, None)

    def undo() -> None:
        mark_changed(definition, instance, changes)

    try:
        tag = await run.execute(planned.statement.sql, *values)
        if tag == "UPDATE 0":
            raise missing(instance)
    except BaseException as error:
        undo()
        if isinstance(error, InterfaceError):
            raise explain(error, definition, planned.statement.parameters) from None
        raise
    on_rollback(undo)


async def delete(instance: "Table") -> None:
    """Delete an instance's row; the instance is as a new one then."""
    definition = instance._definition
    changes = instance._changes
    if changes == definition.NEW:
        raise unsaved(instance)
    prepared = definition.prepared(statement.delete, definition.key_shape)
    key = getattr(instance, definition.primary_key.attribute)
    if await executor().execute(prepared.sql, key) == "DELETE 0":
        raise missing(instance)
    definition.set_changes(instance, definition.NEW)
    on_rollback(lambda: definition.set_changes(instance, changes))


async def refresh(instance: "Table") -> None:
    """Read an instance's row again, over whatever was assigned since."""
    definition = instance._definition
    if instance._changes == definition.NEW:
        raise unsaved(instance)
    key = getattr(instance, definition.primary_key.attribute)
    row = await executor()._fetchrow(definition.get.sql, (key,), definition.layout)
    if row is None:
        raise missing(instance)
    for attribute, store in definition.setters.items():
        store(instance, getattr(row, attribute))
    definition.set_changes(instance, None)


def unsaved(instance: "Table") -> InterfaceError:
    """Make the error for an instance that stands for no row."""
    name = type(instance).__name__
    return InterfaceError(f"this {name} is not in the table: it was not saved, or was deleted")


def missing(instance: "Table") -> RowNotFoundError:
    """Make the error for an instance whose row is gone."""
    definition = instance._definition
    key = definition.primary_key
    value = getattr(instance, key.attribute)
    return RowNotFoundError(f"{definition.table_name} has no row with {key.name} = {value!r}")


def mark_changed(definition: Definition, instance: "Table", changes: int) -> None:
    """Have these columns sent with the next `save`, beside those that are to be sent anyway."""
    current = instance._changes
    if current != definition.NEW:
        definition.set_changes(instance, changes | (current or 0))


def mark_new(
    definition: Definition, instances: "Iterable[Table]", filled: Iterable[ColumnDefinition]
) -> None:
    """Make instances new again, without what the server filled in."""
    for instance in instances:
        for column in filled:
            if not column.options.server_default:
                definition.setters[column.attribute](instance, None)
            elif hasattr(instance, column.attribute):
                object.__delattr__(instance, column.attribute)
        definition.set_changes(instance, definition.NEW)
