import os
from pathlib import Path

import pytest

from benchmarks.exclusive import BusyError, exclusive


def test_the_second_learns_who_is_first(tmp_path: Path) -> None:
    lock = tmp_path / "new" / "lock"
    with exclusive("the gate", lock):
        expected = rf"^the gate \(process {os.getpid()}\) is measuring here; wait"
        with pytest.raises(BusyError, match=expected), exclusive("the history", lock):
            pass


def test_the_next_may_when_the_first_has_ended(tmp_path: Path) -> None:
    lock = tmp_path / "lock"

    def fail() -> None:
        with exclusive("something that fails", lock):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    for _ in range(2):
        with exclusive("the history", lock):
            assert lock.read_text().startswith("the history (process ")
        assert lock.read_text() == ""
