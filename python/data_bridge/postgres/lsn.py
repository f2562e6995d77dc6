"""Positions in the write-ahead log."""

import re
from typing import Self, SupportsIndex, final

__all__ = ["LSN"]

_HALVES = re.compile(r"([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})")


@final
class LSN(int):
    """A position in the write-ahead log: a number of bytes, written as the server writes it.

    The difference of two is an int, the bytes between them.
    """

    __slots__ = ()

    def __new__(cls, position: SupportsIndex | str) -> Self:
        """Take the number, or its text: `LSN("16/B374D848")`.

        Raises:
            ValueError: it is no position of 64 bits.
        """
        number = _parsed(position) if isinstance(position, str) else position.__index__()
        if not 0 <= number < 1 << 64:
            raise ValueError(f"a position in the log has 64 bits, and {number} has not")
        return super().__new__(cls, number)

    def __str__(self) -> str:
        return f"{self >> 32:X}/{self & 0xFFFF_FFFF:X}"

    def __repr__(self) -> str:
        return f"LSN({str(self)!r})"


def _parsed(text: str) -> int:
    halves = _HALVES.fullmatch(text)
    if halves is None:
        raise ValueError(f"{text!r} is no position in the log, such as 16/B374D848")
    high, low = (int(half, 16) for half in halves.groups())
    return high << 32 | low
