"""The dates, times and intervals of the server's that Python's own classes cannot hold.

A query gives them in place of a date, a datetime, a time or a timedelta where one of those would
have to be wrong; as parameters they serve in the same places.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta, timezone
from enum import Enum

__all__ = ["EndOfDay", "FarDate", "FarTimestamp", "Infinity", "Interval"]


class Infinity(Enum):
    """`infinity` and `-infinity` as a date, a timestamp of either kind, or an interval.

    They are compared with dates, datetimes, timedeltas and the classes of this module, and are
    later (longer), or earlier (shorter), than all of them. Intervals are infinite from PostgreSQL
    17 on.
    """

    POSITIVE = "infinity"
    NEGATIVE = "-infinity"

    def __neg__(self) -> "Infinity":
        return Infinity.NEGATIVE if self is Infinity.POSITIVE else Infinity.POSITIVE

    def __lt__(self, other: object) -> bool:
        if isinstance(other, Infinity):
            return self is not other and self is Infinity.NEGATIVE
        return self is Infinity.NEGATIVE if isinstance(other, _FINITE) else NotImplemented

    def __le__(self, other: object) -> bool:
        if isinstance(other, Infinity):
            return self is other or self is Infinity.NEGATIVE
        return self is Infinity.NEGATIVE if isinstance(other, _FINITE) else NotImplemented

    def __gt__(self, other: object) -> bool:
        if isinstance(other, Infinity):
            return self is not other and self is Infinity.POSITIVE
        return self is Infinity.POSITIVE if isinstance(other, _FINITE) else NotImplemented

    def __ge__(self, other: object) -> bool:
        if isinstance(other, Infinity):
            return self is other or self is Infinity.POSITIVE
        return self is Infinity.POSITIVE if isinstance(other, _FINITE) else NotImplemented

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, order=True, slots=True)
class FarDate:
    """A date before the year 1 or after the year 9999, in the Gregorian calendar.

    Attributes:
        year: counted without a gap, as astronomers do: 0 is the year 1 BC, -1 the year 2 BC.
        month: 1 to 12.
        day: 1 to 31.
    """

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        """As the server writes it: `0044-03-15 BC`."""
        year, era = (self.year, "") if self.year > 0 else (1 - self.year, " BC")
        return f"{year:04}-{self.month:02}-{self.day:02}{era}"


@dataclass(frozen=True, slots=True)
class FarTimestamp:
    """A moment before the year 1 or after the year 9999.

    Attributes:
        date: its date.
        time: its time; that of a timestamptz has a zone, which is UTC where the server gave it.
    """

    date: FarDate
    time: time


@dataclass(frozen=True, slots=True)
class EndOfDay:
    """24:00:00, the end of a day, which is a time to the server.

    Attributes:
        tzinfo: the offset from UTC of a timetz; None for a time.
    """

    tzinfo: timezone | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval as the server keeps it: months and days have no fixed length.

    A query gives one where a timedelta would not do: for an interval with months, or of more than
    999,999,999 days.

    Attributes:
        months: years included.
        days: weeks included.
        microseconds: hours, minutes and seconds included.
    """

    months: int = 0
    days: int = 0
    microseconds: int = 0


_FINITE = (date, timedelta, FarDate, FarTimestamp, Interval)
