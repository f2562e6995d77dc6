"""Many executions of a statement, for threads."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from data_bridge._engine import ExecutionEncoder
from data_bridge.postgres.copy.source import Piece
from data_bridge.postgres.executemany import Rows, few
from data_bridge.postgres.stopwatch import watched
from data_bridge.postgres.sync.copy import send

if TYPE_CHECKING:
    from data_bridge.postgres.sync.connection import Connection

__all__ = ["executemany"]


def executemany(connection: Connection, sql: str, rows: Rows, timeout: float | None) -> None:
    """Run a statement once for each row, all or none, whatever the rows come from."""
    engine = connection._engine
    iterator = iter(rows)
    first, whole = few(iterator)
    if whole:
        engine.executemany(sql, first, timeout)
        return
    encoder = ExecutionEncoder(sql, engine.describe(sql, timeout))
    with watched(engine, sql, timeout=timeout, many=True) as watch:
        copy = engine.executions(sql, timeout)
        watch.result = send(copy, _pieces(encoder, chain(first, iterator)), None, lambda: None)


def _pieces(encoder: ExecutionEncoder, rows: Iterator[Any]) -> Iterator[Piece]:
    while encoder.encode(rows):
        yield encoder
