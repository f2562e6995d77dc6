"""What changed between two commits that were measured at different times.

Nothing is paired there: between the two the machine may have become quicker or slower, and so did
the peers, whose code no commit of ours changes. What they did in common is taken out of our times,
and how far apart they went is what a time of ours may do by itself. Ratios and instruction counts
need no such correction.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.history.results import Series
from benchmarks.history.step import is_peers, is_time, least_change
from benchmarks.statistic import Interval, Verdict, drift

NO_DRIFT = Interval(1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Change:
    """A figure of ours at two commits.

    Attributes:
        series: the benchmark and its parameters.
        before: the figure at the first one.
        after: the figure at the second one.
        factor: after divided by before, without what the machine did; with what it may be.
        verdict: whether that is slower, faster or neither.
    """

    series: Series
    before: float
    after: float
    factor: Interval
    verdict: Verdict


def weather(before: Mapping[Series, Interval], after: Mapping[Series, Interval]) -> Interval:
    """How many times as long the peers took at the second commit, with their spread."""
    peers = [series for series in before if is_peers(series) and series in after]
    return drift([after[series].value / before[series].value for series in peers])


def changes(
    before: Mapping[Series, Interval],
    after: Mapping[Series, Interval],
    thresholds: Mapping[str, float],
) -> list[Change]:
    """What became of each of our figures that both commits have, the largest factor first.

    Args:
        before: the figures of the first commit.
        after: those of the second one.
        thresholds: as in `benchmarks.history.step.regressions`.
    """
    machine = weather(before, after)
    found = []
    for series in before.keys() & after.keys():
        if is_peers(series) or not before[series].value:
            continue
        factor = divided(
            divided(after[series], before[series]), machine if is_time(series) else NO_DRIFT
        )
        least = 1 + least_change(series, thresholds)
        verdict = Verdict.EQUAL
        if factor.low > 1 and factor.value > least:
            verdict = Verdict.SLOWER
        elif factor.high < 1 and factor.value < 1 / least:
            verdict = Verdict.FASTER
        found.append(Change(series, before[series].value, after[series].value, factor, verdict))
    return sorted(found, key=lambda one: (-one.factor.value, one.series))


def divided(above: Interval, below: Interval) -> Interval:
    """A quotient, as small and as large as its two parts let it be."""
    return Interval(above.value / below.value, above.low / below.high, above.high / below.low)
