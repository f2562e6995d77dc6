"""Measures the memory of one framework for one call, in this process, which does nothing else.

    python -m benchmarks.studies.memory_process FRAMEWORK LOOP DSN SUBJECT WAY ROWS

One line of JSON: `{"peak", "held", "wall", "problem"}`. Bytes above what the process had after
it connected, found or inserted some rows, and made the arguments: at most while the call ran, and
afterwards, with what it returned kept. The problem is what is wrong with the rows, or null.
"""

import asyncio
import gc
import inspect
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import data, frameworks
from benchmarks.adapters.adapter import Adapter
from benchmarks.measurement import loop_factory
from benchmarks.operations import BY_NAME
from benchmarks.operations.judging import count_or_none, unexpected_rows
from benchmarks.studies.many_rows import EVERYBODY

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")
FORGET_PEAK = "5"
WARM_ROWS = 100
INSERT, FIND = "insert_many", "find_many"
OPERATIONS = {INSERT: BY_NAME["insert_1000"], FIND: BY_NAME["find_many"]}
KIB = 1024


def main(framework: str, loop: str, dsn: str, subject: str, way: str, rows: int) -> None:
    """Measure, and print what was found."""
    adapter = frameworks.load(framework)()
    with asyncio.Runner(loop_factory=loop_factory(loop)) as runner:
        answer = runner.run(measured(adapter, dsn, subject, way, rows))
    print(json.dumps(answer))


async def measured(adapter: Adapter, dsn: str, subject: str, way: str, rows: int) -> dict[str, Any]:
    """One call with everything around it; the functions of a sync framework simply block."""
    await settled(adapter.open(dsn, 1, 1))
    operation = OPERATIONS[subject]
    function = adapter.way(operation, way)
    prepare = adapter.preparation(operation, way)

    async def arguments(start: int, rows: int) -> tuple[Any, ...]:
        if subject == FIND:
            return EVERYBODY, rows
        given = data.rows(start, start + rows)
        found: tuple[Any, ...] = (given,) if prepare is None else await settled(prepare(given))
        return found

    await settled(function(*await arguments(data.TABLE_ROWS, WARM_ROWS)))
    inputs = await arguments(data.TABLE_ROWS + WARM_ROWS, rows)
    gc.collect()
    forget_peak()
    before = resident("VmRSS")
    begin = time.perf_counter()
    kept = await settled(function(*inputs))
    seconds = time.perf_counter() - begin
    peak = resident("VmHWM")
    gc.collect()
    held = resident("VmRSS")
    if subject == FIND:
        found = [adapter.values(row) for row in kept]
        problem = unexpected_rows(found, EVERYBODY, rows)
    else:
        problem = count_or_none(adapter, kept, rows)
    await settled(adapter.close())
    return {"peak": peak - before, "held": held - before, "wall": seconds, "problem": problem}


async def settled(value: Any) -> Any:
    """The value, or what a coroutine returns."""
    return await value if inspect.isawaitable(value) else value


def forget_peak() -> None:
    """Let the process's present size be its peak."""
    CLEAR.write_text(FORGET_PEAK)


def resident(name: str) -> int:
    """A size of this process in bytes: `VmRSS` now, `VmHWM` at most since that was forgotten."""
    found = re.search(rf"^{name}:\s+(\d+) kB$", STATUS.read_text(), re.MULTILINE)
    if found is None:
        raise LookupError(f"{STATUS} has no {name}")
    return int(found.group(1)) * KIB


if __name__ == "__main__":
    _, framework, loop, dsn, subject, way, rows = sys.argv
    main(framework, loop, dsn, subject, way, int(rows))
