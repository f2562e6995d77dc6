"""Multiranges: what `int4multirange`, `tstzmultirange` and their like hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar, overload

from data_bridge.postgres.range import Range

__all__ = ["Multirange"]

T = TypeVar("T")


class Multirange(Sequence[Range[T]]):
    """Ranges of one type, in order; it cannot be changed, and hashes by its value.

    `value in multirange` asks whether one of them contains a value, `range in multirange` whether
    a range is one of them.

    The server sorts them, joins those that touch and leaves out empty ones.
    """

    __slots__ = ("_ranges",)

    def __init__(self, ranges: Iterable[Range[T]] = ()) -> None:
        self._ranges = tuple(ranges)

    @overload
    def __getitem__(self, index: int) -> Range[T]: ...
    @overload
    def __getitem__(self, index: slice) -> Multirange[T]: ...
    def __getitem__(self, index: int | slice) -> Range[T] | Multirange[T]:
        if isinstance(index, slice):
            return Multirange(self._ranges[index])
        return self._ranges[index]

    def __len__(self) -> int:
        return len(self._ranges)

    def __contains__(self, value: Any) -> bool:
        if isinstance(value, Range):
            return value in self._ranges
        return any(value in range_ for range_ in self._ranges)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Multirange):
            return NotImplemented
        return self._ranges == other._ranges

    def __hash__(self) -> int:
        return hash(self._ranges)

    def __repr__(self) -> str:
        return f"Multirange({list(self._ranges)!r})"
