"""A TCP proxy that lets every byte arrive some time later, in both directions.

    python -I -S delay_process.py SECONDS HOST PORT

HOST is a name, or the directory of PostgreSQL's unix socket. Prints the port of 127.0.0.1 on which
it listens, and ends when its standard input does. `select` waits by the microsecond where an event
loop would round half a millisecond up to a whole one. It writes without waiting for room: it is
made for answers that fit into a socket's buffer.
"""

import contextlib
import heapq
import select
import socket
import sys
import time
from itertools import count

CHUNK = 1 << 18


class Proxy:
    """All connections, and what is under way in them.

    Args:
        delay: seconds that every byte is held back, each way.
        host: where connections lead: a name or a directory.
        port: the port, also part of a unix socket's name.
    """

    def __init__(self, delay: float, host: str, port: int) -> None:
        self.delay = delay
        self.host = host
        self.port = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.peers: dict[socket.socket, socket.socket] = {}
        # When, in which order, to whom, and what; an empty end of it closes.
        self.held: list[tuple[float, int, socket.socket, bytes]] = []
        self.numbers = count()

    def run(self) -> None:
        """Forward until standard input ends."""
        while True:
            now = time.monotonic()
            while self.held and self.held[0][0] <= now:
                self.deliver(*heapq.heappop(self.held)[2:])
            wait = max(self.held[0][0] - time.monotonic(), 0.0) if self.held else None
            ready, _, _ = select.select([sys.stdin, self.listener, *self.peers], [], [], wait)
            if sys.stdin in ready:
                return
            for source in ready:
                if source is self.listener:
                    self.accept()
                elif source in self.peers:
                    self.read(source)

    def accept(self) -> None:
        """Connect a new client to the server; where that refuses, the client is left alone."""
        client, _ = self.listener.accept()
        try:
            server = self.connect()
        except OSError:
            client.close()
            return
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.peers[client], self.peers[server] = server, client

    def connect(self) -> socket.socket:
        """A new connection to the server."""
        if self.host.startswith("/"):
            server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            server.connect(f"{self.host}/.s.PGSQL.{self.port}")
        else:
            server = socket.create_connection((self.host, self.port))
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return server

    def read(self, source: socket.socket) -> None:
        """Hold back what has arrived, or the news that nothing more will."""
        try:
            chunk = source.recv(CHUNK)
        except OSError:
            chunk = b""
        target = self.peers[source]
        if not chunk:
            del self.peers[source]
        heapq.heappush(
            self.held, (time.monotonic() + self.delay, next(self.numbers), target, chunk)
        )

    def deliver(self, target: socket.socket, chunk: bytes) -> None:
        """Hand on what was held back long enough."""
        # One that is gone does not want it any more.
        with contextlib.suppress(OSError):
            if chunk:
                target.sendall(chunk)
            else:
                target.shutdown(socket.SHUT_WR)


def main(delay: str, host: str, port: str) -> None:
    """Say the port, and forward."""
    proxy = Proxy(float(delay), host, int(port))
    print(proxy.listener.getsockname()[1], flush=True)
    proxy.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
