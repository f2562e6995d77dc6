"""A network between a client and the server that delays, splits, truncates, cuts and swallows."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from benchmarks.server import Server

TO_SERVER, TO_CLIENT = 0, 1
READ_AT_ONCE = 65_536


@dataclass(frozen=True)
class Fault:
    """What goes wrong on one connection.

    Attributes:
        direction: TO_SERVER or TO_CLIENT: whose bytes are counted.
        after: bytes of that direction that still get through.
        kind: "close" ends both sides in order, "reset" as a crash does, "swallow" leaves them
            open and lets nothing through any more, in either direction.
    """

    direction: int
    after: int
    kind: Literal["close", "reset", "swallow"]


class FaultProxy:
    """Stands before a server, on a thread and a port of its own.

    Attributes:
        fault: of the connections that are made from now on; None: nothing goes wrong.
        piece: bytes that are passed on at a time; None: all that have come.
        delay: seconds between two pieces.
        passed: bytes that got through on the connection made last, by direction.
        said: what the clients have sent, connection by connection.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._loop: asyncio.AbstractEventLoop
        self._stopped = asyncio.Event()
        self._serving: set[asyncio.Task[None]] = set()
        self._dead = False
        self.fault: Fault | None = None
        self.piece: int | None = None
        self.delay = 0.0
        self.passed = [0, 0]
        self.said: list[bytearray] = []
        self.port = 0

    def dsn(self, **parameters: str) -> str:
        """The server's DSN, by this way."""
        return replace(self._server, port=self.port).uri(host="127.0.0.1", **parameters)

    def swallow(self) -> None:
        """From now on nothing gets through, on any connection, and none is told."""
        self._dead = True

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until `stop`; calls `ready` once the port is known."""
        asyncio.run(self._run(ready))

    async def _run(self, ready: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0) as listening:
            self.port = listening.sockets[0].getsockname()[1]
            ready()
            await self._stopped.wait()
            # Who was accepted just now has begun some turns later, and can be told; asyncio would
            # forget him, and leave his socket open, were the server closed before.
            self._loop.remove_reader(listening.sockets[0])
            for _ in range(10):
                await asyncio.sleep(0)
            listening.close()
            for task in self._serving:
                task.cancel()
            await asyncio.gather(*self._serving, return_exceptions=True)

    def stop(self) -> None:
        """End every connection; from any thread."""
        self._loop.call_soon_threadsafe(self._stopped.set)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault, passed = self.fault, [0, 0]
        self.passed = passed
        said = bytearray()
        self.said.append(said)
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            theirs = await asyncio.open_connection("127.0.0.1", self._server.port)
            with contextlib.closing(theirs[1]):
                line = _Line((writer, theirs[1]), fault, passed, said)
                await asyncio.gather(
                    self._relay(reader, line, TO_SERVER), self._relay(theirs[0], line, TO_CLIENT)
                )
        except (asyncio.CancelledError, OSError):
            # Whoever stops the proxy, or a server that is gone: the client sees it by its socket.
            pass
        finally:
            writer.close()
            self._serving.discard(task)

    async def _relay(self, reader: asyncio.StreamReader, line: "_Line", direction: int) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(READ_AT_ONCE):
                size = self.piece or len(data)
                for start in range(0, len(data), size):
                    if self._dead:
                        line.swallowed = True
                    await line.write(direction, data[start : start + size])
                    if self.delay:
                        await asyncio.sleep(self.delay)
        line.end(direction)


class _Line:
    """Both ends of one connection."""

    def __init__(
        self,
        writers: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
        fault: Fault | None,
        passed: list[int],
        said: bytearray,
    ) -> None:
        #: By direction, who gets the bytes.
        self._writers = (writers[1], writers[0])
        self._fault = fault
        self._passed = passed
        self._said = said
        self.swallowed = False

    async def write(self, direction: int, data: bytes) -> None:
        if direction == TO_SERVER:
            self._said += data
        if self.swallowed:
            return
        fault = self._fault
        room = None
        if fault is not None and fault.direction == direction:
            room = fault.after - self._passed[direction]
        writer = self._writers[direction]
        part = data if room is None else data[:room]
        writer.write(part)
        self._passed[direction] += len(part)
        if fault is not None and room is not None and len(data) >= room:
            if fault.kind == "swallow":
                self.swallowed = True
            else:
                await writer.drain()
                self.close(reset=fault.kind == "reset")
            return
        await writer.drain()

    def end(self, direction: int) -> None:
        """One side sends no more, and may still wait for what the other has to say."""
        writer = self._writers[direction]
        with contextlib.suppress(OSError):
            if not self.swallowed and not writer.is_closing():
                writer.write_eof()

    def close(self, *, reset: bool = False) -> None:
        for writer in self._writers:
            if reset and not writer.is_closing():
                connection: socket.socket = writer.get_extra_info("socket")
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.close()


@contextlib.contextmanager
def fault_proxy(server: Server) -> Iterator[FaultProxy]:
    """A proxy before the server, while the context lasts."""
    proxy, ready = FaultProxy(server), threading.Event()
    thread = threading.Thread(target=proxy.run, args=[ready.set], daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        yield proxy
    finally:
        proxy.stop()
        thread.join(30)
        assert not thread.is_alive()
