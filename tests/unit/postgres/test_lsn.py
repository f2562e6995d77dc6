"""Positions in the write-ahead log are numbers that read as the server writes them."""

import copy
import pickle

import pytest

from data_bridge.postgres import LSN


def test_a_position_reads_as_the_server_writes_it() -> None:
    position = LSN("16/b374d848")
    assert position == 0x16_B374_D848
    assert (str(position), f"{position}", repr(position)) == (
        "16/B374D848",
        "16/B374D848",
        "LSN('16/B374D848')",
    )
    assert LSN("0/0") == LSN(0) == 0
    assert LSN("FFFFFFFF/FFFFFFFF") == 2**64 - 1


def test_the_difference_is_a_number_of_bytes() -> None:
    assert LSN("1/0") - LSN("0/FFFFFFFF") == 1
    assert LSN("0/9") < LSN("0/A") < LSN("1/0")


def test_a_copy_is_a_position() -> None:
    position = LSN("16/B374D848")
    for again in (copy.copy(position), pickle.loads(pickle.dumps(position))):
        assert (again, type(again)) == (position, LSN)


@pytest.mark.parametrize("text", ["", "1", "1/", "/1", "1/1/1", "1/g", "1/000000001", "-1/1"])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no position in the log"):
        LSN(text)


@pytest.mark.parametrize("number", [-1, 2**64])
def test_another_number_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="has 64 bits"):
        LSN(number)
