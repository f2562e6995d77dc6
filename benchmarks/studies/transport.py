"""What does the way to the server cost?

One row and 1,000 rows found over a unix socket, over TCP on the same machine, over TCP with a
millisecond more for each round trip, and over TLS. The millisecond is a proxy's
(`delay_process.py`), which holds every byte back for half of it, each way; its own work comes on
top, some tens of microseconds on the same core, and is the same for all.

The embedded server has no TLS: a distribution's takes its place, where there is one, with a
self-signed certificate that nobody verifies. That is another build of PostgreSQL, mostly of
another version, so that plain TCP to it is measured too; compare figures of one server. Whether a
connection is encrypted, the server is asked.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from benchmarks.figure import Failure, Figure, Unit
from benchmarks.measurement import WrongResultError
from benchmarks.operations import BY_NAME, Operation
from benchmarks.server import Server, ServerError
from benchmarks.studies.distribution import tls_server
from benchmarks.studies.study import Context, Entrant, Profile, Study, quickest, round_metrics
from benchmarks.tables import Tables

PROXY = Path(__file__).with_name("delay_process.py")
EACH_WAY = 0.0005
LOCALHOST = "127.0.0.1"
UNIX, TCP, SLOW, TLS = "unix", "tcp", "tcp 1 ms", "tls"
CALLS: Mapping[Profile, Mapping[str, int]] = {
    "quick": {"find_one": 50, "find_many": 3},
    "regular": {"find_one": 100, "find_many": 5},
    "full": {"find_one": 300, "find_many": 10},
}
# What each client is asked for at a server that has TLS: of itself, many a one would use it.
SSLMODES = {TCP: "disable", TLS: "require"}
VARIABLE = "PGSSLMODE"
# They hand what their URI says to asyncpg, which has no argument of that name: it reads VARIABLE.
SILENT = {"sqlalchemy", "sqlalchemy_core", "tortoise"}
# What a connection that was closed before may take until the server has noticed.
PATIENCE = 40
PAUSE = 0.05


class Transport(Study):
    """Time of one call by the way to the server."""

    name = "transport"
    title = "Transport"
    question = "What does the way to the server cost?"
    # Of one call. The floor has no CPU time.
    units: ClassVar[Mapping[str, Unit]] = {"wall": "s", "cpu": "s"}
    whole = ("find_one", "find_many")
    rounds: ClassVar[Mapping[Profile, int]] = {"quick": 1, "regular": 3, "full": 15}

    def measure(self, context: Context, subject: str) -> Iterator[Figure | Failure]:
        """One round is one of the operation's, over connections opened for it."""
        operation = replace(BY_NAME[subject], calls=CALLS[context.profile][subject])
        with transports(context.server) as found:
            ways, failed = self.ways(context, operation)
            yield from self.found(subject, failed)
            yield from self.over(context, operation, ways, found)
        ways = {name: way for name, way in ways.items() if name in context.of_kind("async", "sync")}
        try:
            with (
                tls_server() as server,
                Tables(server.dsn) as tables,
                Context(
                    server, tables, [*ways], context.loop, context.profile, context.tell
                ) as own,
            ):
                yield from self.over(
                    own, operation, ways, {way: server.uri(host=LOCALHOST) for way in SSLMODES}
                )
        except ServerError as error:
            for name, way in ways.items():
                yield Failure(self.name, subject, name, way, str(error), {"transport": TLS})

    def ways(self, context: Context, operation: Operation) -> tuple[dict[str, str], list[Entrant]]:
        """The quickest way of each framework, by one round that does not count; who failed."""
        entrants = [
            Entrant(name, partial(context.round, operation, kind, way), way)
            for name, kind in context.kinds.items()
            for way in kind.method_names(operation.method)
        ]
        self.race(context, entrants, rounds=1)
        best = {one.framework: one.way for one in quickest(entrants)}
        return best, [one for one in entrants if one.failure is not None]

    def over(
        self,
        context: Context,
        operation: Operation,
        ways: Mapping[str, str],
        found: Mapping[str, str],
    ) -> Iterator[Figure | Failure]:
        """The figures of some transports, each with the DSN that leads over it."""
        version = context.tables.connection.info.parameter_status("server_version") or ""
        server = version.partition(" ")[0]
        if TLS in found:
            # The distribution's may be of the embedded one's version.
            server += " with TLS"
        entrants = []
        for transport, dsn in found.items():
            for name, way in ways.items():
                if TLS in found:
                    run = partial(round_beside_tls, context, operation, name, way, dsn, transport)
                else:
                    run = partial(context.round, operation, context.kinds[name], way, dsn)
                parameters = {"transport": transport, "server": server}
                entrants.append(Entrant(name, run, way, parameters))
        self.race(context, entrants)
        yield from self.found(operation.name, entrants)


def round_beside_tls(
    context: Context, operation: Operation, name: str, way: str, dsn: str, transport: str
) -> Mapping[str, float]:
    """As `Context.round`, at a server that has TLS, with or without it.

    Raises:
        WrongResultError: a wrong value, or a connection that is not as it was asked for.
    """
    mode = SSLMODES[transport]
    if name not in SILENT:
        dsn += f"{'&' if '?' in dsn else '?'}sslmode={mode}"
    with sslmode(mode), context.opened(context.kinds[name], 1, 1, dsn) as adapter:
        # An engine connects with the first statement only.
        found = round_metrics(context.bench.round(operation, adapter, way))
        expect(context, encrypted=transport == TLS)
    return found


@contextmanager
def sslmode(mode: str) -> Iterator[None]:
    """Whether connections are encrypted that nobody says it of otherwise."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = mode
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def expect(context: Context, *, encrypted: bool) -> None:
    """Ask the server whether all connections over TCP are encrypted, or none is.

    Raises:
        WrongResultError: they are not so.
    """
    for _ in range(PATIENCE):
        wanted, others = context.tables.connection.execute(
            "SELECT count(*) FILTER (WHERE ssl = %(wanted)s),"
            " count(*) FILTER (WHERE ssl <> %(wanted)s)"
            " FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE client_addr IS NOT NULL",
            {"wanted": encrypted},
        ).fetchone() or (0, 0)
        if wanted and not others:
            return
        time.sleep(PAUSE)
    raise WrongResultError(f"it connects {'without' if encrypted else 'with'} TLS")


@contextmanager
def transports(server: Server) -> Iterator[Mapping[str, str]]:
    """The transports to a server and their DSNs; to one that is not ours, only its own, delayed."""
    with delayed(server) as port:
        slow = replace(server, host=LOCALHOST, port=port).dsn
        if server.host.startswith("/"):
            found = {UNIX: server.dsn, SLOW: slow}
            if server.pid is not None:
                found = {UNIX: server.dsn, TCP: server.uri(host=LOCALHOST), SLOW: slow}
            yield found
        else:
            yield {TCP: server.dsn, SLOW: slow}


@contextmanager
def delayed(server: Server) -> Iterator[int]:
    """The port of a proxy that takes half a millisecond each way, while the context lasts."""
    command = [sys.executable, "-I", "-S", str(PROXY), str(EACH_WAY), server.host, str(server.port)]
    # Ctrl-C is for this process; the proxy ends with its input.
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    # Its end is to close that input, and to wait for the proxy.
    with process:
        if process.stdout is None:
            raise ServerError("the proxy was started without pipes")
        yield int(process.stdout.readline())
