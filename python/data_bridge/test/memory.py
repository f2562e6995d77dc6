"""The peak memory of a call: what Python's allocators saw, and what the process grew by.

It is measured in calls of their own, after the timed rounds, since watching slows what is watched:

- *Python*: the peak of the memory that was allocated during the call through Python's allocators
  (all Python objects, and what extensions ask Python for), as tracemalloc traces it. What C or Rust
  code takes from the system by itself is not in it, nor what was there before the call.
- *process*: by how much the resident memory of the process rose above where it stood when the call
  began, at its highest moment: native memory and other threads included. Memory that the
  process had already taken and not given back is used again unseen, so this is the lower bound
  of what the call needed; it counts pages, and is exact to some 100 KiB. Linux alone lets a
  process set its high-water mark back (/proc/self/clear_refs); elsewhere there is no figure.

Setups and checks are outside. The result of the call is held until its memory has been read.
"""

import ctypes
import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from data_bridge.test.measurement import Call, Run

# How often each of the two is watched; the highest counts.
CALLS = 3

_CLEAR = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")
# What clear_refs takes to set the peak of the resident memory back to what it is now.
_RESET_PEAK = "5"


@dataclass(frozen=True)
class Memory:
    """Bytes of the most demanding call; `process` is None where the system does not tell."""

    python: int
    process: int | None


def measure_memory(call: Call, run: Run) -> Memory:
    """Watch `CALLS` calls of each kind, and keep the highest peaks."""
    process: list[int] = []
    python: list[int] = []
    # The process first: what tracemalloc notes takes memory itself.
    if _resident_memory() is not None:
        call.watch([_process_peak(process) for _ in range(CALLS)], run)
    call.watch([_python_peak(python) for _ in range(CALLS)], run)
    return Memory(max(python), max(process, default=None))


@contextmanager
def _python_peak(found: list[int]) -> Iterator[None]:
    gc.collect()
    traced_before = tracemalloc.is_tracing()
    if not traced_before:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        yield
        _, peak = tracemalloc.get_traced_memory()
        found.append(peak - before)
    finally:
        if not traced_before:
            tracemalloc.stop()


@contextmanager
def _process_peak(found: list[int]) -> Iterator[None]:
    gc.collect()
    # What earlier calls left in the C library's keeping would hide what this one takes from it.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    before = _resident_memory()
    yield
    after = _resident_memory(reset=False)
    if before is not None and after is not None:
        found.append(max(0, after.peak - before.now))


@dataclass(frozen=True)
class _Resident:
    now: int
    peak: int


def _resident_memory(*, reset: bool = True) -> _Resident | None:
    """The resident memory of this process, after setting its peak back; None if that cannot be."""
    try:
        if reset:
            _CLEAR.write_text(_RESET_PEAK)
        lines = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines() if ":" in line)
        return _Resident(_kilobytes(lines["VmRSS"]), _kilobytes(lines["VmHWM"]))
    except (OSError, KeyError, ValueError):
        return None


def _kilobytes(text: str) -> int:
    return int(text.split(maxsplit=1)[0]) * 1024
