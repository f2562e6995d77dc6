"""Sorting rows into batches: each is written by one statement, the same columns of every row."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from data_bridge.postgres.column import MISSING, ColumnDefinition
from data_bridge.postgres.definition import Definition
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.row import given_bits

if TYPE_CHECKING:
    from data_bridge.postgres.model import Table

# Rows and bytes of one statement. In statements of 5,000 to 20,000 a row costs 2.2 to 2.4 us, in
# statements of 100,000 it costs 2.7, and the event loop stands still for longer.
ARRAY_ROWS = 10_000
ARRAY_BYTES = 16 * 1024 * 1024
# Where values are sent singly: the protocol counts parameters in 16 bits, and parsing takes time.
MAX_PARAMETERS = 65_535
SINGLE_ROWS = 500
# So many rows are looked at to know how large the others are.
SAMPLE = 16


class Batch(NamedTuple):
    """Rows written by one statement: the same columns of each."""

    columns: tuple[ColumnDefinition, ...]
    rows: list[Any]
    places: Sequence[int]  # of each row, among all that were given, from 0

    @property
    def single(self) -> bool:
        """Whether values are sent singly, not as arrays."""
        return any(column.is_array for column in self.columns)

    def parts(self) -> "Iterator[Batch]":
        """Cut the batch where it is too large for a statement."""
        size = ARRAY_ROWS
        if self.single:
            size = min(SINGLE_ROWS, MAX_PARAMETERS // len(self.columns))
        elif len(self.rows) > SAMPLE:
            size = max(1, min(size, ARRAY_BYTES // self._row_bytes()))
        return self.cut(size)

    def cut(self, size: int) -> "Iterator[Batch]":
        """Cut the batch into parts of so many rows at most."""
        for start in range(0, len(self.rows), size):
            part = slice(start, start + size)
            yield Batch(self.columns, self.rows[part], self.places[part])

    def _row_bytes(self) -> int:
        """Guess what a row takes, by a few of them."""
        sample = self.rows[:: len(self.rows) // SAMPLE]
        values = (
            row.get(column.attribute) if isinstance(row, dict) else getattr(row, column.attribute)
            for row in sample
            for column in self.columns
        )
        return 1 + sum(map(_value_bytes, values)) // len(sample)


def _value_bytes(value: object) -> int:
    if isinstance(value, str | bytes | bytearray):
        return len(value)
    return len(str(value)) if isinstance(value, dict | list) else 16


def batches_of_instances(definition: Definition, rows: list[Any]) -> list[Batch]:
    """Sort new instances by the columns that have a value, the others being the server's to fill.

    Raises:
        InterfaceError: a row is no instance of the model, or is in the table already.
    """
    layout = definition.layout
    other = layout.first_other(rows, "_changes", definition.NEW)
    if other is not None:
        _check_instances(definition, rows)
        raise InterfaceError(
            f"row {other + 1} is in the table already: insert_many() takes new ones"
        )
    if definition.server_filled:
        return _grouped(definition, rows, [given_bits(definition, row) for row in rows])
    # Without a look at each row in Python: no key was set, or all were.
    key = definition.primary_key.attribute
    if layout.first_other(rows, key, None) is None:
        return _grouped(definition, rows, definition.all_bits ^ definition.key_bit)
    if None not in map(attrgetter(key), rows):
        return _grouped(definition, rows, definition.all_bits)
    return _grouped(definition, rows, [given_bits(definition, row) for row in rows])


def batches_of_changes(definition: Definition, rows: "list[Table]") -> list[Batch]:
    """Sort loaded instances by the columns that were changed; the primary key is the first column.

    Instances that were not changed are left out.

    Raises:
        InterfaceError: a row is no instance of the model, or new, or there twice.
    """
    if not rows:
        return []
    _check_instances(definition, rows[:1])
    first = rows[0]._changes
    changes: int | list[int]
    if definition.layout.first_other(rows, "_changes", first) is None:
        changes = first or 0
    else:
        _check_instances(definition, rows)
        changes = [row._changes or 0 for row in rows]
    if definition.NEW in (changes if isinstance(changes, list) else [changes]):
        place = next(n for n, row in enumerate(rows) if row._changes == definition.NEW)
        raise InterfaceError(f"row {place + 1} is not in the table: save() or insert_many() it")
    key = definition.primary_key
    if len(set(map(attrgetter(key.attribute), rows))) < len(rows):
        raise InterfaceError(f"two of the rows have the same {key.name}: which is to be stored?")
    return [
        Batch((key, *batch.columns), batch.rows, batch.places)
        for batch in _grouped(definition, rows, changes)
        if batch.columns
    ]


def _check_instances(definition: Definition, rows: "list[Table]") -> None:
    for place, row in enumerate(rows):
        if type(row) is not definition.model:
            model, kind = definition.model.__name__, type(row).__name__
            raise InterfaceError(f"row {place + 1} is a {kind}, not an instance of {model}")


def batches_of_mappings(definition: Definition, rows: list[Any]) -> list[Batch]:
    """Sort dicts by whether they hold a primary key, and add the defaults of what they leave out.

    Raises:
        InterfaceError: a row is no dict, or has other keys than the first, or one that is no
            column, or lacks a column that has no default.
    """
    if set(map(type, rows)) != {dict}:
        rows = [_as_dict(place, row) for place, row in enumerate(rows)]
    given = {attribute: definition.column(attribute) for attribute in rows[0]}
    key = definition.primary_key
    # Where keys differ though there are as many of them, the engine misses one.
    sends_arrays = not any(column.is_array for column in given.values())
    if set(map(len, rows)) != {len(given)} or key.attribute in given or not sends_arrays:
        _check_alike(rows)
    rows = _with_defaults(definition, given, rows)
    bits = sum(definition.bits[attribute] for attribute in given)
    if key.attribute not in given:
        return _grouped(definition, rows, bits)
    without = bits ^ definition.key_bit
    return _grouped(
        definition, rows, [without if row[key.attribute] is None else bits for row in rows]
    )


def _with_defaults(
    definition: Definition, given: dict[str, ColumnDefinition], rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Complete rows, and `given`, by the columns that are not there but have a default."""
    constants: dict[str, Any] = {}
    factories: dict[str, Callable[[], Any]] = {}
    for column in definition.columns:
        attribute, options = column.attribute, column.options
        if attribute in given or options.server_default:
            continue
        if options.default_factory is not None:
            factories[attribute] = options.default_factory
        elif column is definition.primary_key:
            continue
        elif options.default is MISSING:
            raise InterfaceError(f"row 1 lacks {attribute!r}, which has no default")
        else:
            constants[attribute] = options.default
        given[attribute] = column
    if not constants and not factories:
        return rows
    return [
        {**row, **constants, **{attribute: make() for attribute, make in factories.items()}}
        for row in rows
    ]


def _as_dict(place: int, row: Any) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        raise InterfaceError(f"row {place + 1} is a {type(row).__name__}, and row 1 a dict")
    return dict(row)


def _check_alike(rows: list[dict[str, Any]]) -> None:
    first = rows[0].keys()
    for place, row in enumerate(rows):
        if row.keys() != first:
            lacking, more = first - row.keys(), row.keys() - first
            what = f"lacks {min(lacking)!r}" if lacking else f"has {min(more)!r} as well"
            raise InterfaceError(f"row {place + 1} {what}: all rows have the keys of row 1")


def _grouped(definition: Definition, rows: list[Any], bits: int | list[int]) -> list[Batch]:
    """Make batches of the rows that have the same columns.

    Args:
        definition: The model's.
        rows: Instances or dicts.
        bits: The columns of each row; or of all, where they are the same.
    """
    if isinstance(bits, int):
        return list(Batch(definition.with_bits(bits), rows, range(len(rows))).parts())
    places: dict[int, list[int]] = {}
    for place, of_row in enumerate(bits):
        places.setdefault(of_row, []).append(place)
    return [
        part
        for of_rows, found in places.items()
        for part in Batch(
            definition.with_bits(of_rows), [rows[place] for place in found], found
        ).parts()
    ]
