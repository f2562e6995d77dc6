"""Transactions of many statements, each awaited before the next, and savepoints in one."""

from collections.abc import Callable

from benchmarks.operations.basic import new_score, set_score, spread
from benchmarks.operations.judging import count_or_none
from benchmarks.operations.operation import Operation, Table

SAVEPOINTS = 10
# Of ten savepoints every second one is rolled back, the first one stays.
KEPT = 2


def pairs(size: int) -> Callable[[int], list[tuple[int, float]]]:
    """The pairs of id and new score that call k of a size gets; no id comes twice in a round."""
    return lambda k: [(spread(k * size + i), new_score(k * size + i)) for i in range(size)]


def set_scores(size: int, step: int = 1) -> Callable[[Table, int], None]:
    """Change the scores of call k, or of every second pair."""
    changes = pairs(size)

    def apply(table: Table, k: int) -> None:
        for identifier, score in changes(k)[::step]:
            set_score(table, identifier, score)

    return apply


def transaction_of(size: int, calls: int) -> Operation:
    """A transaction of as many statements."""
    changes = pairs(size)
    return Operation(
        name=f"transaction_{size}",
        title=f"Transaction of {size} updates",
        method="transaction_of",
        family="transaction",
        batch=size,
        calls=calls,
        rounds=20,
        changes=True,
        arguments=lambda k: (changes(k),),
        expected=lambda k: size,
        judge=count_or_none,
        apply=set_scores(size),
    )


OPERATIONS = (
    transaction_of(2, calls=100),
    transaction_of(10, calls=30),
    transaction_of(100, calls=5),
    Operation(
        name="savepoints",
        title="10 savepoints, 5 rolled back",
        method="savepoints",
        family="transaction",
        batch=SAVEPOINTS,
        calls=15,
        rounds=20,
        changes=True,
        arguments=lambda k: (pairs(SAVEPOINTS)(k),),
        expected=lambda k: SAVEPOINTS // KEPT,
        judge=count_or_none,
        apply=set_scores(SAVEPOINTS, step=KEPT),
    ),
)
