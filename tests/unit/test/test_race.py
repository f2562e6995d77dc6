from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from data_bridge.test.comparison import Entry
from data_bridge.test.measurement import Call
from data_bridge.test.race import Contestant, Track, laps, race
from data_bridge.test.schedule import Schedule

SCHEDULE = Schedule(iterations=2, rounds=3, warmups=1)


def run(_: Coroutine[Any, Any, Any]) -> None:
    raise AssertionError("there is nothing async here")


@contextmanager
def guard(entry: Entry) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        entry.failure = str(error)


def track(watch: Callable[[Entry, int], None] = lambda _entry, _number: None) -> Track:
    return Track(run, guard, watch)


def contestant(name: str, work: Callable[[], object]) -> Contestant:
    return Contestant(Entry(name), Call(work, {}, lambda: None, lambda _: None))


def test_rounds_go_round_after_all_have_warmed_up() -> None:
    called: list[str] = []
    contestants = [contestant(name, partial(called.append, name)) for name in "ABC"]
    race(contestants, SCHEDULE, track())
    assert "".join(called) == "ABC" + "AABBCC" + "BBCCAA" + "CCAABB"
    assert all(len(each.entry.measurement.rounds) == 3 for each in contestants)
    assert all(len(times) == 2 for each in contestants for times in each.entry.measurement.rounds)


def test_one_that_fails_drops_out_and_the_others_go_on() -> None:
    calls = 0

    def fails_in_the_second_round() -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise ValueError("wrong rows")

    bad, good = contestant("bad", fails_in_the_second_round), contestant("good", lambda: None)
    race([bad, good], SCHEDULE, track())
    assert calls == 4
    assert len(bad.entry.measurement.rounds) == 1
    assert not bad.entry.running
    assert len(good.entry.measurement.rounds) == 3


def test_an_interrupt_leaves_the_complete_rounds() -> None:
    calls = 0

    def interrupted() -> None:
        nonlocal calls
        calls += 1
        if calls == 6:
            raise KeyboardInterrupt

    only = contestant("only", interrupted)
    with pytest.raises(KeyboardInterrupt):
        race([only], SCHEDULE, track())
    assert len(only.entry.measurement.rounds) == 2


def test_every_lap_is_announced() -> None:
    seen: list[tuple[str, int]] = []
    race(
        [contestant(name, lambda: None) for name in "AB"],
        SCHEDULE,
        track(lambda entry, number: seen.append((entry.name, number))),
    )
    assert len(seen) == laps(2, SCHEDULE)
    assert seen[:4] == [("A", 0), ("B", 0), ("A", 1), ("B", 1)]
