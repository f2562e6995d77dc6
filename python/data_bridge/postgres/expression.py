"""What `User.age` is: a column that makes filters and orders."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from data_bridge.postgres.column import ColumnDefinition
from data_bridge.postgres.column_type import SCALARS
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.filter import Condition, Filter, Operation, Shape

if TYPE_CHECKING:
    from data_bridge.postgres.model import Table

# What an annotation other than str stands for. Types named in Column(type=) may well be text.
_NOT_TEXT = frozenset(SCALARS.values()) - {"text"}


class Order:
    """A term of ORDER BY: `User.age`, `-User.age`, `User.age.desc()`."""

    __slots__ = ("model", "sql")

    def __init__(self, model: "type[Table]", sql: str) -> None:
        self.model = model
        self.sql = sql

    def __repr__(self) -> str:
        return f"<order by {self.sql}>"


class ColumnExpression(Condition):
    """A column of a model. Compared with a value or with another column it gives a filter.

    Compared with None by `==` and `!=` it asks for NULL. A boolean column is a filter by itself.
    """

    __slots__ = (
        "_any",
        "_equal",
        "_greater",
        "_greater_equal",
        "_ilike",
        "_less",
        "_less_equal",
        "_like",
        "_not_equal",
        "_not_null",
        "_null",
        "_true",
        "ascending",
        "definition",
        "descending",
        "model",
    )

    def __init__(self, model: "type[Table]", definition: ColumnDefinition) -> None:
        self.model = model
        self.definition = definition
        self._equal = Operation(model, definition, " = ")
        self._not_equal = Operation(model, definition, " <> ")
        self._less = Operation(model, definition, " < ")
        self._less_equal = Operation(model, definition, " <= ")
        self._greater = Operation(model, definition, " > ")
        self._greater_equal = Operation(model, definition, " >= ")
        self._like = Operation(model, definition, " LIKE ")
        self._ilike = Operation(model, definition, " ILIKE ")
        self._any = Operation(model, definition, " = ANY(", ")")
        self._null = Operation(model, definition, " IS NULL", takes_value=False)
        self._not_null = Operation(model, definition, " IS NOT NULL", takes_value=False)
        self._true = Operation(model, definition, "", takes_value=False)
        self.ascending = Order(model, definition.quoted)
        self.descending = Order(model, f"{definition.quoted} DESC")

    # Comparisons of columns give filters, where Python's protocol promises a bool.
    def __eq__(self, value: object) -> Filter:  # type: ignore[override]
        return self.is_null() if value is None else self._compare(self._equal, value)

    def __ne__(self, value: object) -> Filter:  # type: ignore[override]
        return self.is_not_null() if value is None else self._compare(self._not_equal, value)

    def __lt__(self, value: object) -> Filter:
        return self._compare(self._less, value)

    def __le__(self, value: object) -> Filter:
        return self._compare(self._less_equal, value)

    def __gt__(self, value: object) -> Filter:
        return self._compare(self._greater, value)

    def __ge__(self, value: object) -> Filter:
        return self._compare(self._greater_equal, value)

    __hash__ = object.__hash__

    def __neg__(self) -> Order:
        return self.descending

    def __repr__(self) -> str:
        return f"{self.model.__name__}.{self.definition.attribute}"

    @property
    def equality(self) -> Shape:
        """The shape of `column == value`."""
        return self._equal

    def in_(self, values: Iterable[object]) -> Filter:
        """Rows whose value is one of `values`: any number of them, bound as one array.

        None among them stands for rows in which the column is NULL.

        Raises:
            InterfaceError: the column holds arrays, or `values` is a single string.
        """
        if self.definition.is_array:
            raise InterfaceError(f"{self!r} holds arrays, for which there is no in_()")
        if isinstance(values, (str, bytes)):
            raise InterfaceError(f"{self!r}.in_() takes several values, not one string")
        given = list(values)
        wanted = [value for value in given if value is not None]
        found = Filter(self._any, (wanted,))
        return found if len(wanted) == len(given) else found | self.is_null()

    def like(self, pattern: str) -> Filter:
        """Rows whose text matches an SQL pattern: `%` is any text, `_` any one character.

        Raises:
            InterfaceError: the column does not hold text.
        """
        return self._match(self._like, pattern)

    def ilike(self, pattern: str) -> Filter:
        """The same as `like`, in whatever case the letters are.

        Raises:
            InterfaceError: the column does not hold text.
        """
        return self._match(self._ilike, pattern)

    def is_null(self) -> Filter:
        """Rows in which the column is NULL: the same as `== None`."""
        return Filter(self._null, ())

    def is_not_null(self) -> Filter:
        """Rows in which the column is not NULL: the same as `!= None`."""
        return Filter(self._not_null, ())

    def asc(self) -> Order:
        """Order with the smallest first and NULL last, as the server has it."""
        return self.ascending

    def desc(self) -> Order:
        """Order with the largest first, NULL before it, as the server has it: like `-column`."""
        return self.descending

    def as_filter(self) -> Filter:
        """Rows in which the column is true.

        Raises:
            InterfaceError: the column is not boolean.
        """
        if self.definition.sql_type != "boolean":
            kind = self.definition.sql_type
            raise InterfaceError(f"{self!r} is {kind}: it is a filter only when compared")
        return Filter(self._true, ())

    def _compare(self, operation: Operation, value: Any) -> Filter:
        if value.__class__ is ColumnExpression:
            return Filter((operation, value._true), ())
        if value is None:
            raise InterfaceError(f"{self!r} has no order against None: use == None or != None")
        return Filter(operation, (value,))

    def _match(self, operation: Operation, pattern: str) -> Filter:
        if self.definition.is_array or self.definition.sql_type in _NOT_TEXT:
            raise InterfaceError(f"{self!r} is {self.definition.sql_type}, not text")
        if pattern is None:
            raise InterfaceError(f"{self!r} cannot be like None: use == None")
        return Filter(operation, (pattern,))


def col(column: object) -> ColumnExpression:
    """Tell a type checker that `User.name` is a column, so that `.like()` and `~` check.

    To a type checker `User.name` is the `str` that an instance has; `col(User.name)` is what it is
    at run time: the same object.

    Raises:
        InterfaceError: it is no column of a model.
    """
    if isinstance(column, ColumnExpression):
        return column
    raise InterfaceError(f"a column of a model is expected, as in User.age; this is {column!r}")
