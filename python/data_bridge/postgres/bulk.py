"""Many rows at once: `insert_many`, and `update_many` of instances.

A statement takes one array for each column, which the engine fills from the instances or dicts
themselves and the server takes apart with unnest(). Arrays of arrays would come apart too far, so
where a column holds arrays the values are sent singly, row by row. Tens of thousands of new rows
are copied instead, where that comes to the same.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from itertools import chain, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from data_bridge._engine import Columns, ModelLayout
from data_bridge.postgres import bulk_copy, statement
from data_bridge.postgres.batch import (
    Batch,
    batches_of_changes,
    batches_of_instances,
    batches_of_mappings,
)
from data_bridge.postgres.column import ColumnDefinition
from data_bridge.postgres.connection import Connection
from data_bridge.postgres.database import executor, on_rollback, transaction
from data_bridge.postgres.definition import Definition, values_of
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.pool import Pool
from data_bridge.postgres.refusal import check_stored, explain, refuse_null
from data_bridge.postgres.row import mark_changed, mark_new, returned_columns

if TYPE_CHECKING:
    from data_bridge.postgres.model import Table

Reply = TypeVar("Reply")


async def insert_many(
    definition: Definition, given: "Iterable[Table] | Iterable[Mapping[str, Any]]"
) -> list[Any]:
    """Insert instances or dicts, all or none; give their primary keys, in the same order."""
    rows: list[Any] = given if isinstance(given, list) else list(given)
    if not rows:
        return []
    if isinstance(rows[0], Mapping):
        batches = batches_of_mappings(definition, rows)
        return _keys(batches, await _insert(definition, batches, None))
    batches = batches_of_instances(definition, rows)
    layout = definition.layout

    def undo() -> None:
        for batch in batches:
            filled = [c for c in _returned(definition, batch) if c not in batch.columns]
            mark_new(definition, batch.rows, filled)

    # Not new from here on: what is assigned while the server works is a change of the row.
    twice = layout.store_same(rows, "_changes", None)
    if twice is not None:
        layout.store_same(rows, "_changes", definition.NEW)
        first = next(place for place, row in enumerate(rows) if row is rows[twice])
        raise InterfaceError(
            f"row {twice + 1} is the same instance as row {first + 1}: make one for each row"
        )
    try:
        replies = await _insert(definition, batches, layout)
    except BaseException:
        undo()
        raise
    on_rollback(undo)
    for batch, reply in zip(batches, replies, strict=True):
        for n, column in enumerate(_returned(definition, batch)):
            layout.store(batch.rows, column.attribute, reply[n])
    return _keys(batches, replies)


async def update_each(definition: Definition, rows: "list[Table]") -> int:
    """Send what was changed in loaded instances, all or none; give how many rows were there."""
    batches = batches_of_changes(definition, rows)

    def undo() -> None:
        for batch in batches:
            changes = sum(definition.bits[column.attribute] for column in batch.columns[1:])
            for instance in batch.rows:
                mark_changed(definition, instance, changes)

    async def send(run: Pool | Connection, batch: Batch, values: Any) -> int:
        count = len(batch.rows) if batch.single else None
        prepared = definition.prepared(statement.update_each, batch.columns, count)
        tag = await run._execute(prepared.sql, values)
        return int(tag.rpartition(" ")[2])

    # What is assigned while the server works is a further change.
    for batch in batches:
        definition.layout.store_same(batch.rows, "_changes", None)
    try:
        counts = await _each(definition, batches, definition.layout, send)
    except BaseException:
        undo()
        raise
    on_rollback(undo)
    return sum(counts)


async def _insert(
    definition: Definition, batches: list[Batch], layout: ModelLayout | None
) -> list[list[list[Any]]]:
    """Store all; give, for each batch, the columns that came back, the primary keys first."""
    if bulk_copy.suits(definition, batches):
        keys = await bulk_copy.draw_keys(definition, batches)
        if keys is not None:
            await _copy(definition, bulk_copy.enlarged(batches), layout, iter(keys))
            rest = iter(keys)
            return [[list(islice(rest, len(batch.rows)))] for batch in batches]

    async def send(run: Pool | Connection, batch: Batch, values: Any) -> list[list[Any]]:
        returned = _returned(definition, batch)
        count = len(batch.rows)
        if not batch.columns:
            prepared = statement.insert_defaults(definition, returned, count)
        elif batch.single:
            prepared = statement.insert_each(definition, batch.columns, returned, count)
        else:
            prepared = definition.prepared(statement.insert_each, batch.columns, returned, None)
        if len(returned) == 1:
            # Values are made quicker than the records around them.
            keys = await run._fetchcolumn(prepared.sql, values)
            check_stored(definition, len(keys), count)
            return [keys]
        records = await run._fetch(prepared.sql, values, None)
        check_stored(definition, len(records), count)
        return [list(column) for column in zip(*records, strict=True)]

    return await _each(definition, batches, layout, send)


async def _copy(
    definition: Definition, batches: list[Batch], layout: ModelLayout | None, keys: Iterator[Any]
) -> None:
    """Store all by COPY under keys that were drawn before."""

    async def send(run: Pool | Connection, batch: Batch, values: Any) -> None:
        own = list(islice(keys, len(batch.rows)))
        await bulk_copy.send(definition, run, batch, values, own)

    # A COPY that is given up fails the transaction it is in: a savepoint bears it.
    inside = isinstance(executor(), Connection)
    await _each(definition, batches, layout, send, savepoint=inside)


async def _each(
    definition: Definition,
    batches: list[Batch],
    layout: ModelLayout | None,
    send: Callable[[Pool | Connection, Batch, Any], Awaitable[Reply]],
    *,
    savepoint: bool = False,
) -> list[Reply]:
    """Send each batch; several of them in a transaction, or one, if there must be a savepoint."""
    replies = []
    async with AsyncExitStack() as stack:
        if len(batches) > 1 or savepoint:
            await stack.enter_async_context(transaction())
        run = executor()
        for batch in batches:
            try:
                replies.append(await send(run, batch, _values(definition, batch, layout)))
            except InterfaceError as error:
                raise explain(error, definition, batch.columns, batch.places) from None
    return replies


def _values(definition: Definition, batch: Batch, layout: ModelLayout | None) -> Any:
    attributes = tuple(column.attribute for column in batch.columns)
    if batch.columns and not batch.single:
        required = [not column.nullable for column in batch.columns]
        return Columns(batch.rows, attributes, layout, required=required)
    values: list[Any] = []
    read = values_of(batch.columns)
    for place, row in zip(batch.places, batch.rows, strict=True):
        one = read(row) if layout else tuple(row[attribute] for attribute in attributes)
        refuse_null(definition, batch.columns, one, place + 1)
        values.extend(one)
    return tuple(values)


def _returned(definition: Definition, batch: Batch) -> tuple[ColumnDefinition, ...]:
    return returned_columns(definition, batch.columns)


def _keys(batches: list[Batch], replies: list[list[list[Any]]]) -> list[Any]:
    """Put the primary keys, which are what comes back first, in the order of the rows."""
    keys = list(chain.from_iterable(reply[0] for reply in replies))
    if len(batches) == 1:
        return keys
    places = chain.from_iterable(batch.places for batch in batches)
    return [key for _, key in sorted(zip(places, keys, strict=True), key=itemgetter(0))]
