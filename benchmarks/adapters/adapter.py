"""What every framework's adapter offers.

An adapter module lies in this folder, under the name by which `--frameworks` calls it, and assigns
its class to `ADAPTER`. The folder has no `__init__.py`, on purpose: asv imports every module of a
package, and would stop at the one whose framework is not installed.

The operations are methods, named as in `benchmarks.operations`, with the SQL written out as the
framework's users would write it:

    insert_one(row) -> the new id
    insert_many(rows) -> the new ids, or how many, or None where the framework does not say
    find_one(identifier) -> a row, all values read
    find_many(above, limit) -> rows with `age > above`, all values read
    count(above) -> how many rows have `age > above`
    update_one(identifier, score) -> rows changed; here and below None where the framework does not
        say
    update_many(above) -> rows changed: `active` becomes false where `age > above`, in one statement
    update_each(changes) -> rows changed: pairs of id and score
    delete_many(above) -> rows deleted where `age > above`
    transaction(row, identifier, score) -> (new id, score): insert the row, change another one's
        score, read that score back

    transaction_of(changes) -> rows changed: in one transaction an UPDATE for each pair of id and
        score, each awaited before the next
    savepoints(changes) -> rows changed in the end: one transaction; each pair's UPDATE in a
        savepoint of its own, every second of which (the 2nd, 4th, ...) is rolled back, by a raised
        `UndoneError` where the framework has an API for nested transactions
    find_one_unprepared(identifier) -> as `find_one`, without prepared statements, by the means that
        the framework's documentation names

Over several tables (`statements.py` has the SQL, `benchmarks.operations.query` what it finds):

    join(region, limit) -> rows of order id, name, city, amount, placed
    subquery(above, amount) -> whole rows of the framework's table, by id
    cte(since, spent, limit) -> rows of id, name, number of orders, total
    group_by(above) -> rows of city, age, number of people, mean score, highest score

Of the types' tables, `bench_values_KIND` (id, value) and `bench_wide` (id, c0 to c99), no order
asked for:

    find_values(kind) -> the list of all values: Decimal, aware datetime, UUID, JSON decoded into
        Python's objects, lists, bytes, str
    find_wide() -> rows of c0 to c99, all values read

Of MagicStack's pgbench, for drivers only (`benchmarks.operations.pgbench` has the definition):

    pgbench_pg_type() -> rows, all values read
    pgbench_generate_series() -> the list of all values; so do `pgbench_large_object` and
        `pgbench_arrays`, from `bench_pgbench_bytes` and `bench_pgbench_arrays`
    pgbench_copy_from(rows) -> how many, or None: COPY into `bench_pgbench_rows`
    pgbench_batch(rows) -> how many, or None: one INSERT, executed for each row
    pgbench_one_plus_one() -> 2

A framework that cannot do an operation has no method for it, and is shown as n/a.

Where there are several good ways, each has a method of its own with `_by_` and a word behind the
name (`insert_many_by_copy`); the best counts. `prepare_insert_many(rows)`, before the clock starts,
turns the arguments of one call into the form that the framework takes (tuples, dicts, loaded
instances) and returns them as a tuple; it may be a coroutine.

The methods of an async adapter are coroutines, those of a sync adapter plain functions.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Literal

from benchmarks.data import StoredRow
from benchmarks.operations import Operation

POOL_MIN = 2
POOL_MAX = 10

Kind = Literal["async", "sync", "external"]


class UndoneError(Exception):
    """Leaves a savepoint that is to be rolled back."""


class Adapter(ABC):
    """One framework, with a table and a pool of 2 to 10 connections of its own.

    Attributes:
        title: the framework's name, for people.
        package: the distribution whose version is reported.
        kind: coroutines, functions, or (the floor) the requests that another process sends.
        table: the table that the SQL of the operations names.
    """

    title: ClassVar[str]
    package: ClassVar[str]
    kind: ClassVar[Kind]
    table: ClassVar[str]

    @classmethod
    def unavailable(cls) -> str | None:
        """Why this adapter cannot run here, in one line; None if it can.

        A framework that is not installed need not be reported: its module cannot be imported.
        """
        return None

    @abstractmethod
    def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> Any:
        """Open the pool; a coroutine in an async adapter.

        Args:
            dsn: the database.
            smallest: connections that the pool opens at once.
            largest: connections that it has at most. An adapter without a pool has one connection,
                whatever is asked for.
        """

    @abstractmethod
    def close(self) -> Any:
        """Close the pool; a coroutine in an async adapter."""

    @abstractmethod
    def values(self, row: Any) -> StoredRow:
        """All columns of a row that `find_one` or `find_many` returned."""

    def plain(self, row: Any) -> tuple[Any, ...]:
        """All columns of a row of another query, in their order."""
        return tuple(row.values()) if isinstance(row, dict) else tuple(row)

    @classmethod
    def method_names(cls, method: str) -> dict[str, str]:
        """The ways of an operation and their methods; empty if the framework cannot do it.

        `{"": "insert_one"}`, `{"copy": "insert_many_by_copy", ...}`, or both.
        """
        names = list(dict.fromkeys(name for base in cls.__mro__ for name in vars(base)))
        start = f"{method}_by_"
        ways = {"": method} if method in names else {}
        return ways | {name[len(start) :]: name for name in names if name.startswith(start)}

    def way(self, operation: Operation, way: str) -> Callable[..., Any]:
        """The method that does an operation."""
        function: Callable[..., Any] = getattr(self, self.method_names(operation.method)[way])
        return function

    def preparation(self, operation: Operation, way: str) -> Callable[..., Any] | None:
        """The method that prepares the arguments of one call, if there is one."""
        name = self.method_names(operation.method)[way]
        own = getattr(self, f"prepare_{name}", None)
        return own or getattr(self, f"prepare_{operation.method}", None)
