"""What becomes of counts that one side has and the other has not."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.gate import counted
from benchmarks.gate.judging import Subject
from benchmarks.gate.outcome import Outcome
from benchmarks.gate.side import Side
from benchmarks.instructions import InstructionsError, LackingError
from benchmarks.statistic import Verdict

BASE, HEAD = (Side(label, Path(label), Path()) for label in ("base", "head"))
SUBJECT = Subject("find_one", "data_bridge_orm")
TITLE = "instructions of find_one of data_bridge_orm"

Count = int | InstructionsError


def compare(
    monkeypatch: pytest.MonkeyPatch, base: Count, head: Count
) -> tuple[list[Verdict], Outcome]:
    def counts(subjects: Sequence[Subject], packages: Path, _tick: object) -> dict[Subject, Count]:
        return dict.fromkeys(subjects, base if packages == BASE.packages else head)

    monkeypatch.setattr(counted, "counts", counts)
    outcome = Outcome()
    found = counted.compare([SUBJECT], BASE, HEAD, outcome, lambda _subject: None)
    return [one.verdict for one in found], outcome


def test_two_counts_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    assert compare(monkeypatch, 1000, 1020) == ([Verdict.SLOWER], Outcome())
    assert compare(monkeypatch, 1020, 1000) == ([Verdict.FASTER], Outcome())


def test_what_base_does_not_count_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (InstructionsError("it failed"), LackingError("it failed")):
        found, outcome = compare(monkeypatch, error, 1000)
        assert (found, outcome.passed_over) == ([], [f"{TITLE}: base: it failed"])


def test_what_head_lacks_is_left_to_the_race(monkeypatch: pytest.MonkeyPatch) -> None:
    _, outcome = compare(monkeypatch, 1000, LackingError("it is older"))
    assert outcome.passed_over == [f"{TITLE}: head: it is older"]
    assert outcome.lost == []


def test_a_count_of_head_that_fails_is_no_way_past_the_gate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, outcome = compare(monkeypatch, 1000, InstructionsError("valgrind failed"))
    assert outcome.lost == [f"{TITLE}: head: valgrind failed"]
    assert outcome.status == 2


def test_what_can_be_counted() -> None:
    other = Subject("count", "data_bridge_orm")
    assert counted.countable([SUBJECT, other, Subject("find_one", "asyncpg")]) == [SUBJECT]
