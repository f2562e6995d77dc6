"""The run of a group: its implementations in turn, round by round."""

import gc
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from data_bridge.test.comparison import Entry
from data_bridge.test.measurement import Call, Run
from data_bridge.test.schedule import Schedule, turn


@dataclass(frozen=True)
class Contestant:
    """An entry, and the call that is measured for it."""

    entry: Entry
    call: Call


@dataclass(frozen=True)
class Track:
    """What a race needs from whoever holds it."""

    run: Run
    # Notes what goes wrong with an entry, and lets through what ends the run.
    guard: Callable[[Entry], AbstractContextManager[None]]
    # Told before each lap (a warm-up counts as one): the entry, and the round or 0.
    watch: Callable[[Entry, int], None]


def laps(contestants: int, schedule: Schedule) -> int:
    """How many times `Track.watch` is told of a lap, if nobody drops out."""
    return contestants * (schedule.rounds + 1)


def race(contestants: Sequence[Contestant], schedule: Schedule, track: Track) -> None:
    """Warm up, then measure all rounds, A B C, B C A, ...; results go into the entries.

    One that fails drops out and the others go on. On KeyboardInterrupt the entries hold the
    rounds that were complete.
    """
    # What is alive now is no benchmark's garbage: without it each collection takes no time.
    gc.collect()
    gc.freeze()
    try:
        for contestant in contestants:
            _lap(contestant, schedule.warmups, 0, track)
        for number in range(schedule.rounds):
            for contestant in turn(contestants, number):
                times = _lap(contestant, schedule.iterations, number + 1, track)
                if times:
                    contestant.entry.measurement.rounds.append(times)
    finally:
        gc.unfreeze()


def _lap(contestant: Contestant, count: int, number: int, track: Track) -> list[int]:
    entry = contestant.entry
    if entry.running:
        track.watch(entry, number)
        with track.guard(entry):
            return contestant.call.measure(count, track.run)
    return []
