"""Transactions that are run again, for threads."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from data_bridge.postgres.errors import PostgresError
from data_bridge.postgres.retry import delays, is_repeatable

__all__ = ["repeat"]

T = TypeVar("T")


def repeat(attempt: Callable[[], T], retries: int) -> T:
    """Make an attempt; again, as often as that, while it fails in a repeatable way."""
    for delay in delays(retries):
        try:
            return attempt()
        except PostgresError as error:
            if not is_repeatable(error):
                raise
            time.sleep(delay)
    return attempt()
