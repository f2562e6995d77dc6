"""Who is to find without prepared statements has the server parse each time: seen on the wire."""

import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest

from benchmarks import frameworks
from benchmarks.measurement import Bench
from benchmarks.operations.prepared import OPERATIONS
from benchmarks.server import Server
from benchmarks.tables import Tables
from tests.integration.fault_proxy import fault_proxy

(OPERATION,) = OPERATIONS
CALLS = 5
PARSE, QUERY = b"P", b"Q"
# Type and length of a message.
HEADER = 5


def parsed(said: bytes) -> Iterator[bytes]:
    """The statements that a client has had parsed on a connection."""
    at = 0
    # The startup, and a question for TLS before it, have no type but a length only.
    while said[at : at + 1] == b"\0":
        at += struct.unpack_from("!I", said, at)[0]
    while len(said) - at >= HEADER:
        end = at + 1 + struct.unpack_from("!I", said, at + 1)[0]
        if said[at : at + 1] in {PARSE, QUERY}:
            yield said[at + HEADER : end]
        at = end


@pytest.mark.parametrize("name", frameworks.names())
def test_each_call_is_parsed(name: str, bench_dsn: str, server: Server) -> None:
    try:
        kind = frameworks.load(name)
    except frameworks.MissingFrameworkError as error:
        pytest.skip(str(error))
    operation = replace(OPERATION, calls=CALLS)
    with psycopg.connect(bench_dsn) as connection:
        home = replace(server, database=connection.info.dbname)
    with Tables(bench_dsn) as tables, fault_proxy(home) as proxy:
        with closing(Bench(proxy.dsn(), tables)) as bench:
            adapter = bench.open(kind)
            if not adapter.method_names(operation.method):
                pytest.skip("it has no way to do without them")
            bench.round(operation, adapter)
        said = [sql for one in proxy.said if one for sql in parsed(bytes(one))]
    found = [sql for sql in said if b"SELECT" in sql and adapter.table.encode() in sql]
    # One call more warms up.
    assert len(found) >= CALLS + 1
