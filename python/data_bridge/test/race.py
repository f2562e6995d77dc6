"""The run of a group: its implementations in turn, round by round."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from data_bridge.test.comparison import Entry
from data_bridge.test.measurement import Call, Run
from data_bridge.test.memory import measure_memory
from data_bridge.test.schedule import Schedule, turn

WARM_UP = 0
MEMORY_LAP = -1


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
    # Told before each lap: the entry, and the round, WARM_UP or MEMORY_LAP.
    watch: Callable[[Entry, int], None]


def laps(contestants: int, schedule: Schedule, *, memory: bool = False) -> int:
    """How many times `Track.watch` is told of a lap, if nobody drops out."""
    return contestants * (schedule.rounds + 1 + memory)


def race(contestants: Sequence[Contestant], schedule: Schedule, track: Track) -> None:
    """Warm up, then measure all rounds, A B C, B C A, ...; results go into the entries.

    One that fails drops out and the others go on. On KeyboardInterrupt the entries hold the
    rounds that were complete.
    """
    with _what_is_alive_left_alone():
        for contestant in contestants:
            _lap(contestant, schedule.warmups, WARM_UP, track)
        for number in range(schedule.rounds):
            for contestant in turn(contestants, number):
                times = _lap(contestant, schedule.iterations, number + 1, track)
                if times:
                    contestant.entry.measurement.rounds.append(times)


def weigh(contestants: Sequence[Contestant], track: Track) -> None:
    """Measure the memory of those that are still running; results go into the entries."""
    with _what_is_alive_left_alone():
        for contestant in contestants:
            entry = contestant.entry
            if entry.running:
                track.watch(entry, MEMORY_LAP)
                with track.guard(entry):
                    entry.memory = measure_memory(contestant.call, track.run)


@contextmanager
def _what_is_alive_left_alone() -> Iterator[None]:
    """What is alive now is no benchmark's garbage: without it each collection takes no time."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _lap(contestant: Contestant, count: int, number: int, track: Track) -> list[int]:
    entry = contestant.entry
    if entry.running:
        track.watch(entry, number)
        with track.guard(entry):
            return contestant.call.measure(count, track.run)
    return []
