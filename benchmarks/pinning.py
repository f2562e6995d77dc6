"""Server and client on one core: a wake-up across cores costs more than a query does."""

import contextlib
import os
from collections.abc import Iterator

import psutil


@contextlib.contextmanager
def one_core(*others: int | None) -> Iterator[int | None]:
    """Pin this process, and others with their children, to one core; undo it at the end.

    What they start meanwhile inherits the core: a postmaster's backends, a thread's new threads.

    Args:
        others: ids of processes; None is passed over.

    Yields:
        The core, or None where the system has no affinities (macOS) or does not let us set any.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield None
        return
    before: dict[int, set[int]] = {}
    core = max(os.sched_getaffinity(0))
    try:
        try:
            for thread in threads(os.getpid(), *(pid for pid in others if pid is not None)):
                before[thread] = os.sched_getaffinity(thread)
                os.sched_setaffinity(thread, {core})
        except PermissionError:
            yield None
        else:
            yield core
    finally:
        everybody = max(before.values(), key=len, default=set())
        for thread in threads(os.getpid(), *(pid for pid in others if pid is not None)):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.sched_setaffinity(thread, before.get(thread, everybody))


def threads(own: int, *others: int) -> list[int]:
    """The threads of this process, and of other processes and all their children."""
    found = {own: [own]}
    for pid in others:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            for one in [process, *process.children(recursive=True)]:
                found[one.pid] = [one.pid]
    for pid in found:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            found[pid] = [thread.id for thread in psutil.Process(pid).threads()]
    return [thread for group in found.values() for thread in group]
