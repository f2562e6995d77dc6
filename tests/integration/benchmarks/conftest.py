"""A bench of all frameworks that can run here, in a database of its own."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from psycopg import sql

from benchmarks import frameworks
from benchmarks.adapters.adapter import Adapter
from benchmarks.measurement import Bench
from benchmarks.server import Server
from benchmarks.tables import Tables

DATABASE = "bench"


@pytest.fixture(scope="session")
def bench_dsn(server: Server, administrator: psycopg.Connection) -> Iterator[str]:
    """The DSN of a database for the benchmarks of the session."""
    name = sql.Identifier(f"{DATABASE}_{administrator.info.backend_pid}")
    administrator.execute(sql.SQL("CREATE DATABASE {}").format(name))
    yield server.uri(database=name.as_string(administrator).strip('"'))
    administrator.execute(sql.SQL("DROP DATABASE {} (FORCE)").format(name))


@pytest.fixture(scope="module")
def bench(bench_dsn: str) -> Iterator[Bench]:
    """A bench without frameworks yet."""
    with Tables(bench_dsn) as tables, closing(Bench(bench_dsn, tables)) as opened:
        yield opened


@pytest.fixture(scope="module")
def adapters(bench: Bench) -> dict[str, Adapter]:
    """All frameworks that are installed, opened."""
    found = {}
    for name in frameworks.names():
        try:
            found[name] = bench.open(frameworks.load(name))
        except frameworks.MissingFrameworkError:
            assert name == "fastpg"  # the only one that not every Python has
    return found
