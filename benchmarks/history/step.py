"""Where the history of a figure steps up, and what the machine did meanwhile.

A time moves with the machine, and so do those of the peers, whose code no commit of ours changes.
What they did in common is taken out of ours before a step is looked for. Ratios and instruction
counts need no such correction.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.history.results import Series
from benchmarks.statistic import drift
from benchmarks.suites.suite import BEST_PEER, OURS

# Figures in seconds; the last part of a benchmark's name.
TIMES = {"track_time", "track_cpu"}


@dataclass(frozen=True)
class Regression:
    """A figure that became worse, and has not become better since.

    Attributes:
        series: the benchmark and its parameters.
        good: position of the last commit before it.
        bad: position of the first commit with a result after it.
        before: the figure until then.
        after: the best figure since.
    """

    series: Series
    good: int
    bad: int
    before: float
    after: float

    @property
    def factor(self) -> float:
        """After divided by before; more than 1."""
        return self.after / self.before


def is_peers(series: Series) -> bool:
    """Whether a figure is a time that only the machine can change."""
    return is_time(series) and not {*OURS, BEST_PEER} & {*series[1]}


def is_time(series: Series) -> bool:
    """Whether a figure moves with the machine."""
    return series[0].rpartition(".")[2] in TIMES


def least_change(series: Series, thresholds: Mapping[str, float]) -> float:
    """The share by which a figure must grow to be worth a word; the largest that matches counts."""
    found = (share for pattern, share in thresholds.items() if re.match(pattern, series[0]))
    return max(found, default=0.05)


def weather(history: Sequence[Mapping[Series, float]]) -> list[float]:
    """How slow the machine was at each commit, by the peers: 1.1 is a tenth slower than usual.

    Args:
        history: the figures of each commit.
    """
    peers = {series for figures in history for series in figures if is_peers(series)}
    usual = {
        series: median(figures[series] for figures in history if series in figures)
        for series in peers
    }
    return [
        drift([figures[series] / usual[series] for series in peers if series in figures]).value
        for figures in history
    ]


def regressions(
    history: Sequence[Mapping[Series, float]], thresholds: Mapping[str, float]
) -> list[Regression]:
    """The steps up that were not taken back, the largest first.

    Args:
        history: the figures of each commit, the oldest first.
        thresholds: the share by which a figure must grow, by a regular expression that matches from
            the start of the benchmark's name, as asv has them; the largest that matches counts.
    """
    from asv.step_detect import detect_regressions, detect_steps

    slow = weather(history)
    found = []
    for series in sorted({series for figures in history for series in figures}):
        if is_peers(series):
            continue
        corrected = is_time(series)
        values = [
            figures[series] / (slow[k] if corrected else 1.0) if series in figures else None
            for k, figures in enumerate(history)
        ]
        threshold = least_change(series, thresholds)
        _, _, positions = detect_regressions(detect_steps(values), threshold)
        found += [
            Regression(series, good, bad, before, after)
            for good, bad, before, after in positions or ()
        ]
    return sorted(found, key=lambda one: one.factor, reverse=True)
