"""A round notices what is wrong: otherwise a fast mistake would win."""

import asyncio
import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from benchmarks import measurement
from benchmarks.adapters.asyncpg import AsyncpgAdapter
from benchmarks.data import Row
from benchmarks.measurement import Bench, WrongResultError
from benchmarks.operations import BY_NAME, Operation
from benchmarks.shared_tables import SharedRow
from benchmarks.tables import Tables


class Careless(AsyncpgAdapter):
    """Makes one mistake in each operation."""

    async def insert_one(self, row: Row) -> int:
        return 1 + await super().insert_one(row)

    async def insert_many(self, rows: Sequence[Row]) -> None:
        await self.insert_many_by_executemany(rows[:-1])

    async def find_one(self, identifier: int) -> asyncpg.Record | None:
        return await super().find_one(identifier + 1)

    async def find_many(self, above: int, limit: int) -> list[asyncpg.Record]:
        return await super().find_many(above, limit - 1)

    async def count(self, above: int) -> int:
        return await super().count(above + 1)

    async def update_one(self, identifier: int, score: float) -> int:
        await super().update_one(identifier, score + 1)
        return 1

    async def update_many(self, above: int) -> int:
        return 1800 if above < 100 else 0

    async def update_each(self, changes: Sequence[tuple[int, float]]) -> None:
        await self.update_each_by_executemany(changes[::2])

    async def delete_many(self, above: int) -> int:
        return await super().delete_many(above + 1)

    async def transaction(self, row: Row, identifier: int, score: float) -> tuple[int, float]:
        async with self.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            found = await super().transaction(row, identifier, score)
            await connection.execute("DELETE FROM bench_asyncpg WHERE id = 1")
            await transaction.commit()
        return found

    async def transaction_of(self, changes: Sequence[tuple[int, float]]) -> int:
        return 1 + await super().transaction_of(changes[1:])

    async def savepoints(self, changes: Sequence[tuple[int, float]]) -> int:
        return await super().transaction_of(changes) // 2

    async def find_one_unprepared(
        self, connection: asyncpg.Connection, identifier: int
    ) -> asyncpg.Record | None:
        return await super().find_one_unprepared(connection, identifier + 1)

    async def join(self, region: str, limit: int) -> list[asyncpg.Record]:
        return await super().join("East", limit)

    async def subquery(self, above: int, amount: Decimal) -> list[asyncpg.Record]:
        return await super().subquery(above, amount + 1)

    async def cte(self, since: dt.date, spent: Decimal, limit: int) -> list[asyncpg.Record]:
        return await super().cte(since, spent, limit - 1)

    async def group_by(self, above: int) -> list[asyncpg.Record]:
        return (await super().group_by(above))[::-1]

    async def find_values(self, kind: str) -> list[Any]:
        return list(map(UNLIKE[kind], await super().find_values(kind)))

    async def find_wide(self) -> list[Any]:
        return [[*record[1:], record[0]] for record in await super().find_wide()]

    async def pgbench_pg_type(self) -> list[asyncpg.Record]:
        return (await super().pgbench_pg_type())[1:]

    async def pgbench_generate_series(self) -> list[int]:
        return [number + 1 for number in await super().pgbench_generate_series()]

    async def pgbench_large_object(self) -> list[bytes]:
        return [value[1:] for value in await super().pgbench_large_object()]

    async def pgbench_arrays(self) -> list[list[int]]:
        return (await super().pgbench_arrays())[1:]

    async def pgbench_copy_from(self, rows: Sequence[SharedRow]) -> int:
        return 1 + await super().pgbench_copy_from(rows[1:])

    async def pgbench_batch(self, rows: Sequence[SharedRow]) -> None:
        await super().pgbench_batch([(*row[:-1], "1") for row in rows])

    async def pgbench_one_plus_one(self) -> int:
        return 3


# Values that are almost right: most are even equal to the right ones.
UNLIKE: dict[str, Callable[[Any], Any]] = {
    "numeric": float,
    "timestamptz": lambda value: value.replace(tzinfo=None),
    "uuid": str,
    "jsonb": json.dumps,
    "int_array": tuple,
    "bytea": memoryview,
    "text": str.upper,
}


@pytest.fixture(scope="module")
def careless_bench(bench_dsn: str) -> Iterator[Bench]:
    with Tables(bench_dsn) as tables, closing(Bench(bench_dsn, tables)) as opened:
        yield opened


@pytest.mark.parametrize("operation", BY_NAME.values(), ids=lambda operation: operation.name)
def test_a_mistake_is_noticed(operation: Operation, careless_bench: Bench) -> None:
    adapter = careless_bench.open(Careless)
    with pytest.raises(WrongResultError):
        careless_bench.round(replace(operation, calls=2), adapter)


def test_a_table_is_put_back_after_a_mistake(careless_bench: Bench) -> None:
    adapter = careless_bench.open(Careless)
    delete = BY_NAME["delete_many"]
    with pytest.raises(WrongResultError):
        careless_bench.round(delete, adapter)
    honest = AsyncpgAdapter.delete_many
    assert careless_bench.round(delete, Honest.of(adapter, honest)).wall > 0


class Honest(AsyncpgAdapter):
    """The careless adapter's pool, used as it should be."""

    @classmethod
    def of(cls, adapter: Any, _method: object) -> "Honest":
        found = cls()
        found.pool, found.connection = adapter.pool, adapter.connection
        return found


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_both_loops_measure(bench_dsn: str, loop: str) -> None:
    with Tables(bench_dsn) as tables, closing(Bench(bench_dsn, tables, loop)) as bench:
        adapter = bench.open(AsyncpgAdapter)
        sample = bench.round(replace(BY_NAME["find_one"], calls=3), adapter)
    assert 0 < sample.wall < 1
    assert sample.cpu is not None


def test_calls_that_find_different_numbers_of_rows_are_noticed(bench_dsn: str) -> None:
    """Only the last call's rows are kept, and the number of all."""
    with Tables(bench_dsn) as tables, closing(Bench(bench_dsn, tables)) as bench:
        adapter = bench.open(Fickle)
        with pytest.raises(WrongResultError, match=r"the calls returned \[999, 1000\] rows"):
            bench.round(replace(BY_NAME["find_many"], calls=2), adapter)


class Fickle(AsyncpgAdapter):
    """Finds a row less in the first call that is timed."""

    calls = 0

    async def find_many(self, above: int, limit: int) -> list[asyncpg.Record]:
        self.calls += 1
        return await super().find_many(above, limit - (self.calls == 2))


class Terminated(AsyncpgAdapter):
    """Gets a signal in its round, whose error the loop raises and not the task."""

    stubborn = False

    async def find_one(self, identifier: int) -> asyncpg.Record | None:
        asyncio.get_running_loop().call_soon(terminate)
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                self.happened.append("cancelled")
                if not self.stubborn:
                    raise

    async def close(self) -> None:
        self.happened.append("closed")
        await super().close()

    def __init__(self) -> None:
        self.happened: list[str] = []


class Stubborn(Terminated):
    """Does not end when it is cancelled."""

    stubborn = True


def terminate() -> None:
    raise SystemExit(143)


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_round_that_a_signal_ends_is_over_before_its_pool(bench_dsn: str, loop: str) -> None:
    with Tables(bench_dsn) as tables, closing(Bench(bench_dsn, tables, loop)) as bench:
        adapter = bench.open(Terminated)
        with pytest.raises(SystemExit):
            bench.round(replace(BY_NAME["find_one"], calls=1), adapter)
    assert isinstance(adapter, Terminated)
    assert adapter.happened == ["cancelled", "closed"]


def test_a_round_that_does_not_end_keeps_nobody(
    bench_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measurement, "CLOSE_SECONDS", 0.5)
    with Tables(bench_dsn) as tables, closing(Bench(bench_dsn, tables)) as bench:
        adapter = bench.open(Stubborn)
        with pytest.raises(SystemExit):
            bench.round(replace(BY_NAME["find_one"], calls=1), adapter)
        loop = bench.runner.get_loop()
    assert isinstance(adapter, Stubborn)
    assert "closed" in adapter.happened
    assert loop.is_closed()
