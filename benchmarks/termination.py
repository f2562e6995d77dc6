"""SIGTERM ends a run as Ctrl-C does: in order, so that nothing is left behind.

What a signal handler raises may be lost in a framework's compiled code, which goes on as if nothing
had been. So whoever measures asks before each round, too.
"""

import signal
from types import FrameType

TERMINATED = 143
# The signals that came.
_received: list[int] = []


def on_sigterm() -> None:
    """End the run on SIGTERM, closing what is open."""
    signal.signal(signal.SIGTERM, terminate)


def terminate(number: int, _frame: FrameType | None) -> None:
    """The signal's handler.

    Raises:
        SystemExit: always.
    """
    _received.append(number)
    check()


def check() -> None:
    """Go on only where no signal has come.

    Raises:
        SystemExit: one has.
    """
    if _received:
        raise SystemExit(TERMINATED)
