"""No framework waits for a server that is gone, and all of them can be closed then."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from benchmarks import data, frameworks
from benchmarks.adapters.adapter import Adapter
from benchmarks.measurement import Bench
from benchmarks.operations import BY_NAME
from benchmarks.server import Server
from benchmarks.tables import Tables

# What none of them needs a tenth of, and less than any of them waits by its own.
SECONDS = 8.0


def opened(bench: Bench) -> dict[str, Adapter]:
    """All frameworks that are installed, each with its statement prepared."""
    found = {}
    for name in frameworks.names():
        try:
            kind = frameworks.load(name)
        except frameworks.MissingFrameworkError:
            continue
        if kind.kind != "external":
            found[name] = bench.open(kind)
            bench.round(BY_NAME["transaction_2"], found[name])
    return found


def way(adapter: Adapter, operation: str) -> Callable[..., Any]:
    return adapter.way(BY_NAME[operation], next(iter(adapter.method_names(operation))))


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_every_framework_fails_soon_and_is_closed(disposable_server: Server, loop: str) -> None:
    with Tables(disposable_server.dsn) as tables:
        bench = Bench(disposable_server.dsn, tables, loop)
        adapters = opened(bench)
        assert len(adapters) >= 13
        assert disposable_server.pid is not None
        os.kill(disposable_server.pid, signal.SIGQUIT)
        with pytest.raises(psycopg.OperationalError):
            while True:
                tables.connection.execute("SELECT 1")
        hanging = {}
        for name, adapter in adapters.items():
            # A transaction first: what it leaves behind must not hold up who comes after it.
            for operation, arguments in (
                ("transaction", (data.row(0), 1, 1.0)),
                ("find_one", (1,)),
            ):
                begin = time.monotonic()
                with pytest.raises(Exception):  # noqa: B017, PT011 - each has its own
                    bench.wait(way(adapter, operation)(*arguments), SECONDS)
                hanging[name, operation] = time.monotonic() - begin
        begin = time.monotonic()
        bench.close()
        hanging["all", "close"] = time.monotonic() - begin
    assert {what: took for what, took in hanging.items() if took >= SECONDS} == {}
