"""Where a value stands on an axis, and which marks the axis has."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = (1, 2, 5, 10)
# A logarithmic axis of up to so many decades has marks at 2 and 5 as well.
_FEW_DECADES = 1.5


@dataclass(frozen=True)
class Tick:
    """A mark: its value in words, and its place in percent of the axis."""

    label: str
    place: float


@dataclass(frozen=True)
class Unit:
    """A unit of time, and how many of it a millisecond is."""

    name: str
    per_millisecond: float

    def words(self, milliseconds: float) -> str:
        """A time in this unit, to three digits."""
        return three_digits(milliseconds * self.per_millisecond)


def unit_for(milliseconds: float) -> Unit:
    """The unit in which a time has from one to three digits before the point."""
    for unit in (Unit("s", 1e-3), Unit("ms", 1), Unit("µs", 1e3)):
        if milliseconds * unit.per_millisecond >= 1:
            return unit
    return Unit("ns", 1e6)


def three_digits(value: float) -> str:
    """A number with three digits, or all that it has before the point."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    return f"{value:,.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


class Linear:
    """An axis from zero."""

    def __init__(self, highest: float) -> None:
        self._highest = highest or 1.0

    def place(self, value: float) -> float:
        """Where a value stands, in percent; what is beyond the axis stands at its end."""
        return round(100 * min(value / self._highest, 1.0), 2)

    def ticks(self, unit: Unit) -> list[Tick]:
        """Zero and some round values."""
        highest = self._highest * unit.per_millisecond
        # Some four steps, the smallest of 1, 2, 5, 10 that is as long.
        rough = highest / 4
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * each for each in _STEPS if power * each >= rough)
        values = [number * step for number in range(int(highest / step) + 1)]
        return [
            Tick(f"{value:g} {unit.name}" if value else "0", round(100 * value / highest, 2))
            for value in values
        ]


class Logarithmic:
    """An axis on which equal ratios are equally long, between positive values."""

    def __init__(self, values: Sequence[float]) -> None:
        self._low, self._high = math.log10(min(values)), math.log10(max(values))
        # A single value stands in the middle.
        if self._low == self._high:
            self._low, self._high = self._low - 0.5, self._high + 0.5

    def place(self, value: float) -> float:
        """Where a value stands, in percent."""
        return round(100 * (math.log10(value) - self._low) / (self._high - self._low), 2)

    def round_values(self) -> list[float]:
        """Powers of ten, and what lies between them where there are few."""
        within = _STEPS[:3] if self._high - self._low < _FEW_DECADES else _STEPS[:1]
        decades = range(math.floor(self._low), math.ceil(self._high) + 1)
        values = [each * 10.0**power for power in decades for each in within]
        return [value for value in values if self._low <= math.log10(value) <= self._high]
