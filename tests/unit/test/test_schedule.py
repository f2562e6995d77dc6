import pytest

from data_bridge.test.schedule import Schedule, schedule_for, turn


@pytest.mark.parametrize(
    ("batch", "iterations", "rounds", "warmups"),
    [
        (1, 50, 5, 3),
        (100, 50, 5, 3),
        (101, 20, 5, 2),
        (1_000, 20, 5, 2),
        (1_001, 10, 3, 1),
        (10_000, 10, 3, 1),
        (10_001, 3, 3, 1),
        (1_000_000, 3, 3, 1),
    ],
)
def test_larger_batches_are_called_less(
    batch: int, iterations: int, rounds: int, warmups: int
) -> None:
    assert schedule_for(batch) == Schedule(iterations, rounds, warmups)


def test_everyone_begins_a_round_in_turn() -> None:
    assert [turn("ABC", number) for number in range(4)] == [
        ["A", "B", "C"],
        ["B", "C", "A"],
        ["C", "A", "B"],
        ["A", "B", "C"],
    ]


def test_nobody_has_no_turn() -> None:
    assert turn([], 3) == []
