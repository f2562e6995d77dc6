import pytest

from benchmarks.suites.memory import Memory

USED = {"find_many": {"asyncpg": [4_000_000.0], "fastpg": "the server refused it"}}


def test_the_peak_is_what_the_study_found() -> None:
    found = Memory().track_peak(USED, "find_many", "asyncpg")
    assert found == {"samples": [4_000_000.0], "number": 1}


def test_what_failed_is_shown_and_what_is_not_there_passed_over() -> None:
    with pytest.raises(RuntimeError, match="fastpg: the server refused it"):
        Memory().track_peak(USED, "find_many", "fastpg")
    with pytest.raises(NotImplementedError, match="data_bridge_orm is not there"):
        Memory().track_peak(USED, "find_many", "data_bridge_orm")
