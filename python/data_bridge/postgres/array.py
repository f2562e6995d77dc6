"""Arrays whose first element is not the first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

__all__ = ["Array"]

T = TypeVar("T")


class Array(list[T]):
    """A list that knows the lower bounds of the array that it was, or shall become.

    Arrays come as plain lists; one whose lower bounds are not all 1 (`'[0:1]={a,b}'`) comes as
    this. Its items count from 0 as a list's do, and it is equal to the list of them.
    """

    __slots__ = ("lower_bounds",)

    def __init__(self, items: Iterable[T] = (), lower_bounds: tuple[int, ...] = (1,)) -> None:
        """Make a list with lower bounds.

        Args:
            items: Its items; lists within it are the further dimensions.
            lower_bounds: The number of the first element in each dimension.
        """
        super().__init__(items)
        #: The number of the first element in each dimension.
        self.lower_bounds = tuple(lower_bounds)

    def __repr__(self) -> str:
        return f"Array({super().__repr__()}, lower_bounds={self.lower_bounds!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (list(self), self.lower_bounds)
