"""A large answer is decoded in slices, with others served in between, whatever its values cost."""

import asyncio
import gc
import time
from decimal import Decimal

import pytest

from data_bridge.postgres import Connection

ROWS = 1500
TEXTS = f"SELECT repeat('x', 100)::varchar FROM generate_series(1, {ROWS})"


@pytest.mark.each_loop
async def test_values_that_cost_much(connection: Connection) -> None:
    decoded = 0

    def decode(text: str) -> str:
        nonlocal decoded
        decoded += 1
        time.sleep(0.00005)
        return text

    seen: list[int] = []

    async def look() -> None:
        while decoded < ROWS:
            seen.append(decoded)
            await asyncio.sleep(0)

    await connection.set_type_codec("varchar", encoder=str, decoder=decode)
    await connection.fetchrow(TEXTS)
    decoded = 0
    fetching = asyncio.create_task(connection.fetch(TEXTS))
    looking = asyncio.create_task(look())
    await asyncio.sleep(0)
    # All of it lies in the socket before the first of it is read.
    time.sleep(0.1)  # noqa: ASYNC251 (the loop is to be late)
    async with asyncio.timeout(60):
        rows = await fetching
        await looking
    assert rows == [("x" * 100,)] * ROWS
    # A row is 111 bytes, and the clock is looked at whenever 16 KiB of them are decoded.
    steps = [after - before for before, after in zip(seen, [*seen[1:], ROWS], strict=True)]
    assert max(steps) <= 3 * 16 * 1024 // 111


async def test_many_cheap_values(connection: Connection) -> None:
    """What one turn of the loop does not come to is there at the next, the socket being silent."""
    query = "SELECT i::numeric, i, i::text FROM generate_series(1, $1::int) AS i"
    async with asyncio.timeout(60):
        for count in (1, 400, 4_000, 40_000, 40_001, 40_002):
            rows = await connection.fetch(query, count)
            assert [row[1] for row in rows] == list(range(1, count + 1))
            assert rows[-1] == (count, count, str(count))


async def test_many_at_once(connection: Connection) -> None:
    query = "SELECT i FROM generate_series(1, $1::int) AS i"
    async with asyncio.timeout(60):
        results = await asyncio.gather(*(connection.fetch(query, 2_000) for _ in range(30)))
    assert all(len(rows) == 2_000 for rows in results)


async def test_the_collector_is_not_shown_what_holds_nothing(connection: Connection) -> None:
    row = await connection.fetchrow("SELECT 1.5::numeric, 'NaN'::numeric, gen_random_uuid()")
    assert row is not None
    assert isinstance(row[0], Decimal)
    assert [gc.is_tracked(value) for value in (row, *row)] == [False] * 4
    listed = await connection.fetchval("SELECT ARRAY[1.5, 2.5]")
    assert [gc.is_tracked(value) for value in listed] == [False] * 2


@pytest.mark.each_loop
async def test_copied_data_is_handed_on_in_pieces(connection: Connection) -> None:
    """Whoever takes records out of a piece holds the loop for no more than that."""
    query = "SELECT repeat('x', 999) FROM generate_series(1, 3000)"
    sizes = [len(piece) async for piece in connection.copy_from_query(query)]
    assert sum(sizes) == 3_000_000
    # What is read, and not shown, when the piece is full, waits for the next one.
    assert max(sizes) <= (128 + 16) * 1024 + 1000
