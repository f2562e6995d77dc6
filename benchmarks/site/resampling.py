"""The ratios of all frameworks to all others, each with its interval, at the cost of one a series.

`benchmarks.statistic.ratio_interval` makes the resampled medians of both sides anew for each pair.
All series of an operation are resampled by the same rounds, so that each one's are made once here.
"""

import operator
from collections.abc import Sequence
from statistics import median

from benchmarks.statistic import CONFIDENCE, Interval, bootstrap, ratio_interval


class Resampled:
    """A series with the medians of all its resamples.

    Attributes:
        interval: the median and its interval.
    """

    def __init__(self, samples: Sequence[float]) -> None:
        self.samples = samples
        # The one over all rounds first.
        self.medians: list[float] = []
        self.interval = bootstrap(len(samples), self.estimate, CONFIDENCE)

    def estimate(self, rounds: Sequence[int]) -> float:
        """The median over some rounds, which is kept."""
        self.medians.append(median([self.samples[k] for k in rounds]))
        return self.medians[-1]

    def ratio_to(self, other: "Resampled") -> Interval:
        """As `ratio_interval`, for whole series without resampling again."""
        if len(self.samples) != len(other.samples):
            return ratio_interval(self.samples, other.samples)
        ratios = map(operator.truediv, self.medians, other.medians)
        # In the order in which the medians were asked for.
        return bootstrap(len(self.samples), lambda _rounds: next(ratios), CONFIDENCE)
