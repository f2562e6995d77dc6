"""What pools of both kinds keep to: their limits, their figures, and what ends a connection."""

from __future__ import annotations

import os
import random
import weakref
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from data_bridge.postgres.errors import (
    InterfaceError,
    PostgresError,
    QueryTimeoutError,
    server_error,
)
from data_bridge.postgres.seconds import check_seconds

__all__ = ["Limits", "Opening", "PoolStatistics", "Released", "limits"]

#: Whether a pool waits for its first connections, or has them opened while it is used already.
Opening = Literal["wait", "background"]

#: A part of a connection's lifetime that chance takes off, so that not all end at once.
JITTER = 0.1

#: Seconds until a server that refused a connection is asked again: the first time, and at most.
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0

#: Seconds that a session may take to be reset, or to answer when it is tried.
RESET_SECONDS, TRIAL_SECONDS = 10.0, 5.0

#: Seconds until the connections are looked at again, at most.
LONGEST_INTERVAL = 30.0


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a pool, checked; as `create_pool` says them."""

    acquire_timeout: float | None
    max_lifetime: float | None
    idle_timeout: float | None
    max_uses: int | None
    check_after: float | None
    opening: Opening

    def end(self, now: float) -> float:
        """When a connection that is opened now is to be replaced, by the same clock."""
        if self.max_lifetime is None:
            return float("inf")
        # Not a secret: it only keeps connections from ending together.
        return now + self.max_lifetime * random.uniform(1 - JITTER, 1)  # noqa: S311

    def interval(self) -> float:
        """Seconds between two looks at the connections, which find out what is idle.

        So what is to be done after some time without use is done after no more than twice that.
        """
        given = (self.max_lifetime, self.idle_timeout, self.check_after)
        shortest = min((each for each in given if each is not None), default=LONGEST_INTERVAL)
        return min(max(shortest / 1.5, 0.005), LONGEST_INTERVAL)


def limits(
    min_size: int,
    max_size: int,
    acquire_timeout: float | None,
    max_lifetime: float | None,
    idle_timeout: float | None,
    max_uses: int | None,
    check_after: float | None,
    opening: Opening,
) -> Limits:
    """Check the limits of a pool.

    Raises:
        InterfaceError: They make no sense.
    """
    check_sizes(min_size, max_size)
    seconds = {
        "acquire_timeout": acquire_timeout,
        "max_lifetime": max_lifetime,
        "idle_timeout": idle_timeout,
        "check_after": check_after,
    }
    for name, given in seconds.items():
        check_seconds(name, given)
    if max_uses is not None and max_uses < 1:
        raise InterfaceError(f"max_uses={max_uses}: a connection serves at least once")
    if opening not in ("wait", "background"):
        raise InterfaceError(f'opening={opening!r} is neither "wait" nor "background"')
    return Limits(acquire_timeout, max_lifetime, idle_timeout, max_uses, check_after, opening)


def check_sizes(min_size: int, max_size: int) -> None:
    """Refuse sizes that no pool can have.

    Raises:
        InterfaceError: They make no sense.
    """
    if not 0 <= min_size <= max_size or max_size < 1:
        raise InterfaceError(
            f"min_size={min_size} and max_size={max_size}: "
            "a pool needs 0 <= min_size <= max_size and room for one connection"
        )


def none_free(
    max_size: int, seconds: float | None, last_failure: Exception | None
) -> QueryTimeoutError:
    """What somebody is told who waited in vain, and why there are not more connections."""
    error = QueryTimeoutError(
        f"none of the pool's {max_size} connections was free within {seconds} s"
    )
    if last_failure is not None:
        error.add_note(f"the last attempt to open one failed: {last_failure}")
        error.__cause__ = last_failure
    return error


NOT_ACQUIRED = "this connection is none that the pool's acquire gave, or was given back already"


def no_connection(given: object, acquisition: type, how: str) -> InterfaceError:
    """What is told to who releases something else than a connection of this kind of pool.

    An acquisition becomes one in that way only.
    """
    if isinstance(given, acquisition):
        return InterfaceError(f"an acquisition is no connection: {how}")
    said = f"release() takes a connection that acquire gave, not {type(given).__qualname__}"
    return InterfaceError(said)


def ended_unused() -> PostgresError:
    """What somebody is told whose connection had ended before it was the pool's to be told of."""
    said = "a new connection ended before its first use"
    return server_error(sqlstate="08006", message=said, severity="FATAL")


def pause(last: float) -> float:
    """Seconds until a server is asked again, after the last pause; 0 when there was none."""
    return min(max(2 * last, FIRST_PAUSE), LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class PoolStatistics:
    """The figures of a pool: of this moment, and since it was made.

    Attributes:
        min_size: How many connections are kept.
        max_size: How many there may be.
        size: How many there are.
        opening: How many are being opened.
        idle: How many nobody uses.
        acquired: How many somebody has taken.
        waiting: How many tasks or threads wait for one.
        opened: Connections opened.
        closed: Connections closed, or lost.
        failed: Attempts to open one that failed.
        requests: Statements and acquisitions served.
        shared: How many of them stood behind others on a busy connection.
        waits: How many had to wait.
        wait_seconds: How long they waited, all together.
        timeouts: How many waited in vain for `acquire_timeout`.
        resets: Sessions that were reset, since they had been changed.
    """

    min_size: int
    max_size: int
    size: int
    opening: int
    idle: int
    acquired: int
    waiting: int
    opened: int
    closed: int
    failed: int
    requests: int
    shared: int
    waits: int
    wait_seconds: float
    timeouts: int
    resets: int


class Counts:
    """What a pool counts as it goes; see `PoolStatistics`."""

    __slots__ = (
        "closed",
        "failed",
        "opened",
        "requests",
        "resets",
        "timeouts",
        "wait_seconds",
        "waits",
    )

    def __init__(self) -> None:
        self.opened = self.closed = self.failed = self.requests = 0
        self.waits = self.timeouts = self.resets = 0
        self.wait_seconds = 0.0


class Released:
    """What stands in the place of a connection's engine that is somebody else's by now."""

    closed = True
    transaction_status = "idle"

    def __init__(self, said: str) -> None:
        self._said = said

    def close(self) -> None:
        """It is the other's to close."""

    def __getattr__(self, name: str) -> NoReturn:
        raise InterfaceError(self._said)


RELEASED: Any = Released(
    "this connection was given back to its pool and may be somebody else's by now: acquire another"
)


# Forks

_watching: weakref.WeakSet[Any] = weakref.WeakSet()


def watch_forks(owner: Any) -> None:
    """Have a pool, or a connection, told by its `_forked` that it is a copy in a child process."""
    _watching.add(owner)


def _tell_forked() -> None:
    for each in list(_watching):
        each._forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_tell_forked)

FORKED = (
    "this pool was made before the process was forked, and its connections are the parent's: "
    "make another in the child"
)

#: What a child finds in its copy of a connection, whose socket would lead into the parent's
#: session. The engine is not touched: a thread that the child does not have may have been in it.
INHERITED: Any = Released(
    "this connection was opened before the process was forked, and is the parent's: "
    "open another in the child"
)
