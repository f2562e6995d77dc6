import shutil

import pytest

from benchmarks import instructions
from benchmarks.instructions import InstructionsError, LackingError
from benchmarks.suites.instructions import Counted, Instructions, MoreInstructions, measure

COUNTED: Counted = {
    "find_one": {
        "data_bridge_driver": 50_000,
        "data_bridge_orm": LackingError("the package has no ORM yet"),
    },
    "find_many": {"data_bridge_driver": InstructionsError("the replay failed")},
}


def test_a_count_is_what_was_counted() -> None:
    assert Instructions().track_instructions(COUNTED, "find_one", "data_bridge_driver") == 50_000


def test_what_an_older_package_lacks_is_passed_over_and_a_failure_is_shown() -> None:
    with pytest.raises(NotImplementedError, match="no ORM yet"):
        Instructions().track_instructions(COUNTED, "find_one", "data_bridge_orm")
    with pytest.raises(InstructionsError, match="the replay failed"):
        Instructions().track_instructions(COUNTED, "find_many", "data_bridge_driver")


def test_without_valgrind_there_are_no_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(instructions, "counts", lambda _subjects: pytest.fail("counted"))
    assert measure(["find_one"], ["data_bridge_driver"]) == {}
    with pytest.raises(NotImplementedError, match="valgrind is not installed"):
        MoreInstructions().track_instructions({}, "insert_one", "data_bridge_sync")
