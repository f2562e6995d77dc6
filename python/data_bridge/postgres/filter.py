"""Conditions on rows: shapes that decide the SQL, and values that are only ever bound.

Shapes are hashable and made of objects that are compared by identity, so the SQL for a shape is
composed once and found in a dict from then on, whatever the values.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from data_bridge.postgres.column import ColumnDefinition
from data_bridge.postgres.errors import InterfaceError

if TYPE_CHECKING:
    from data_bridge.postgres.model import Table

AND: Final = "AND"
OR: Final = "OR"
NOT: Final = "NOT"


class Operation:
    """One operator on one column of a model. There is one object for each, and it is a shape."""

    __slots__ = ("after", "before", "column", "model", "takes_value")

    def __init__(
        self,
        model: "type[Table]",
        column: ColumnDefinition,
        operator: str,
        after: str = "",
        *,
        takes_value: bool = True,
    ) -> None:
        self.model = model
        self.column = column
        self.before = f"{column.quoted}{operator}"
        self.after = after
        self.takes_value = takes_value


# An Operation; an Operation and the column that takes its value's place; AND or OR and two shapes
# or more; NOT and one shape.
Shape: TypeAlias = Operation | tuple[Any, ...]


class Condition:
    """What can stand as a filter and be combined with others by `&`, `|` and `~`."""

    __slots__ = ()

    def as_filter(self) -> "Filter":
        """Give the condition as a shape and its values."""
        raise NotImplementedError

    def __and__(self, other: "Condition | bool") -> "Filter":
        return combine(AND, (self, other))

    def __or__(self, other: "Condition | bool") -> "Filter":
        return combine(OR, (self, other))

    def __invert__(self) -> "Filter":
        condition = self.as_filter()
        return Filter((NOT, condition.shape), condition.values)

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f"{self!r} is true or false only in the database: combine filters with &, | and ~, each"
            " in parentheses; write a < b < c as (a < b) & (b < c); for `in` there is .in_()"
        )


class Filter(Condition):
    """A condition with its values, which its text does not show: it may be logged."""

    __slots__ = ("shape", "values")

    def __init__(self, shape: Shape, values: tuple[Any, ...]) -> None:
        self.shape = shape
        self.values = values

    def as_filter(self) -> "Filter":
        """Give the filter itself."""
        return self

    def __repr__(self) -> str:
        return f"<filter {write(self.shape, [])}>"


def combine(word: str, conditions: Iterable[Condition | bool]) -> Filter:
    """Join two conditions or more with AND or OR.

    Raises:
        InterfaceError: one of them is not a condition.
    """
    shapes: list[Shape] = []
    values: list[Any] = []
    for given in conditions:
        condition = as_filter(given)
        shape = condition.shape
        if isinstance(shape, tuple) and shape[0] is word:  # a & b & c is one AND of three
            shapes.extend(shape[1:])
        else:
            shapes.append(shape)
        values.extend(condition.values)
    return Filter((word, *shapes), tuple(values))


def as_filter(given: object) -> Filter:
    """Take what was given as a filter.

    Raises:
        InterfaceError: it is none, as when `==` compared two Python values.
    """
    if isinstance(given, Condition):
        return given.as_filter()
    raise InterfaceError(f"a filter is made with a column, as in User.age > 25; this is {given!r}")


def write(
    shape: Shape, parameters: list[ColumnDefinition], model: "type[Table] | None" = None
) -> str:
    """Write a shape as SQL.

    Args:
        shape: what to write.
        parameters: for each value bound so far, its column; those of this shape are appended.
        model: where given, the model that all columns must belong to.

    Raises:
        InterfaceError: a column belongs to another model.
    """
    if isinstance(shape, Operation):
        if model is not None and shape.model is not model:
            raise InterfaceError(
                f"{shape.model.__name__}.{shape.column.attribute} cannot filter {model.__name__}:"
                " the column belongs to another model"
            )
        if not shape.takes_value:
            return shape.before
        parameters.append(shape.column)
        return f"{shape.before}${len(parameters)}{shape.after}"
    first, *rest = shape
    if first is NOT:
        return f"NOT ({write(rest[0], parameters, model)})"
    if isinstance(first, Operation):
        left = write(first, [], model).removesuffix("$1")
        return f"{left}{write(rest[0], parameters, model)}"
    return f" {first} ".join(_operand(part, parameters, model) for part in rest)


def _operand(shape: Shape, parameters: list[ColumnDefinition], model: "type[Table] | None") -> str:
    written = write(shape, parameters, model)
    joined = isinstance(shape, tuple) and shape[0] in (AND, OR)
    return f"({written})" if joined else written
