"""Whether a difference is one: the rule by which two implementations are called equal.

Two medians are held against each other by their ratio, and the ratio has an interval:

- The calls are drawn anew, many times, with replacement: first rounds, and out of each drawn round
  as many calls as it has (calls of one round resemble each other more than those of two). In one
  run all implementations draw the same rounds, since they shared the machine's weather in them.
- The interval holds the middle 99 % of the ratios of the medians so drawn.

Two are *equal* unless the whole interval lies more than 2 % from 1: a few calls have a wide
interval, and in one process the place of code and data in memory, and who has run before, make
some percent by themselves.

The draws are those of a fixed seed, so that the same times always give the same answer.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

CONFIDENCE = 0.99
LEAST_DIFFERENCE = 0.02
# As many draws as the tails of the interval need, fewer where there are calls in plenty.
_MOST_DRAWS = 1000
_FEWEST_DRAWS = 200
_CALLS_TO_DRAW = 500_000
_SEED = 20_070_525

# The times of one implementation, round by round.
Rounds = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Ratio:
    """How many times as fast something is as something else, with its interval.

    Infinite where no time at all passed.
    """

    value: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Whether that is "faster", "slower" or "equal"."""
        least = 1 + LEAST_DIFFERENCE
        if self.low > least:
            return "faster"
        return "slower" if self.high < 1 / least else "equal"

    @property
    def inverse(self) -> "Ratio":
        """How many times as fast the other is."""
        return Ratio(_divided(1, self.value), _divided(1, self.high), _divided(1, self.low))


class Draws:
    """The drawn medians of implementations that one run has measured in turns."""

    def __init__(self, of: Sequence[Rounds]) -> None:
        self._rounds = of
        self._medians = _medians(of)

    def ratio(self, one: int, other: int) -> Ratio:
        """How many times as fast one implementation is as another, by their places in `of`."""
        return _ratio(
            self._rounds[other], self._medians[other], self._rounds[one], self._medians[one]
        )


def ratio_between_runs(before: Rounds, now: Rounds) -> Ratio:
    """How many times as fast `now` is as `before`, which another run has measured."""
    (medians_before,) = _medians([before])
    (medians_now,) = _medians([now], seed=_SEED + 1)
    return _ratio(before, medians_before, now, medians_now)


def _ratio(
    those: Rounds, their_draws: Sequence[float], other: Rounds, own_draws: Sequence[float]
) -> Ratio:
    value = _divided(_median(_joined(those)), _median(_joined(other)))
    drawn = sorted(map(_divided, their_draws, own_draws))
    tail = round(len(drawn) * (1 - CONFIDENCE) / 2)
    # The draws are few and the medians come in steps: the interval may lie beside the value.
    return Ratio(value, min(value, drawn[tail]), max(value, drawn[-1 - tail]))


def _medians(of: Sequence[Rounds], seed: int = _SEED) -> list[list[float]]:
    """The medians of each implementation's drawn calls, the same rounds drawn for all."""
    # Random numbers for statistics, of a known seed.
    generator = random.Random(seed)  # noqa: S311
    rounds = max(map(len, of))
    calls = max(sum(map(len, each)) for each in of)
    draws = min(_MOST_DRAWS, max(_FEWEST_DRAWS, _CALLS_TO_DRAW // calls))
    medians: list[list[float]] = [[] for _ in of]
    for _ in range(draws):
        chosen = generator.choices(range(rounds), k=rounds)
        for each, found in zip(of, medians, strict=True):
            drawn: list[float] = []
            for number in chosen:
                # One that an interrupt left a round behind the others.
                calls_of_round = each[number % len(each)]
                drawn += generator.choices(calls_of_round, k=len(calls_of_round))
            found.append(_median(drawn))
    return medians


def _joined(rounds: Rounds) -> list[float]:
    return [time for times in rounds for time in times]


def _median(times: list[float]) -> float:
    times.sort()
    middle = len(times) // 2
    return times[middle] if len(times) % 2 else (times[middle - 1] + times[middle]) / 2


def _divided(dividend: float, divisor: float) -> float:
    if divisor == 0:
        return 1.0 if dividend == 0 else float("inf")
    return dividend / divisor
