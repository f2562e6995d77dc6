"""The client whose instructions are counted: one framework, one operation, the same calls always.

    python -m benchmarks.instructions.client OPERATION FRAMEWORK DSN [--check DSN]

It runs twice. The first time it talks to a real server, past the recorder, and with `--check` and
the server's own DSN makes the table before and checks all that it found and left. The second time
it runs under valgrind, against the replayer, and marks where the calls begin and end.

What is imported here is loaded under valgrind, where it takes ten times as long.
"""

import argparse
import asyncio
import ctypes
import gc
import inspect
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks import frameworks
from benchmarks.adapters.adapter import Adapter
from benchmarks.instructions.client_request import (
    DUMP_STATS,
    RUNNING_ON_VALGRIND,
    START_INSTRUMENTATION,
    ZERO_STATS,
    Valgrind,
)
from benchmarks.instructions.plan import PLANS, Plan
from benchmarks.operations import BY_NAME, Operation

# How an older package says that it lacks something.
LACKING = (AttributeError, ImportError, NotImplementedError, frameworks.MissingFrameworkError)

# Of CPython: the largest object that is made in a pool, a pool, and its header, in bytes.
SIZES = range(16, 512 + 1, 16)
POOL = 1 << 14
POOL_HEADER = 48
# More objects of a size than starting leaves room for.
FREE = 4000

# Called with the number of a call and what it returned.
Check = Callable[[int, Any], None]


async def run(
    operation: Operation, plan: Plan, way: str, adapter: Adapter, dsn: str, check: Check | None
) -> None:
    """Connect, warm up, make the calls in batches, and close.

    Args:
        operation: what is called.
        plan: how often.
        way: which of the framework's ways, if it has several.
        adapter: the framework.
        dsn: where the conversation is recorded, or replayed.
        check: called after each call; nothing is counted with one.
    """
    valgrind = Valgrind()
    await result(adapter.open(dsn, 1, 1))
    prepare = adapter.preparation(operation, way)
    inputs = [operation.arguments(k) for k in range(plan.total)]
    if prepare is not None:
        inputs = [await result(prepare(*arguments)) for arguments in inputs]
    function = adapter.way(operation, way)
    # A collection would happen in whichever call has made enough objects.
    gc.collect()
    gc.freeze()
    gc.disable()
    if check is None:
        valgrind.request(START_INSTRUMENTATION)
    # The cache of attributes is looked up by the number of a type as well. Types get theirs in the
    # order of their first use, which two threads share when a connection is opened: give new ones.
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(object))
    kept = settle_pools()
    for batch in plan.batches():
        kept += [make_small(size) for size in SIZES]
        numbers = range(batch.first, batch.last)
        valgrind.request(ZERO_STATS)
        if check is not None:
            for k in numbers:
                check(k, await result(function(*inputs[k])))
        elif adapter.kind == "async":
            for k in numbers:
                await function(*inputs[k])
        else:
            for k in numbers:
                function(*inputs[k])
        valgrind.request(DUMP_STATS)
    await result(adapter.close())
    kept.clear()


def settle_pools() -> list[object]:
    """Bring the interpreter's memory for small objects into a known state; keep what is returned.

    Objects of a size share pools of 16 KB, which come from arenas of 1 MB. What is free there, and
    so where the next object lies, depends on how often the loop looked at a connection while it was
    opened. It shows in counts: the last object in a pool costs more to make; and attributes are
    looked up through a cache of 4,096 places, chosen by the address of the attribute's name, where
    asyncio makes some names anew each time. Afterwards all that was free is taken, and each size
    has a new pool in a new arena, half full.
    """
    kept = [make_small(size) for size in SIZES for _ in range(FREE)]
    while abs(id(kept[-1]) - id(kept[-2])) < 2 * POOL:
        kept.append(make_small(SIZES[-1]))
    for size in SIZES:
        kept.append(make_small(size))
        # The first of a new pool lies behind the pool's own header.
        while id(kept[-1]) % POOL > size + POOL_HEADER:
            kept.append(make_small(size))
        kept += [make_small(size) for _ in range(POOL // size // 2)]
    return kept


def make_small(size: int) -> object:
    """A new object of as many bytes, a multiple of 16."""
    if size == object.__basicsize__:
        return object()
    # Bytes of no more than one character are not made anew.
    return bytes(size - bytes.__basicsize__) if size > bytes.__basicsize__ else float(size)


async def result(value: Any) -> Any:
    """The value, or what a coroutine returns."""
    return await value if inspect.isawaitable(value) else value


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the calls; what goes wrong is printed as JSON, `{"error", "lacking"}`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("operation", choices=sorted(PLANS))
    parser.add_argument("framework")
    parser.add_argument("dsn")
    parser.add_argument("--check", metavar="DSN")
    options = parser.parse_args(arguments)
    operation, plan = BY_NAME[options.operation], PLANS[options.operation]
    way = plan.ways.get(options.framework, "")
    try:
        adapter = frameworks.load(options.framework)()
        if options.check:
            # Not under valgrind: it takes a driver of another hand.
            from benchmarks.instructions.checking import checked

            with checked(options.check, operation, adapter, plan.total) as check:
                asyncio.run(run(operation, plan, way, adapter, options.dsn, check))
        elif Valgrind().request(RUNNING_ON_VALGRIND):
            asyncio.run(run(operation, plan, way, adapter, options.dsn, None))
        else:
            raise RuntimeError("this process does not run under valgrind")
    except Exception as error:  # noqa: BLE001
        # Whatever a framework raises, the one that started this process is told in one line.
        message = f"{type(error).__name__}: {' '.join(str(error).split())}"
        print(json.dumps({"error": message, "lacking": isinstance(error, LACKING)}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
