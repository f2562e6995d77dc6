"""The figures that sum up an implementation's calls."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# Tukey's fences: calls further than this many interquartile ranges from the middle half.
FENCE = 1.5


@dataclass(frozen=True)
class Summary:
    """Milliseconds of a call, over all timed calls; `outliers` counts those beyond the fences.

    The standard deviation is that of the sample, and None for a single call.
    """

    calls: int
    median: float
    mean: float
    stddev: float | None
    p95: float
    minimum: float
    maximum: float
    quartiles: tuple[float, float]
    fences: tuple[float, float]
    outliers: int


def summarize(nanoseconds: Sequence[int]) -> Summary:
    """Sum up the times of at least one call."""
    times = sorted(time / 1e6 for time in nanoseconds)
    first, median, third = _quantile(times, 0.25), statistics.median(times), _quantile(times, 0.75)
    reach = FENCE * (third - first)
    fences = first - reach, third + reach
    return Summary(
        calls=len(times),
        median=median,
        mean=statistics.fmean(times),
        stddev=statistics.stdev(times) if len(times) > 1 else None,
        p95=_quantile(times, 0.95),
        minimum=times[0],
        maximum=times[-1],
        quartiles=(first, third),
        fences=fences,
        outliers=sum(not fences[0] <= time <= fences[1] for time in times),
    )


def _quantile(times: Sequence[float], share: float) -> float:
    """Between the two calls that the share falls between, in proportion."""
    place = share * (len(times) - 1)
    low = int(place)
    high = min(low + 1, len(times) - 1)
    return times[low] + (times[high] - times[low]) * (place - low)
