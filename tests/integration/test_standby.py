"""Several servers: a primary and its standby, and which of them is meant."""

import asyncio
import contextlib
import os
from collections.abc import Iterator
from typing import Any

import pytest

from data_bridge import postgres
from data_bridge.postgres import errors
from tests.integration.system_server import SystemServer, system_server

STANDBY = "SELECT pg_is_in_recovery()"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("PG"):
            monkeypatch.delenv(name)


@contextlib.contextmanager
def replicated() -> Iterator[tuple[SystemServer, SystemServer]]:
    """A primary and a streaming standby."""
    with system_server() as primary, system_server() as standby:
        primary.create()
        primary.start({"wal_level": "replica"})
        standby.copy(primary)
        standby.start({})
        yield primary, standby


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[SystemServer, SystemServer]]:
    with replicated() as both:
        yield both


def options(*servers: SystemServer, **more: Any) -> Any:
    return {
        "host": ",".join("127.0.0.1" for _ in servers),
        "port": ",".join(str(server.port) for server in servers),
        "user": "postgres",
        "database": "postgres",
        **more,
    }


@pytest.mark.parametrize(
    ("attributes", "is_standby"),
    [
        ("read-write", False),
        ("primary", False),
        ("read-only", True),
        ("standby", True),
        ("prefer-standby", True),
    ],
)
async def test_the_one_that_is_meant(
    servers: tuple[SystemServer, SystemServer], attributes: Any, is_standby: bool
) -> None:
    for order in (servers, servers[::-1]):
        wanted = options(*order, target_session_attrs=attributes)
        async with await postgres.connect(**wanted) as connection:
            assert await connection.fetchval(STANDBY) == is_standby
        with postgres.sync.connect(**wanted) as sync:
            assert sync.fetchval(STANDBY) == is_standby


async def test_none_is_meant(servers: tuple[SystemServer, SystemServer]) -> None:
    primary, standby = servers
    for server, attributes, problem in (
        (standby, "read-write", "the session is read-only"),
        (standby, "primary", "the server is a standby"),
        (primary, "read-only", "the session is not read-only"),
        (primary, "standby", "the server is no standby"),
    ):
        with pytest.raises(errors.PostgresConnectionError, match=problem):
            await postgres.connect(**options(server, target_session_attrs=attributes))
    # What is only preferred may be missing.
    preferred = options(primary, target_session_attrs="prefer-standby")
    async with await postgres.connect(**preferred) as connection:
        assert await connection.fetchval(STANDBY) is False


async def test_a_session_that_is_read_only_by_its_settings(
    servers: tuple[SystemServer, SystemServer],
) -> None:
    settings = {"default_transaction_read_only": "on"}
    wanted = options(servers[0], server_settings=settings)
    async with await postgres.connect(**wanted, target_session_attrs="read-only"):
        pass
    async with await postgres.connect(**wanted, target_session_attrs="primary"):
        pass
    with pytest.raises(errors.PostgresConnectionError, match="the session is read-only"):
        await postgres.connect(**wanted, target_session_attrs="read-write")


async def test_hosts_in_a_random_order(servers: tuple[SystemServer, SystemServer]) -> None:
    met = set()
    for _ in range(100):
        async with await postgres.connect(**options(*servers, load_balance_hosts="random")) as one:
            met.add(await one.fetchval(STANDBY))
        if len(met) == 2:
            break
    assert met == {True, False}


async def test_a_pool_finds_the_new_primary() -> None:
    with replicated() as (primary, standby):
        wanted = options(primary, standby, target_session_attrs="read-write")
        async with postgres.create_pool(**wanted, min_size=1) as pool:
            await pool.execute("CREATE TABLE kept (id int)")
            primary.stop()
            standby.run("pg_ctl", "promote", "-w", "-D", standby.data)
            # The connection that was lost says so once; the next one is made anew.
            for _ in range(100):
                with contextlib.suppress(errors.PostgresError, errors.InterfaceError):
                    assert await pool.fetchval(STANDBY) is False
                    break
                await asyncio.sleep(0.1)
            await pool.execute("INSERT INTO kept VALUES (1)")
            assert await pool.fetchval("SELECT count(*) FROM kept") == 1
