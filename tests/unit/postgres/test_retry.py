"""The pauses between the tries of a transaction."""

import pytest

from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.retry import FIRST_PAUSE, LONGEST_PAUSE, delays


def test_pauses_grow_up_to_a_bound() -> None:
    bounds = [min(FIRST_PAUSE * 2**count, LONGEST_PAUSE) for count in range(12)]
    for _ in range(20):
        pauses = list(delays(12))
        assert len(pauses) == 12
        assert all(0 <= pause <= bound for pause, bound in zip(pauses, bounds, strict=True))
    assert bounds[-1] == LONGEST_PAUSE


def test_pauses_are_drawn_at_random() -> None:
    assert len({tuple(delays(3)) for _ in range(10)}) > 1


def test_none_without_retries() -> None:
    assert list(delays(0)) == []


def test_less_than_none_is_refused() -> None:
    with pytest.raises(InterfaceError, match="retries=-1"):
        delays(-1)
