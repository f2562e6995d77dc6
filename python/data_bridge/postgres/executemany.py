"""Many executions of a statement: few rows at once, many in pieces and in bounded memory."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeAlias

from data_bridge._engine import ExecutionEncoder
from data_bridge.postgres.copy.sending import send
from data_bridge.postgres.copy.source import Piece
from data_bridge.postgres.stopwatch import watched

if TYPE_CHECKING:
    from data_bridge.postgres.connection import Connection

__all__ = ["FEW", "AsyncRows", "Rows", "executemany", "few", "listed"]

#: Rows of arguments.
Rows: TypeAlias = Iterable[Iterable[object]]
AsyncRows: TypeAlias = Rows | AsyncIterable[Iterable[object]]

#: How many rows are encoded before the first is sent, which costs a round trip less.
FEW = 1000

#: The same in bytes, told by every so many rows' last.
LARGE = 4 * 1024 * 1024
SAMPLE = 100


async def executemany(connection: Connection, sql: str, rows: AsyncRows) -> None:
    """Run a statement once for each row, all or none, whatever the rows come from."""
    engine = connection._engine
    behind: AsyncIterator[Any] | None = None
    if isinstance(rows, AsyncIterable):
        behind = aiter(rows)
        first, whole = await _async_few(behind)
        known = iter(first)
    else:
        iterator = iter(rows)
        first, whole = few(iterator)
        known = chain(first, iterator)
    if whole:
        await engine.executemany(sql, first)
        return
    encoder = ExecutionEncoder(sql, await engine.describe(sql))
    # What was sent need not be kept.
    del first
    pieces = _pieces(encoder, known, behind)
    with watched(engine, sql, many=True) as watch:
        watch.result = await send(engine.executions(sql), pieces, None, lambda: None)


async def listed(rows: AsyncRows) -> list[Any]:
    """All of them."""
    if isinstance(rows, AsyncIterable):
        return [row async for row in rows]
    return rows if isinstance(rows, list) else list(rows)


def few(rows: Iterator[Any]) -> tuple[list[Any], bool]:
    """The first rows, and whether these are all."""
    taken: list[Any] = []
    while True:
        portion = list(islice(rows, SAMPLE))
        taken += portion
        if len(portion) < SAMPLE:
            return taken, True
        if _are_enough(taken):
            return taken, False


async def _async_few(rows: AsyncIterator[Any]) -> tuple[list[Any], bool]:
    taken: list[Any] = []
    async for row in rows:
        taken.append(row)
        if len(taken) % SAMPLE == 0 and _are_enough(taken):
            return taken, False
    return taken, True


def _are_enough(taken: list[Any]) -> bool:
    return len(taken) > FEW or len(taken) * _size(taken[-1]) > LARGE


def _size(row: Any) -> int:
    if not isinstance(row, tuple | list):
        return 0
    return sum(len(value) for value in row if isinstance(value, str | bytes | bytearray))


async def _pieces(
    encoder: ExecutionEncoder, known: Iterator[Any], behind: AsyncIterator[Any] | None
) -> AsyncGenerator[Piece]:
    while encoder.encode(known):
        yield encoder
    if behind is not None:
        async for row in behind:
            if encoder.add(row):
                yield encoder
        if encoder:
            yield encoder
