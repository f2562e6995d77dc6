"""Every framework does the same: equal values, and the same rows left in the table."""

from dataclasses import replace

import pytest

from benchmarks.adapters.adapter import Adapter
from benchmarks.data import Row
from benchmarks.measurement import Bench
from benchmarks.operations import OPERATIONS, Operation

# Enough, with the warm-up, for one call to trip over what another one left.
CALLS = 2
# Rows of which one call takes long enough.
MANY = 1000
# COPY is what fewest can do: asyncpg, the two psycopgs, the floor.
FEWEST = 4


def by_name(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.name)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_all_frameworks_return_the_same_and_leave_the_same_rows(
    operation: Operation, bench: Bench, adapters: dict[str, Adapter]
) -> None:
    short = replace(operation, calls=CALLS if operation.batch < MANY else 1)
    expected = by_name(short.after())
    able = [name for name, adapter in adapters.items() if adapter.method_names(operation.method)]
    assert len(able) >= FEWEST
    for name, adapter in adapters.items():
        for way in adapter.method_names(operation.method):
            # The round compares every value with the operation's own, and thereby with the others'.
            sample = bench.round(short, adapter, way)
            assert sample.wall > 0
            assert (sample.cpu is None) is (name == "floor")
            # It has compared a checksum of the rows; where those are few, here are they themselves.
            if operation.changes and operation.batch <= MANY:
                assert bench.tables.rows(adapter.table) == expected, (name, way)


def test_all_tables_are_alike(bench: Bench, adapters: dict[str, Adapter]) -> None:
    """The same columns with the same types and defaults, the same indexes."""
    shapes = {
        name: bench.tables.connection.execute(
            "SELECT array_agg((attname, format_type(atttypid, atttypmod), attnotnull)"
            " ORDER BY attnum) FILTER (WHERE attnum > 0),"
            " (SELECT array_agg(replace(indexdef, %(table)s, '') ORDER BY indexdef)"
            "  FROM pg_indexes WHERE tablename = %(table)s)"
            " FROM pg_attribute WHERE attrelid = %(table)s::regclass",
            {"table": adapter.table},
        ).fetchone()
        for name, adapter in adapters.items()
    }
    first = shapes["asyncpg"]
    assert first is not None
    assert len(first[0]) == 7
    assert len(first[1]) == 2
    assert [name for name, shape in shapes.items() if shape != first] == []
