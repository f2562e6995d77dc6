"""Transactions that are run again when the server could not carry them out beside others."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from data_bridge.postgres.errors import InterfaceError, OutdatedStatementError, PostgresError

__all__ = [
    "REPEATABLE",
    "check_outermost",
    "delays",
    "is_repeatable",
    "reconnections",
    "repeat",
]

T = TypeVar("T")

#: What the server answers when a transaction would have succeeded alone: 40001 and 40P01. It was
#: rolled back then, and may be run again.
REPEATABLE = {"40001", "40P01"}

#: The longest pause before the second try, in seconds; it doubles from one to the next.
FIRST_PAUSE = 0.02
LONGEST_PAUSE = 1.0

#: The longest pause between two tries to connect again, in seconds.
LONGEST_RECONNECTION = 30.0


def delays(retries: int) -> Iterator[float]:
    """The pauses before the second try, the third, and so on: drawn at random, ever longer.

    Those who hit each other once would do so again if they all came back at the same time.

    Raises:
        InterfaceError: `retries` is negative.
    """
    if retries < 0:
        raise InterfaceError(f"retries={retries}: a transaction is repeated 0 times or more")
    bounds = (min(FIRST_PAUSE * 2**count, LONGEST_PAUSE) for count in range(retries))
    return (random.uniform(0, bound) for bound in bounds)  # noqa: S311 - it is no secret


def is_repeatable(error: PostgresError) -> bool:
    """Whether the transaction that failed with it may succeed when it is run again."""
    return error.sqlstate in REPEATABLE or isinstance(error, OutdatedStatementError)


def reconnections() -> Iterator[float]:
    """The pauses between tries to connect again, in seconds: without an end, ever longer."""
    bound = FIRST_PAUSE
    while True:
        yield random.uniform(bound / 2, bound)  # noqa: S311 - it is no secret
        bound = min(bound * 2, LONGEST_RECONNECTION)


async def repeat(attempt: Callable[[], Awaitable[T]], retries: int) -> T:
    """Await an attempt; again, as often as that, while it fails in a repeatable way."""
    for delay in delays(retries):
        try:
            return await attempt()
        except PostgresError as error:
            if not is_repeatable(error):
                raise
            await asyncio.sleep(delay)
    return await attempt()


def check_outermost(*, inside: bool) -> None:
    """Refuse to repeat a part of a transaction: only the whole can see other data.

    Raises:
        InterfaceError: One is open already.
    """
    if inside:
        raise InterfaceError(
            "run_in_transaction runs a whole transaction, again if need be, and one is open "
            "already: call the function itself, or use transaction() for a savepoint"
        )
