"""The order of a race, how long it is, and what it does about a side that cannot go on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.gate import racing
from benchmarks.gate.judging import Quantity, Subject
from benchmarks.gate.racing import Pair, Rounds, race
from benchmarks.gate.side import OperationError, Running, Side
from benchmarks.measurement import Sample
from benchmarks.statistic import Verdict

SUBJECT = Subject("find_one", "data_bridge_orm")


class Scripted(Running):
    """A side that needs no process: each round takes what a function of its number says."""

    def __init__(self, label: str, took: Callable[[int], float], log: list[str]) -> None:
        self.side = Side(label, None, Path())
        self.took = took
        self.log = log

    def choose(self, subject: Subject) -> str:
        return f"{self.side.label}'s way"

    def round(self, subject: Subject, way: str) -> Sample:
        assert way == "base's way"
        self.log.append(self.side.label)
        wall = self.took(self.log.count(self.side.label))
        return Sample(wall, wall / 2)


def raced(
    base: Callable[[int], float], head: Callable[[int], float], rounds: Rounds
) -> tuple[Pair, list[str]]:
    log: list[str] = []
    pair = Pair(SUBJECT)
    told: list[Subject] = []
    race([pair], Scripted("base", base, log), Scripted("head", head, log), rounds, told.append)
    assert told == [SUBJECT]
    return pair, log


def test_the_sides_take_turns_and_the_first_place() -> None:
    _, log = raced(lambda _: 1, lambda _: 1, Rounds(3, 3))
    assert log in (
        ["base", "head", "head", "base", "base", "head"],
        ["head", "base", "base", "head", "head", "base"],
    )


def test_a_clear_race_ends_early() -> None:
    pair, _ = raced(lambda _: 1, lambda _: 1.2, Rounds(16, 64))
    assert len(pair.base) == len(pair.head) == 16
    verdicts = {one.quantity: one.verdict for one in pair.findings(None)}
    assert verdicts == {Quantity.WALL: Verdict.SLOWER, Quantity.CPU: Verdict.SLOWER}


def test_an_unclear_race_goes_on() -> None:
    pair, _ = raced(lambda _: 1, lambda k: 0.9 if k % 2 else 1.2, Rounds(16, 40))
    assert len(pair.base) == 40
    assert {one.verdict for one in pair.findings(None)} == {Verdict.EQUAL}


def test_an_unclear_race_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(racing, "MOST_SECONDS", 0.0)
    pair, _ = raced(lambda _: 1, lambda k: 0.9 if k % 2 else 1.2, Rounds(16, 1000))
    assert len(pair.base) == 16


def test_a_side_that_fails_ends_the_race_of_its_subject() -> None:
    def breaks(number: int) -> float:
        if number == 3:
            raise OperationError("it broke", lacking=False)
        return 1.0

    pair, _ = raced(lambda _: 1, breaks, Rounds(8, 8))
    assert not pair.usable
    assert str(pair.failures["head"]) == "it broke"
    assert "base" not in pair.failures


def test_a_clock_that_did_not_tick_gives_no_cpu_time() -> None:
    pair = Pair(SUBJECT, "", [Sample(1.0, 0.0)] * 3, [Sample(1.0, 0.1)] * 3)
    assert [quantity for quantity, _, _ in pair.times()] == [Quantity.WALL]


def test_only_whole_rounds_count() -> None:
    pair = Pair(SUBJECT, "", [Sample(1.0, 1.0), Sample(9.0, 9.0)], [Sample(2.0, 2.0)])
    wall, _ = pair.findings(None)
    assert (wall.base, wall.head, wall.ratio.value) == (1.0, 2.0, 2.0)
