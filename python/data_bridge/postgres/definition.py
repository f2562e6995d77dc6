"""What a model knows of its table, worked out once, when the class is made."""

import difflib
from collections.abc import Callable, Hashable, Iterable
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

from data_bridge._engine import ModelLayout
from data_bridge.postgres import statement
from data_bridge.postgres.column import ColumnDefinition
from data_bridge.postgres.constructor import constructor
from data_bridge.postgres.declaration import Declaration
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.expression import ColumnExpression
from data_bridge.postgres.identifier import qualify
from data_bridge.postgres.statement import Limit

if TYPE_CHECKING:
    from data_bridge.postgres.model import Table

# The shapes of a program's queries stand in its source, so there are few. For a program that makes
# them up from its input, the cache starts afresh now and then.
MAX_SHAPES = 1000


Composed = TypeVar("Composed")


class Definition:
    """A model's table and columns, and the statements composed for them so far.

    Attributes:
        model: the class.
        schema: the table's schema, if the model names one.
        name: the table's name in it.
        table_name: the table's name, as messages give it.
        table: the table's name as SQL needs it, quoted, behind its schema.
        columns: inherited ones first, then in the order of the class body.
        attributes: their attributes.
        expressions: by attribute, what `User.age` is.
        bits: by attribute, the bit that stands for it in an instance's `_changes`.
        setters: by attribute, what stores into an instance's slot and records nothing.
        set_changes: the same for the slot `_changes`.
        primary_key: the column that identifies a row.
        get: the SELECT of one row by its primary key.
    """

    # What an instance's `_changes` holds: None when it is as the server has it, the bits of the
    # columns assigned since then, or this, when there is no row for it yet.
    NEW: Final = -1

    def __init__(self, model: "type[Table]", declaration: Declaration) -> None:
        schema, columns = declaration.schema, declaration.columns
        table_name = declaration.table_name
        self.model = model
        self.schema = schema
        self.name = table_name
        self.table_name = table_name if schema is None else f"{schema}.{table_name}"
        self.table = qualify(schema, table_name)
        self.columns = columns
        self.attributes = tuple(column.attribute for column in columns)
        self.expressions = {c.attribute: ColumnExpression(model, c) for c in columns}
        self.bits = {attribute: 1 << n for n, attribute in enumerate(self.attributes)}
        self.setters = {attribute: _setter(model, attribute) for attribute in self.attributes}
        self.set_changes = _setter(model, "_changes")
        self.primary_key = next(c for c in columns if c.options.primary_key)
        self.all_bits = (1 << len(columns)) - 1
        self.key_bit = self.bits[self.primary_key.attribute]
        self.key_shape = self.expressions[self.primary_key.attribute].equality
        self.server_filled = tuple(c for c in columns if c.options.server_default)
        self.get = statement.select(self, self.key_shape, (), Limit.ALL, offset=False)
        self.initialise = constructor(self)
        self._prepared: dict[Hashable, Any] = {}

    @cached_property
    def layout(self) -> ModelLayout:
        """Where a row's values go, in the order of `columns`."""
        return ModelLayout(self.model, self.attributes)

    def prepared(self, compose: Callable[..., Composed], *shape: Hashable) -> Composed:
        """Give what `compose(self, *shape)` gives, called at most once for a shape."""
        key = (compose, shape)
        found: Composed | None = self._prepared.get(key)
        if found is None:
            if len(self._prepared) >= MAX_SHAPES:
                self._prepared.clear()
            found = self._prepared[key] = compose(self, *shape)
        return found

    def column(self, attribute: str) -> ColumnDefinition:
        """Find a column by its attribute.

        Raises:
            InterfaceError: there is none of that name.
        """
        expression = self.expressions.get(attribute)
        if expression is None:
            near = difflib.get_close_matches(str(attribute), self.attributes, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(self.attributes)}"
            raise InterfaceError(f"{self.model.__name__} has no column {attribute!r}: {hint}")
        return expression.definition

    def with_bits(self, bits: int) -> tuple[ColumnDefinition, ...]:
        """Give the columns whose bits are set."""
        return tuple(c for c in self.columns if bits & self.bits[c.attribute])


def values_of(columns: Iterable[ColumnDefinition]) -> Callable[[Any], tuple[Any, ...]]:
    """Make a function that reads an instance's values for these columns."""
    attributes = [column.attribute for column in columns]
    if len(attributes) > 1:
        return attrgetter(*attributes)
    return lambda instance: tuple(getattr(instance, attribute) for attribute in attributes)


def _setter(model: "type[Table]", slot: str) -> "Callable[[Table, object], None]":
    # Past the metaclass, under whose properties `User.age` is an expression.
    member = next(vars(base)[slot] for base in model.__mro__ if slot in vars(base))
    setter: Callable[[Table, object], None] = member.__set__
    return setter
