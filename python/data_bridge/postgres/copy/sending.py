"""Sending what is copied in, or executed, piece by piece, no faster than the server takes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress

from data_bridge._engine import AsyncCopy
from data_bridge.postgres.copy.source import Piece
from data_bridge.postgres.copy.stream import Progress
from data_bridge.postgres.errors import Error

__all__ = ["send"]

#: Seconds that the server may take to end what failed here, before it is asked to stop.
PATIENCE = 5.0


async def send(
    copy: AsyncCopy,
    pieces: AsyncGenerator[Piece],
    progress: Progress | None,
    rows: Callable[[], int | None],
) -> str:
    """Send all pieces, or have the server forget those that it got; give the command's tag."""
    try:
        sent = 0
        # False once the server has ended it, by an error.
        going = await copy.wait()
        async with aclosing(pieces):
            while going and (piece := await anext(pieces, None)) is not None:
                sent += len(piece)
                copy.write(piece)
                if progress is not None:
                    progress(sent, rows())
                # Others have their turn, even while the server takes all at once.
                await asyncio.sleep(0)
                going = await copy.wait()
        copy.finish()
        return await copy.result
    except Exception:
        await _fail(copy)
        raise
    finally:
        copy.abandon()


async def _fail(copy: AsyncCopy) -> None:
    """Have the server forget what it got, and wait until it has."""
    copy.fail("the client could not go on")
    with suppress(Error, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await copy.result
