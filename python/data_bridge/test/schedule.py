"""How often a benchmark is called, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Schedule:
    """Calls a round, rounds, and calls before the first round that are not counted."""

    iterations: int
    rounds: int
    warmups: int


# The largest batch, in rows, that each schedule is for: the dearer a call, the fewer of them.
_ADAPTIVE = (
    (100, Schedule(iterations=50, rounds=5, warmups=3)),
    (1_000, Schedule(iterations=20, rounds=5, warmups=2)),
    (10_000, Schedule(iterations=10, rounds=3, warmups=1)),
)
_LARGEST = Schedule(iterations=3, rounds=3, warmups=1)


def schedule_for(batch: int) -> Schedule:
    """The schedule of a benchmark that handles `batch` rows in a call."""
    for limit, schedule in _ADAPTIVE:
        if batch <= limit:
            return schedule
    return _LARGEST


def turn(contestants: Sequence[T], number: int) -> list[T]:
    """The order of a round: each round begins one further on, so that nobody is always first."""
    start = number % len(contestants) if contestants else 0
    return [*contestants[start:], *contestants[:start]]
