"""`Table`: what models derive from."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, dataclass_transform, overload

from data_bridge.postgres import bulk, row, statement
from data_bridge.postgres.column import Column
from data_bridge.postgres.database import executor
from data_bridge.postgres.declaration import declare
from data_bridge.postgres.definition import Definition
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.expression import ColumnExpression
from data_bridge.postgres.filter import Condition, Shape
from data_bridge.postgres.query import Query, joined
from data_bridge.postgres.refusal import explain, refuse_null
from data_bridge.postgres.statement import Limit, Statement


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(Column,))
class TableMeta(type):
    """Makes models, each with a metaclass of its own that derives from this one.

    The columns are properties of that metaclass, which Python asks first: so `User.age` is an
    expression, while the `age` of an instance is a plain slot, read at full speed.
    """

    _definition: Definition

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any
    ) -> "TableMeta":
        """Make a class: `Table`, or a model with its definition and constructor.

        Raises:
            TypeError: the class body is not that of a table.
        """
        parents = [base for base in bases if isinstance(base, TableMeta)]
        if not parents:
            return super().__new__(mcs, name, bases, namespace, **options)
        inherited = getattr(parents[0], "_definition", None)
        declaration = declare(name, inherited, namespace, _RESERVED)
        expressions: dict[str, dict[TableMeta, ColumnExpression]] = {
            column.attribute: {} for column in declaration.columns
        }
        getters = {attribute: found.__getitem__ for attribute, found in expressions.items()}
        own: type[TableMeta] = type(
            f"{name}Meta", (mcs,), {key: property(getter) for key, getter in getters.items()}
        )
        body = {key: value for key, value in namespace.items() if key not in expressions}
        body["__slots__"] = (*declaration.slots, *namespace.get("__slots__", ()))
        model: Any = super().__new__(own, name, bases, body, **options)
        model._definition = Definition(model, declaration)
        for attribute, expression in model._definition.expressions.items():
            expressions[attribute][model] = expression
        if _constructed_by_us(model):
            model.__init__ = model._definition.initialise
        made: TableMeta = model
        return made


class Table(metaclass=TableMeta):
    """A row of a table, and the table.

    A model derives from this class and annotates its columns:

        class User(Table):
            name: str
            age: int = 0
            email: str | None = None

            class Settings:
                table_name = "users"

    The table's name is the class's in snake_case unless `Settings.table_name` gives another;
    `Settings.schema` may name a schema. `Column(...)` says more of a column than its annotation.
    A model that declares no primary key has a column `id: int | None`, which the server fills.

    On the class, `User.age` stands for the column in filters and orders. `User(name="Ann")` makes a
    new row, which `save` inserts. What is assigned to an instance is sent by the next `save`; a
    list or dict that was changed in place is sent once it is assigned again.

    Two instances are equal when they are of one model and have the same primary key; one without a
    key equals only itself, and has no hash.
    """

    __slots__ = ("_changes",)

    _definition: ClassVar[Definition]

    if TYPE_CHECKING:
        # The implied primary key: Any, since models declare keys of other types in its place.
        id: Any = Column(primary_key=True, default=None)

        @property
        def _changes(self) -> int | None: ...

    def __init__(self, **values: Any) -> None:
        """Set columns by keyword, the others to their defaults.

        Raises:
            TypeError: there is no such column, or no value for one that has no default.
        """
        type(self)._definition.initialise(self, **values)

    @classmethod
    async def get(cls, key: object) -> Self | None:
        """Find the row with this primary key; None where there is none.

        Raises:
            ColumnTypeError: the key has not the column's type; nothing was sent.
            PostgresError: the server refused the query.
        """
        definition = cls._definition
        found: Self | None
        try:
            found = await executor()._fetchrow(definition.get.sql, (key,), definition.layout)
        except InterfaceError as error:
            raise explain(error, definition, definition.get.parameters) from None
        return found

    @classmethod
    async def find_one(cls, *filters: Condition | bool) -> Self | None:
        """Find one row for which all filters hold, whichever the server finds first; None for none.

        Raises:
            ColumnTypeError: a value in a filter has not its column's type; nothing was sent.
            InterfaceError: one of them is no filter.
            PostgresError: the server refused the query.
        """
        definition = cls._definition
        condition = joined(filters)
        shape = None if condition is None else condition.shape
        if shape is definition.key_shape:
            prepared = definition.get
        else:
            prepared = definition.prepared(statement.select, shape, (), Limit.ONE, False)
        values = () if condition is None else condition.values
        found: Self | None
        try:
            found = await executor()._fetchrow(prepared.sql, values, definition.layout)
        except InterfaceError as error:
            raise explain(error, definition, prepared.parameters) from None
        return found

    @classmethod
    def find(cls, *filters: Condition | bool) -> Query[Self]:
        """Start a query for the rows for which all filters hold; without filters, for all rows.

        Raises:
            InterfaceError: one of them is no filter.
        """
        return Query(cls._definition, joined(filters))

    @classmethod
    async def count(cls, *filters: Condition | bool) -> int:
        """Count the rows for which all filters hold.

        Raises:
            ColumnTypeError: a value in a filter has not its column's type; nothing was sent.
            InterfaceError: one of them is no filter.
            PostgresError: the server refused the query.
        """
        return await cls.find(*filters).count()

    @classmethod
    async def insert_many(cls, rows: Iterable[Self] | Iterable[Mapping[str, Any]]) -> list[Any]:
        """Insert up to a million rows and more: all of them, or none.

        Args:
            rows: New instances, or dicts by attribute. Dicts all have the keys of the first; a
                column that they leave out gets its default.

        Returns:
            The primary keys in the order of the rows. Instances have theirs set, with what else the
            server filled.

        Raises:
            ColumnTypeError: a value has not its column's type; the error names row and column.
            InterfaceError: a row is no instance or dict, or not like the first, or an instance is
                there twice; nothing was sent.
            PostgresError: the server refused a row; none is stored.
        """
        return await bulk.insert_many(cls._definition, rows)

    @overload
    @classmethod
    async def update_many(
        cls, values: Mapping[str, Any], /, *filters: Condition | bool, all_rows: bool = False
    ) -> int: ...
    @overload
    @classmethod
    async def update_many(cls, rows: Sequence[Self], /) -> int: ...
    @classmethod
    async def update_many(
        cls,
        given: Mapping[str, Any] | Sequence[Any],
        /,
        *filters: Condition | bool,
        all_rows: bool = False,
    ) -> int:
        """Update many rows in one statement: all of them, or none.

        Args:
            given: New values by attribute, the same for all rows; or loaded instances, whose rows
                get what was assigned to each (in a statement for each set of columns).
            filters: Which rows get the values.
            all_rows: Said in place of filters, that all rows of the table are meant.

        Returns:
            The number of rows that were found and updated.

        Raises:
            ColumnTypeError: a value has not its column's type; nothing was sent.
            InterfaceError: no filter and not `all_rows`; no such column; or an instance that is
                new or there twice.
            PostgresError: the server refused the update; nothing is changed.
        """
        definition = cls._definition
        if not isinstance(given, Mapping):
            if filters or all_rows:
                raise InterfaceError("instances are updated by their primary keys, without filters")
            return await bulk.update_each(definition, list(given))
        columns = tuple(definition.column(attribute) for attribute in given)
        if not columns:
            raise InterfaceError("update_many() was given no values")
        values = tuple(given.values())
        refuse_null(definition, columns, values)
        shape, bound = _which_rows("update_many", filters, all_rows)
        prepared = definition.prepared(statement.update, columns, shape)
        return await _changed(definition, prepared, values + bound)

    @classmethod
    async def delete_many(cls, *filters: Condition | bool, all_rows: bool = False) -> int:
        """Delete the rows for which all filters hold, and give their number.

        Args:
            filters: Which rows.
            all_rows: Said in place of filters, that all rows of the table are meant.

        Raises:
            ColumnTypeError: a value in a filter has not its column's type; nothing was sent.
            InterfaceError: no filter and not `all_rows`.
            PostgresError: the server refused; nothing is deleted.
        """
        shape, values = _which_rows("delete_many", filters, all_rows)
        prepared = cls._definition.prepared(statement.delete, shape)
        return await _changed(cls._definition, prepared, values)

    async def save(self) -> None:
        """Insert a new row, or send what was assigned to a loaded one since, and nothing else.

        A new row without a primary key gets one from the server, and what else the server fills.
        Where nothing was assigned nothing is sent.

        Raises:
            ColumnTypeError: a value has not its column's type; nothing was sent.
            RowNotFoundError: the loaded row is not in the table any more.
            PostgresError: the server refused the row.
        """
        changes = self._changes
        if changes == Definition.NEW:
            await row.insert(self)
        elif changes is not None:
            await row.update(self, changes)

    async def delete(self) -> None:
        """Delete the row. The instance stays, as one that was never saved.

        Raises:
            InterfaceError: the instance was never saved.
            RowNotFoundError: the row is not in the table any more.
            PostgresError: the server refused.
        """
        await row.delete(self)

    async def refresh(self) -> None:
        """Read the row again. What was assigned and not saved is lost.

        Raises:
            InterfaceError: the instance was never saved.
            RowNotFoundError: the row is not in the table any more.
        """
        await row.refresh(self)

    if not TYPE_CHECKING:  # where it is hidden, assignments to what is no column are reported

        def __setattr__(self, name: str, value: object) -> None:
            definition = self._definition
            bit = definition.bits.get(name)
            changes = self._changes if bit else None
            if bit is None or changes == Definition.NEW:
                object.__setattr__(self, name, value)
            elif bit == definition.key_bit:
                if value != getattr(self, name):
                    raise InterfaceError(
                        f"{name} is the primary key of a stored row: save() would not find it again"
                    )
            else:
                object.__setattr__(self, name, value)
                definition.set_changes(self, bit if changes is None else changes | bit)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(other) is not type(self):
            return NotImplemented
        key = self._key()
        return key is not None and bool(key == other._key())

    def __hash__(self) -> int:
        key = self._key()
        if key is None:
            raise TypeError(f"a {type(self).__name__} without a primary key has no hash")
        return hash((type(self), key))

    def __repr__(self) -> str:
        values = (
            f"{attribute}={getattr(self, attribute)!r}"
            for attribute in self._definition.attributes
            if hasattr(self, attribute)
        )
        return f"{type(self).__name__}({', '.join(values)})"

    def __setstate__(self, state: tuple[dict[str, Any] | None, dict[str, Any]]) -> None:
        # What copy and pickle do by themselves, but past the recording of changes.
        for values in state:
            for name, value in (values or {}).items():
                object.__setattr__(self, name, value)

    def _key(self) -> Any:
        return getattr(self, self._definition.primary_key.attribute, None)


_RESERVED = frozenset(dir(type)) | frozenset(dir(Table))


def _constructed_by_us(model: type[Table]) -> bool:
    """Whether the constructor that a model has so far is a generated one, not a user's."""
    owner = next(base for base in model.__mro__ if "__init__" in vars(base))
    if owner is Table:
        return True
    definition = vars(owner).get("_definition")
    return definition is not None and vars(owner)["__init__"] is definition.initialise


def _which_rows(
    method: str, filters: tuple[Condition | bool, ...], all_rows: bool
) -> tuple[Shape | None, tuple[Any, ...]]:
    condition = joined(filters)
    if condition is None and not all_rows:
        raise InterfaceError(f"{method}() without a filter is for all rows: say all_rows=True")
    if condition is not None and all_rows:
        raise InterfaceError(f"{method}() takes filters or all_rows=True, not both")
    return (None, ()) if condition is None else (condition.shape, condition.values)


async def _changed(definition: Definition, prepared: Statement, values: tuple[Any, ...]) -> int:
    """Run an UPDATE or DELETE and give the number of rows, which is the last word of its tag."""
    try:
        tag = await executor().execute(prepared.sql, *values)
    except InterfaceError as error:
        raise explain(error, definition, prepared.parameters) from None
    return int(tag.rpartition(" ")[2])
