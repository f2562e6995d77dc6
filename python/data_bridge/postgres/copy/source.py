"""What is given to be copied, in pieces that are worth a message each."""

from __future__ import annotations

import asyncio
import inspect
import os
import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from data_bridge._engine import ExecutionEncoder, RecordEncoder
from data_bridge.postgres.errors import InterfaceError

__all__ = [
    "PIECE",
    "AsyncSource",
    "Piece",
    "Source",
    "async_pieces",
    "async_records",
    "pieces",
    "records",
]

#: Bytes that go out as one message, and are read from a file at once.
PIECE = 128 * 1024

#: How long a source may compute before others have their turn, in seconds, and how many pieces it
#: gives between two looks at the clock.
PATIENCE = 0.002
LOOKS = 64

#: Data as bytes, or what can be seen as such.
Data: TypeAlias = bytes | bytearray | memoryview

#: What is sent at once: data, or an encoder, which holds a piece until that is written.
Piece: TypeAlias = Data | RecordEncoder | ExecutionEncoder


class Reader(Protocol):
    """A file, opened in binary mode; its `read` may be a coroutine function for asyncio."""

    def read(self, size: int, /) -> Any:
        """Give at most so many bytes, none at the end."""


#: Where data comes from: itself, a file's path, a file, or whatever gives it piece by piece.
Source: TypeAlias = Data | str | os.PathLike[str] | Reader | Iterable[Data]
AsyncSource: TypeAlias = Source | AsyncIterable[Data]


def records(encoder: RecordEncoder, given: Iterable[Any]) -> Iterator[Piece]:
    """The pieces of records, the end included."""
    if not isinstance(given, Iterable):
        raise InterfaceError(f"records are an iterable of tuples, not {type(given).__name__}")
    iterator = iter(given)
    while encoder.encode(iterator):
        yield encoder
    encoder.finish()
    yield encoder


async def async_records(
    encoder: RecordEncoder, given: Iterable[Any] | AsyncIterable[Any]
) -> AsyncGenerator[Piece]:
    """The pieces of records, the end included."""
    if isinstance(given, AsyncIterable):
        async for record in given:
            if encoder.add(record):
                yield encoder
        encoder.finish()
        yield encoder
        return
    for piece in records(encoder, given):
        yield piece


def pieces(source: Source) -> Iterator[Data]:
    """The pieces of a source.

    Raises:
        InterfaceError: It is none, or gives something else than bytes.
        OSError: A file cannot be read.
    """
    waiting: list[Data] = []
    size = 0
    for data in _parts(source):
        size += _size(data)
        waiting.append(data)
        if size >= PIECE:
            yield from _cut(waiting)
            size = 0
    yield from _cut(waiting)


def _size(data: Any) -> int:
    if isinstance(data, bytes | bytearray):
        return len(data)
    if isinstance(data, memoryview):
        return data.nbytes
    given = type(data).__name__
    hint = "; encode text, or open the file in binary mode" if given == "str" else ""
    raise InterfaceError(f"COPY takes bytes, not {given}{hint}")


def _cut(waiting: list[Data]) -> Iterator[Data]:
    """Make one piece of many small ones, and many of a huge one; those that waited are gone."""
    whole = waiting[0] if len(waiting) == 1 else b"".join(waiting)
    waiting.clear()
    if isinstance(whole, bytes) and len(whole) <= 2 * PIECE:
        if whole:
            yield whole
        return
    view = memoryview(whole).cast("B")
    for start in range(0, len(view), PIECE):
        yield view[start : start + PIECE]


def _parts(source: Source) -> Iterator[Any]:
    if isinstance(source, bytes | bytearray | memoryview):
        yield source
    elif isinstance(source, str | os.PathLike):
        with Path(source).open("rb") as file:
            while read := file.read(PIECE):
                yield read
    elif hasattr(source, "read"):
        while data := source.read(PIECE):
            yield data
    elif isinstance(source, Iterable):
        yield from source
    else:
        raise InterfaceError(_UNKNOWN.format(type(source).__name__))


async def async_pieces(source: AsyncSource) -> AsyncGenerator[Data]:
    """The pieces of a source; files are read on another thread.

    Raises:
        InterfaceError: It is none, or gives something else than bytes.
        OSError: A file cannot be read.
    """
    waiting: list[Data] = []
    size = 0
    begun = time.monotonic()
    async for data in _async_parts(source):
        size += _size(data)
        waiting.append(data)
        if size >= PIECE:
            for piece in _cut(waiting):
                yield piece
            size = 0
        elif len(waiting) % LOOKS == 0 and time.monotonic() - begun > PATIENCE:
            # A source that only computes would keep the loop from others.
            await asyncio.sleep(0)
            begun = time.monotonic()
    for piece in _cut(waiting):
        yield piece


async def _async_parts(source: AsyncSource) -> AsyncIterator[Any]:
    if isinstance(source, str | os.PathLike):
        file = await asyncio.to_thread(Path(source).open, "rb")
        try:
            while data := await asyncio.to_thread(file.read, PIECE):
                yield data
        finally:
            file.close()
    elif hasattr(source, "read"):
        read = source.read
        while data := await (
            read(PIECE) if inspect.iscoroutinefunction(read) else asyncio.to_thread(read, PIECE)
        ):
            yield data
    elif isinstance(source, AsyncIterable):
        async for part in source:
            yield part
    else:
        for other in _parts(source):
            yield other


_UNKNOWN = (
    "COPY takes bytes, a path, a file, or an iterable of bytes, not {}; "
    "records are copied by copy_records_to_table"
)
