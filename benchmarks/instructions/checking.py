"""What the recorded client finds and leaves, held against what its operation says."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.adapters.adapter import Adapter
from benchmarks.measurement import WrongResultError
from benchmarks.operations import Operation
from benchmarks.tables import Tables


@contextlib.contextmanager
def checked(
    dsn: str, operation: Operation, adapter: Adapter, calls: int
) -> Iterator[Callable[[int, Any], None]]:
    """Make the framework's table before the calls, and check its rows after them.

    Yields:
        What checks the value that a call returned, by the call's number.

    Raises:
        WrongResultError: a value or the table's rows are not what the operation says.
    """

    def check(k: int, value: Any) -> None:
        problem = operation.judge(adapter, value, operation.expected(k))
        if problem is not None:
            raise WrongResultError(f"call {k} returned {problem}")

    with Tables(dsn) as tables:
        tables.create(adapter.table)
        tables.restore(adapter.table)
        yield check
        if operation.changes:
            expected = tables.expected((operation.name, calls), lambda: operation.after(calls - 1))
            if tables.checksum(adapter.table) != expected:
                raise WrongResultError("the table does not hold the rows that it must")
