"""The seven queries of MagicStack's pgbench, by which drivers have been compared since asyncpg.

They are defined in https://github.com/MagicStack/pgbench, in the folder `queries`, which says for
each the SQL, the arguments, and the tables that are made before it:

1. pg_type: twelve columns of pg_type, `where typtypmod = -1 and typisdefined = true`
2. generate_series: `SELECT i FROM generate_series(1, $1) AS i`, with 1,000
3. large_object: all of a table of 100 bytea of 1,000 bytes
4. arrays: all of a table of 10 arrays of the integers from 1 to 1,000
5. copyfrom: COPY of 10,000 rows of seven columns into a table without an index
6. batch: the INSERT of such a row, executed for 1,000 of them
7. oneplusone: `SELECT 1+1`

The same here are the SQL, the arguments, the tables' columns and rows. Different are:

- the load: pgbench keeps ten connections busy for 30 seconds and counts queries a second, over TCP;
  here one call follows the other, in rounds, as in all operations;
- the way: each framework takes the one that is its own in all operations (pool or connection);
- the result: pgbench counts rows, here every value is read and compared;
- the tables: `_bytes` and `_test` have names of their own, and the last is emptied before a round,
  where pgbench lets it grow;
- the catalog: pg_type has two rows more for each table of the benchmarks;
- the server: by default the embedded one, with the settings of all operations.

They are for drivers; an ORM would have to go round itself.
"""

from functools import cache

from benchmarks.operations.judging import count_or_none, found_catalog, found_values
from benchmarks.operations.operation import Arguments, Operation
from benchmarks.shared_tables import (
    PGBENCH_ARRAYS,
    PGBENCH_BYTES,
    PGBENCH_LISTS,
    PGBENCH_OBJECTS,
    PGBENCH_ROWS,
    SharedRow,
)

ROW: SharedRow = (10, 11, 10, "TESTTESTTEST", 10.333, 12341234, "123412341234")
SERIES = 1000
COPIED = 10_000
BATCH = 1000


@cache
def rows(number: int) -> Arguments:
    """The arguments of a call that stores rows, which nobody may change."""
    return ([ROW] * number,)


OPERATIONS = (
    Operation(
        name="pgbench_pg_type",
        title="1. pg_type",
        method="pgbench_pg_type",
        family="pgbench",
        # As many types has a server's catalog at least.
        batch=400,
        calls=10,
        rounds=30,
        changes=False,
        arguments=lambda k: (),
        expected=lambda k: None,
        judge=found_catalog,
        large=True,
        reference="SELECT typname, typnamespace, typowner, typlen, typbyval, typcategory,"
        " typispreferred, typisdefined, typdelim, typrelid, typelem, typarray"
        " FROM pg_type WHERE typtypmod = -1 AND typisdefined",
    ),
    Operation(
        name="pgbench_generate_series",
        title="2. generate_series",
        method="pgbench_generate_series",
        family="pgbench",
        batch=SERIES,
        calls=30,
        rounds=30,
        changes=False,
        arguments=lambda k: (),
        expected=lambda k: range(1, SERIES + 1),
        judge=found_values,
        large=True,
    ),
    Operation(
        name="pgbench_large_object",
        title="3. large object",
        method="pgbench_large_object",
        family="pgbench",
        batch=PGBENCH_OBJECTS,
        calls=100,
        rounds=30,
        changes=False,
        arguments=lambda k: (),
        expected=lambda k: [value for (value,) in PGBENCH_BYTES.rows()],
        judge=found_values,
        large=True,
        needs=(PGBENCH_BYTES,),
    ),
    Operation(
        name="pgbench_arrays",
        title="4. arrays",
        method="pgbench_arrays",
        family="pgbench",
        batch=PGBENCH_LISTS,
        calls=20,
        rounds=30,
        changes=False,
        arguments=lambda k: (),
        expected=lambda k: [value for (value,) in PGBENCH_ARRAYS.rows()],
        judge=found_values,
        large=True,
        needs=(PGBENCH_ARRAYS,),
    ),
    Operation(
        name="pgbench_copy_from",
        title="5. COPY FROM",
        method="pgbench_copy_from",
        family="pgbench",
        batch=COPIED,
        calls=1,
        rounds=20,
        changes=False,
        arguments=lambda k: rows(COPIED),
        expected=lambda k: COPIED,
        judge=count_or_none,
        fills=PGBENCH_ROWS,
    ),
    Operation(
        name="pgbench_batch",
        title="6. batch",
        method="pgbench_batch",
        family="pgbench",
        batch=BATCH,
        calls=3,
        rounds=20,
        changes=False,
        arguments=lambda k: rows(BATCH),
        expected=lambda k: BATCH,
        judge=count_or_none,
        fills=PGBENCH_ROWS,
    ),
    Operation(
        name="pgbench_one_plus_one",
        title="7. one plus one",
        method="pgbench_one_plus_one",
        family="pgbench",
        batch=1,
        calls=300,
        rounds=50,
        changes=False,
        arguments=lambda k: (),
        expected=lambda k: 2,
    ),
)
