"""Ranges of values: what `int4range`, `tstzrange` and their like hold."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeAlias, TypeVar, get_args

__all__ = ["Range", "RangeBounds"]

T = TypeVar("T")

#: Whether the lower and the upper bound belong to a range: `[` and `]` say that they do.
RangeBounds: TypeAlias = Literal["[)", "(]", "[]", "()"]


class Range(Generic[T]):
    """All values between two bounds; it cannot be changed, and hashes by its value.

    `value in range` asks whether it contains a value; an empty range is false.

    The server brings ranges of whole numbers and of dates into the form `[lower, upper)`; two
    ranges are equal here when their bounds are.
    """

    __slots__ = ("bounds", "empty", "lower", "upper")

    #: The lower bound; None where there is none.
    lower: T | None
    #: The upper bound; None where there is none.
    upper: T | None
    #: Whether the bounds belong to it: "[)", "(]", "[]" or "()".
    bounds: RangeBounds
    #: Whether it contains nothing at all.
    empty: bool

    def __init__(
        self,
        lower: T | None = None,
        upper: T | None = None,
        bounds: RangeBounds = "[)",
        *,
        empty: bool = False,
    ) -> None:
        """Make a range.

        Args:
            lower: The lower bound; None for a range that is open to below.
            upper: The upper bound; None for a range that is open to above.
            bounds: Whether they belong to it: "[" and "]" say so, "(" and ")" that they do not.
            empty: Whether it contains nothing; it then has no bounds.

        Raises:
            ValueError: The bounds are none of these, or an empty range has one.
        """
        if bounds not in get_args(RangeBounds):
            raise ValueError(f"bounds={bounds!r}: expected '[)', '(]', '[]' or '()'")
        if empty and not (lower is None and upper is None):
            raise ValueError("an empty range has no bounds")
        # A bound that is not there does not belong to it: the server says the same.
        first = "(" if lower is None else bounds[0]
        last = ")" if upper is None else bounds[1]
        set_field = object.__setattr__
        set_field(self, "lower", lower)
        set_field(self, "upper", upper)
        set_field(self, "bounds", first + last)
        set_field(self, "empty", empty)

    @property
    def lower_inc(self) -> bool:
        """Whether the lower bound belongs to it."""
        return self.bounds[0] == "["

    @property
    def upper_inc(self) -> bool:
        """Whether the upper bound belongs to it."""
        return self.bounds[1] == "]"

    @property
    def lower_inf(self) -> bool:
        """Whether it is open to below."""
        return self.lower is None and not self.empty

    @property
    def upper_inf(self) -> bool:
        """Whether it is open to above."""
        return self.upper is None and not self.empty

    def __contains__(self, value: Any) -> bool:
        if self.empty:
            return False
        if self.lower is not None and not (
            self.lower < value or (self.lower_inc and self.lower == value)
        ):
            return False
        return self.upper is None or bool(
            value < self.upper or (self.upper_inc and value == self.upper)
        )

    def __bool__(self) -> bool:
        return not self.empty

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Range):
            return NotImplemented
        return self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash(self._fields())

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Range cannot be changed: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Range cannot be changed: {name}")

    def __repr__(self) -> str:
        if self.empty:
            return "Range(empty=True)"
        return f"Range({self.lower!r}, {self.upper!r}, {self.bounds!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _make, self._fields()

    def _fields(self) -> tuple[T | None, T | None, RangeBounds, bool]:
        return self.lower, self.upper, self.bounds, self.empty


def _make(lower: T | None, upper: T | None, bounds: RangeBounds, empty: bool) -> Range[T]:
    return Range(lower, upper, bounds, empty=empty)
