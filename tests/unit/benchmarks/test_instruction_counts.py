from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.figure import Failure, Figure
from benchmarks.instructions import PLANS, InstructionsError
from benchmarks.measure import instruction_counts
from benchmarks.measure.instruction_counts import Instructions

SYNC, DRIVER = "data_bridge_sync", "data_bridge_driver"


def measured(monkeypatch: pytest.MonkeyPatch, counts: Any) -> list[Figure | Failure]:
    monkeypatch.setattr(instruction_counts, "counts", counts)
    context: Any = SimpleNamespace(kinds={DRIVER: None, SYNC: None, "asyncpg": None})
    return list(Instructions().measure(context, "find_one"))


def test_each_of_ours_that_is_there_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def counts(subjects: list[tuple[str, str]]) -> dict[tuple[str, str], int | InstructionsError]:
        assert subjects == [("find_one", DRIVER), ("find_one", SYNC)]
        return {subjects[0]: 98_787, subjects[1]: InstructionsError("lost")}

    assert measured(monkeypatch, counts) == [
        Figure("instructions", "find_one", DRIVER, "", "instructions", "instructions", [98_787]),
        Failure("instructions", "find_one", SYNC, "", "lost"),
    ]


def test_where_nothing_can_be_counted_each_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def counts(_subjects: object) -> None:
        raise InstructionsError("valgrind is not installed")

    found = measured(monkeypatch, counts)
    assert found == [
        Failure("instructions", "find_one", name, "", "valgrind is not installed")
        for name in (DRIVER, SYNC)
    ]


def test_all_operations_with_a_plan_are_subjects() -> None:
    assert list(Instructions().subjects("quick")) == list(PLANS)
