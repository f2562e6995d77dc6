"""Times and ratios as people read them: three digits, and the unit that gives them."""

from benchmarks.statistic import Interval

SECOND, MILLISECOND, MICROSECOND = 1.0, 1e-3, 1e-6
UNITS = ((SECOND, "s"), (MILLISECOND, "ms"), (MICROSECOND, "us"))


def duration(seconds: float) -> str:
    """A time with its unit: `16.5 us`, `1.23 ms`."""
    size, unit = next((one for one in UNITS if seconds >= one[0]), UNITS[-1])
    return f"{digits(seconds / size)} {unit}"


def ratio(value: float) -> str:
    """A ratio: `1.53x`, `12.4x`."""
    return f"{digits(value)}x"


def share(value: float) -> str:
    """A small part of something: `2.1 %`, `14 %`."""
    percent = 100 * value
    return f"{percent:.1f} %" if percent < 10 else f"{percent:.0f} %"  # noqa: PLR2004 - two digits


def give_or_take(interval: Interval) -> str:
    """A ratio and how far the farther bound of its interval lies: `1.53x ±2.1 %`."""
    farther = max(interval.high - interval.value, interval.value - interval.low)
    return f"{ratio(interval.value)} ±{share(farther / interval.value)}"


def bounds(interval: Interval) -> str:
    """A ratio with its interval: `1.53x (1.50 to 1.58)`."""
    return f"{ratio(interval.value)} ({digits(interval.low)} to {digits(interval.high)})"


def digits(value: float) -> str:
    """Three digits, but all of those before the point."""
    if value >= 100:  # noqa: PLR2004 - where three digits end
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004 - as above
