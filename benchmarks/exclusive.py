"""One measurement at a time: two at once would each measure the other."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / ".asv" / "measuring.lock"


class BusyError(Exception):
    """Somebody else is measuring here. The message is one line that names what and who."""


@contextlib.contextmanager
def exclusive(purpose: str, lock: Path = LOCK) -> Iterator[None]:
    """Measure alone in this checkout while the context lasts.

    The system gives the lock back when its owner ends, however that ends.

    Args:
        purpose: what is measured, for whoever comes second.
        lock: the file that is locked.

    Raises:
        BusyError: another process measures.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            owner = file.read().strip() or "another process"
            raise BusyError(f"{owner} is measuring here; wait until it ends, or end it") from None
        file.truncate(0)
        file.write(f"{purpose} (process {os.getpid()})")
        file.flush()
        yield
        file.truncate(0)
