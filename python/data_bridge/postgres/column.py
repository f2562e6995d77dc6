"""`Column(...)`, and what a model knows of each of its columns."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal, TypeVar, overload

from data_bridge.postgres.column_type import without_modifier
from data_bridge.postgres.identifier import quote

T = TypeVar("T")


class Missing(Enum):
    """The value of what was not given, where None is a value."""

    MISSING = "not given"


MISSING: Final = Missing.MISSING


@dataclass(frozen=True, slots=True)
class ColumnOptions:
    """What `Column(...)` was called with: stands in the class body until the model is made."""

    primary_key: bool = False
    default: Any = MISSING
    default_factory: Callable[[], Any] | None = None
    server_default: bool = False
    name: str | None = None
    type: str | None = None

    def __post_init__(self) -> None:
        given = [self.default is not MISSING, self.default_factory is not None, self.server_default]
        if sum(given) > 1:
            raise TypeError("give one of default, default_factory and server_default")
        if isinstance(self.default, (list, dict, set, bytearray)):
            kind = type(self.default).__name__
            raise TypeError(f"a {kind} as default would be shared by all: use default_factory")


@overload
def Column(
    *, default: T, primary_key: bool = ..., name: str | None = ..., type: str | None = ...
) -> T: ...
@overload
def Column(
    *,
    default_factory: Callable[[], T],
    primary_key: bool = ...,
    name: str | None = ...,
    type: str | None = ...,
) -> T: ...
@overload
def Column(
    *,
    server_default: Literal[True],
    primary_key: bool = ...,
    name: str | None = ...,
    type: str | None = ...,
    init: Literal[False] = False,
) -> Any: ...
@overload
def Column(*, primary_key: bool = ..., name: str | None = ..., type: str | None = ...) -> Any: ...
def Column(  # noqa: N802 (it stands where a type's default stands, and reads as one)
    *,
    primary_key: bool = False,
    default: Any = MISSING,
    default_factory: Callable[[], Any] | None = None,
    server_default: bool = False,
    name: str | None = None,
    type: str | None = None,  # noqa: A002 (the word that users look for)
    init: bool = True,
) -> Any:
    """Say more of a model's column than its annotation does.

    Args:
        primary_key: the column identifies the row. Each model has one; a column called `id` is it
            unless another is. A new row whose key is None gets one from the server.
        default: the value of new instances that are made without one.
        default_factory: called for that value each time: for lists, dicts, times, UUIDs.
        server_default: the server fills the column of a new row in which it was not set, and `save`
            reads it back. Until then the attribute is not there.
        name: the column's name in the table, where it differs from the attribute's.
        type: the SQL type, where it differs from what the annotation stands for.
        init: for type checkers only: a column that the server fills is no argument to them.

    Raises:
        TypeError: more than one of the three defaults, or a default that instances would share.
    """
    return ColumnOptions(primary_key, default, default_factory, server_default, name, type)


@dataclass(frozen=True, slots=True, eq=False)
class ColumnDefinition:
    """A column of one model: the attribute on the Python side, the name and type on the other."""

    attribute: str
    name: str
    sql_type: str
    nullable: bool
    options: ColumnOptions

    @property
    def quoted(self) -> str:
        """The name as SQL needs it."""
        return quote(self.name)

    @property
    def is_array(self) -> bool:
        """Whether a value is an SQL array."""
        return self.sql_type.endswith("[]")

    @property
    def cast_type(self) -> str:
        """The SQL type as a cast needs it."""
        return without_modifier(self.sql_type)

    @property
    def array_type(self) -> str:
        """The SQL type of an array of this column's values."""
        return f"{self.cast_type}[]"
