"""All that can be said of a connection: by `connect`, `create_pool`, and those of `sync`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypedDict

from data_bridge import _engine
from data_bridge.postgres.observation import Observers, SlowQueries

__all__ = ["Configuration", "ConnectionOptions", "configure"]


class ConnectionOptions(TypedDict, total=False):
    """The keywords of `connect`. What is None, or left out, comes from the DSN or a default.

    Attributes:
        host: A host, or the directory of a Unix socket; several are separated by commas and
            tried in turn.
        port: The port, 5432 when nothing says otherwise.
        user: The role.
        password: Its password.
        database: The database; the role's name when nothing says otherwise.
        timeout: Seconds that connecting may take, 10 by default; None: no bound.
        command_timeout: Seconds that a statement may take, unless a call says otherwise.
        statement_cache_size: How many statements are kept prepared, 100 by default; 0 keeps none.
        max_cached_statement_lifetime: Seconds after which a statement is prepared anew; no bound by
            default, or when 0.
        max_cacheable_statement_size: Bytes of SQL beyond which a statement is not kept; no bound by
            default, or when 0.
        slow_query_seconds: From how many seconds on a statement is logged as slow, with its SQL and
            without its arguments, as a warning of the logger "data_bridge.postgres".
        server_settings: Settings of the session, such as {"search_path": "app"}.
    """

    host: str | None
    port: int | None
    user: str | None
    password: str | None
    database: str | None
    timeout: float | None
    command_timeout: float | None
    statement_cache_size: int
    max_cached_statement_lifetime: float | None
    max_cacheable_statement_size: int | None
    slow_query_seconds: float | None
    server_settings: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a connection is opened by: checked, complete, and good for any number of them.

    Attributes:
        engine: What the engine must know.
        command_timeout: Seconds that a statement may take, unless a call says otherwise.
        observers: Who is told of the statements of all of them.
    """

    engine: _engine.ConnectionConfig
    command_timeout: float | None
    observers: Observers


def configure(dsn: str | None, options: ConnectionOptions) -> Configuration:
    """Check and complete what a caller said of a connection.

    Raises:
        InterfaceError: The DSN or an option cannot be understood.
        TypeError: There is no such option.
    """
    for name in options:
        if name not in ConnectionOptions.__annotations__:
            raise TypeError(f"there is no option {name!r} of a connection{_resembling(name)}")
    settings = options.get("server_settings")
    engine = _engine.ConnectionConfig(
        dsn,
        host=options.get("host"),
        port=options.get("port"),
        user=options.get("user"),
        password=options.get("password"),
        database=options.get("database"),
        timeout=options.get("timeout", 10),
        statement_cache_size=options.get("statement_cache_size", 100),
        max_cached_statement_lifetime=options.get("max_cached_statement_lifetime"),
        max_cacheable_statement_size=options.get("max_cacheable_statement_size"),
        server_settings=dict(settings) if settings else None,
    )
    observers = Observers(shared=True)
    if (slow := options.get("slow_query_seconds")) is not None:
        observers.add(SlowQueries(slow), parameters=False)
    return Configuration(engine, options.get("command_timeout"), observers)


def _resembling(name: str) -> str:
    likely = get_close_matches(name, ConnectionOptions.__annotations__, 1)
    return f"; did you mean {likely[0]!r}?" if likely else ""
