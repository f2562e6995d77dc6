"""A round notices what is wrong: otherwise a fast mistake would win."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from benchmarks.adapters.asyncpg import AsyncpgAdapter
from benchmarks.data import Row
from benchmarks.measurement import Bench, WrongResultError
from benchmarks.operations import BY_NAME, Operation
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
