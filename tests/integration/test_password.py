"""Passwords that a function gives, for each new connection."""

import asyncio
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from data_bridge import postgres
from data_bridge.postgres import errors, sync
from data_bridge.postgres.options import configure
from tests.integration.conftest import PASSWORD, PasswordServer

WRONG = "tOp-seCret"


class Tokens:
    """Counts how often it was asked."""

    def __init__(self, *given: Any) -> None:
        self.given = given
        self.asked = 0

    def __call__(self) -> Any:
        self.asked += 1
        return self.given[min(self.asked, len(self.given)) - 1]

    async def later(self) -> Any:
        await asyncio.sleep(0)
        return self()


async def test_one_for_each_connection(password_server: PasswordServer) -> None:
    dsn = password_server.dsn("scram-sha-256", password=WRONG)
    tokens = Tokens(PASSWORD)
    functions: list[Callable[[], Any]] = [tokens, tokens.later]
    for count, function in enumerate(functions, 1):
        async with await postgres.connect(dsn, password=function) as connection:
            assert await connection.fetchval("SELECT current_user") == "scram-sha-256"
        assert tokens.asked == count
    async with postgres.create_pool(dsn, password=tokens.later, min_size=2) as pool:
        assert tokens.asked == 4
        pool.drain()
        async with asyncio.timeout(10):
            assert await pool.fetchval("SELECT 1") == 1
        # All of them share what they learn of types, as with one password.
        await pool.set_type_codec("int4", encoder=str, decoder=str)
        pool.drain()
        async with asyncio.timeout(10):
            assert await pool.fetchval("SELECT 1") == "1"
    assert tokens.asked >= 6


def test_one_for_each_connection_of_threads(password_server: PasswordServer) -> None:
    dsn = password_server.dsn("scram-sha-256", password=None)
    tokens = Tokens(WRONG, PASSWORD)
    with pytest.raises(errors.InvalidPasswordError):
        sync.connect(dsn, password=tokens)
    with sync.create_pool(dsn, password=tokens, min_size=1) as pool:
        assert pool.fetchval("SELECT 1") == 1
    assert tokens.asked == 2


async def coroutine() -> str:
    return PASSWORD


@pytest.mark.parametrize("function", [lambda: None, WRONG.encode, coroutine])
async def test_what_is_no_password(
    password_server: PasswordServer, function: Callable[[], Any]
) -> None:
    dsn = password_server.dsn("scram-sha-256", password=None)
    with pytest.raises(errors.InterfaceError, match="a function that gives a str") as raised:
        sync.connect(dsn, password=function)
    assert WRONG not in "".join(traceback.format_exception(raised.value))
    if function is not coroutine:
        with pytest.raises(errors.InterfaceError, match="a function that gives a str"):
            await postgres.connect(dsn, password=function)


async def test_what_it_raises_and_how_long_it_takes(password_server: PasswordServer) -> None:
    async def refused() -> str:
        raise LookupError

    async def slow() -> str:
        await asyncio.sleep(60)
        return PASSWORD

    dsn = password_server.dsn("scram-sha-256", password=None)
    with pytest.raises(LookupError):
        await postgres.connect(dsn, password=refused)
    with pytest.raises(errors.QueryTimeoutError, match=r"gave no password within 0\.05 s"):
        await postgres.connect(dsn, password=slow, timeout=0.05)
    with pytest.raises(LookupError):
        await postgres.create_pool(dsn, password=refused)


def test_it_is_not_shown() -> None:
    class Shown:
        def __call__(self) -> str:
            return WRONG

        def __repr__(self) -> str:
            return WRONG

    configuration = configure("postgresql://user@host/database", {"password": Shown()})
    assert WRONG not in repr(configuration)
    assert WRONG not in repr(configuration.engine.with_password(WRONG))
