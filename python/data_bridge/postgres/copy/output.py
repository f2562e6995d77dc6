"""Where copied data goes: a file's path, a file, or a function."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from data_bridge.postgres.errors import InterfaceError

__all__ = ["Output", "async_writer", "check_output", "writer"]


class Writer(Protocol):
    """A file, opened in binary mode; its `write` may be a coroutine function for asyncio."""

    def write(self, data: bytes, /) -> Any:
        """Take data, all of it."""


#: Where data goes. For asyncio a function may be a coroutine function.
Output: TypeAlias = str | os.PathLike[str] | Writer | Callable[[bytes], Any]


def check_output(output: object) -> None:
    """Refuse what data cannot go to.

    Raises:
        InterfaceError: It is neither a path nor a file nor a function.
    """
    known = isinstance(output, str | os.PathLike) or hasattr(output, "write") or callable(output)
    if not known:
        given = type(output).__name__
        raise InterfaceError(f"output is a path, a file or a function, not {given}")


@contextmanager
def writer(output: Output) -> Generator[Callable[[bytes], Any]]:
    """What to call with each piece of data."""
    if isinstance(output, str | os.PathLike):
        with Path(output).open("wb") as file:
            yield file.write
    else:
        yield output if not hasattr(output, "write") else output.write


@asynccontextmanager
async def async_writer(output: Output) -> AsyncGenerator[Callable[[bytes], Awaitable[Any]]]:
    """What to call with each piece of data; files are written on another thread."""
    if isinstance(output, str | os.PathLike):
        file = await asyncio.to_thread(Path(output).open, "wb")
        try:
            yield lambda data: asyncio.to_thread(file.write, data)
        finally:
            await asyncio.to_thread(file.close)
        return
    if not hasattr(output, "write"):
        function = output
    elif inspect.iscoroutinefunction(output.write):
        function = output.write
    else:
        blocking = output.write
        yield lambda data: asyncio.to_thread(blocking, data)
        return

    async def call(data: bytes) -> None:
        written = function(data)
        if inspect.isawaitable(written):
            await written

    yield call
