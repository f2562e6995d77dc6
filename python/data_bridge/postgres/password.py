"""Passwords that are not written down: a function gives one for each new connection."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from data_bridge import _engine
from data_bridge.postgres.bound import Bound
from data_bridge.postgres.errors import InterfaceError

if TYPE_CHECKING:
    from data_bridge.postgres.options import Configuration

__all__ = ["Password", "PasswordFunction", "with_password", "with_password_sync"]

#: Gives the password of a new connection; for asyncio it may be a coroutine function.
PasswordFunction: TypeAlias = Callable[[], str | Awaitable[str]]

#: What `password=` takes.
Password: TypeAlias = str | PasswordFunction


async def with_password(configuration: Configuration) -> _engine.ConnectionConfig:
    """What a connection is opened by, with the password of this moment.

    Raises:
        InterfaceError: The function has given something else than a str.
        QueryTimeoutError: It took longer than `timeout`.
    """
    function = configuration.password
    if function is None:
        return configuration.engine
    given = function()
    if inspect.isawaitable(given):
        async with Bound(configuration.timeout, "password= gave no password"):
            given = await given
    return configuration.engine.with_password(_checked(given))


def with_password_sync(configuration: Configuration) -> _engine.ConnectionConfig:
    """The same for threads, where nobody awaits."""
    function = configuration.password
    if function is None:
        return configuration.engine
    given = function()
    if asyncio.iscoroutine(given):
        given.close()
    return configuration.engine.with_password(_checked(given))


def _checked(given: object) -> str:
    # Not shown: it may be the password in another form.
    if not isinstance(given, str):
        kind = type(given).__name__
        raise InterfaceError(f"password= is a function that gives a str, and it gave a {kind}")
    return given
