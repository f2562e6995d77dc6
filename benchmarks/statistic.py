"""What samples say: medians with bootstrap intervals, and whether a difference is one.

The frameworks of a run take turns, so that their samples come in pairs: the k-th of each was taken
in the same round, under the same weather of the machine. A ratio is therefore resampled by rounds,
both sides of a round together.
"""

import math
import random
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from statistics import median

CONFIDENCE = 0.95
RESAMPLES = 1000
# The same samples have the same interval, today and on every machine.
SEED = 20_000
# Two series of one thing, in one run, differ by as much when nothing is different. An interval says
# how sure a median is, not that it means something: the run's own `noise` may be more, never less.
NOISE = 0.02
# A run with more than this tells of the machine, and not of the frameworks.
TOO_MUCH_NOISE = 0.10
# The share of the things entered twice that the noise of a run covers.
COVERED = 0.9


@dataclass(frozen=True)
class Interval:
    """An estimate, and the bounds between which it lies as surely as was asked for."""

    value: float
    low: float
    high: float

    def __truediv__(self, factor: float) -> "Interval":
        return Interval(self.value / factor, self.low / factor, self.high / factor)

    @property
    def width(self) -> float:
        """How far the bounds lie apart, as a share of the estimate."""
        return (self.high - self.low) / self.value if self.value else 0.0


class Verdict(Enum):
    """What a ratio of ours to theirs means, where lower is better."""

    FASTER = "faster"
    EQUAL = "equal"
    SLOWER = "slower"


def median_interval(samples: Sequence[float], confidence: float = CONFIDENCE) -> Interval:
    """The median of samples and its bootstrap interval.

    Raises:
        ValueError: there are no samples.
    """
    if not samples:
        raise ValueError("there are no samples")
    return interval(medians(tuple(samples)), confidence)


def ratio_interval(
    ours: Sequence[float], theirs: Sequence[float], confidence: float = CONFIDENCE
) -> Interval:
    """The ratio of our median to theirs and its bootstrap interval, resampled by rounds.

    Rounds that only one side has (the other failed then) do not count.

    Raises:
        ValueError: there is no round that both have.
    """
    rounds = min(len(ours), len(theirs))
    if not rounds:
        raise ValueError("there is no round that both sides have")

    pairs = zip(medians(tuple(ours[:rounds])), medians(tuple(theirs[:rounds])), strict=True)
    return interval([one / other for one, other in pairs], confidence)


@lru_cache(maxsize=512)
def medians(samples: tuple[float, ...]) -> Sequence[float]:
    """The median of all rounds, and then those of resampled ones.

    They are remembered, since a series is compared with many others.
    """
    rounds = len(samples)
    if rounds == 1:
        return samples
    resampled = (median([samples[k] for k in chosen]) for chosen in resamples(rounds))
    return array("d", [median(samples), *resampled])


def bootstrap(
    rounds: int, estimate: Callable[[Sequence[int]], float], confidence: float
) -> Interval:
    """An estimate over all rounds, with its percentile interval over resampled ones."""
    value = estimate(range(rounds))
    return interval([value, *(map(estimate, resamples(rounds)) if rounds > 1 else ())], confidence)


def interval(estimates: Sequence[float], confidence: float) -> Interval:
    """The first of some estimates, with the interval in which the others lie."""
    value, *others = estimates
    found = sorted(others) or [value]
    outside = int(len(found) * (1 - confidence) / 2)
    return Interval(value, found[outside], found[-1 - outside])


@lru_cache(maxsize=64)
def resamples(rounds: int) -> Sequence[Sequence[int]]:
    """Resampled rounds: the same for all series of as many rounds."""
    choices = random.Random(SEED).choices
    everything = range(rounds)
    return [choices(everything, k=rounds) for _ in range(RESAMPLES)]


def verdict(ratio: Interval, noise: float = NOISE) -> Verdict:
    """Whether a ratio, lower being better, says anything: all of its interval must lie outside.

    Args:
        ratio: ours divided by theirs.
        noise: how far from 1 a ratio may lie when nothing is different.
    """
    if ratio.low > 1 + noise:
        return Verdict.SLOWER
    if ratio.high < 1 / (1 + noise):
        return Verdict.FASTER
    return Verdict.EQUAL


def noise(ratios: Iterable[float]) -> float:
    """How far apart, as a share, two series of one thing lie in a run in which it took part twice.

    Args:
        ratios: the second's median divided by the first's, of everything that was entered twice.

    Returns:
        what nine tenths of them stay within, but never less than `NOISE`.
    """
    found = sorted(abs(math.log(ratio)) for ratio in ratios)
    if not found:
        return NOISE
    return max(NOISE, math.expm1(found[math.ceil(COVERED * len(found)) - 1]))


def drift(ratios: Sequence[float]) -> Interval:
    """What the machine did between two runs, from the series that no commit of ours can change.

    Args:
        ratios: later divided by earlier median of each peer's series; none means no drift.

    Returns:
        The median ratio, by which ours are to be divided, and the bounds of the middle nine tenths:
        a change of ours within them is what the machine does by itself.
    """
    if not ratios:
        return Interval(1.0, 1.0, 1.0)
    found = sorted(ratios)
    cut = len(found) // 20
    return Interval(median(found), found[cut], found[-1 - cut])
