"""All that can be said of a connection: by `connect`, `create_pool`, and those of `sync`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike, fsdecode
from typing import Literal, TypeAlias, TypedDict

from data_bridge import _engine
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.observation import Observers, SlowQueries
from data_bridge.postgres.password import Password, PasswordFunction
from data_bridge.postgres.seconds import check_seconds

__all__ = ["Configuration", "ConnectionOptions", "LibpqOptions", "configure"]


SSLMode: TypeAlias = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
TargetSessionAttributes: TypeAlias = Literal[
    "any", "read-write", "read-only", "primary", "standby", "prefer-standby"
]


class LibpqOptions(TypedDict, total=False):
    """The keywords of `connect` that are libpq's, and mean what they mean there.

    Attributes:
        host: A host, or the directory of a Unix socket; several are separated by commas and
            tried in turn.
        hostaddr: The address of `host`, to save its look-up; one for each of several.
        port: The port, 5432 when nothing says otherwise; "5432,5433" for one each of several.
        user: The role.
        password: Its password, or a function that gives one for each new connection (a token that
            expires); for asyncio it may be a coroutine function.
        database: The database; the role's name when nothing says otherwise.
        passfile: The password file, in the place of `~/.pgpass`.
        service: A section of the service file, where options are taken from.
        servicefile: That file, in the place of `~/.pg_service.conf`.
        connect_timeout: Seconds that each attempt (an address of a host) may take.
        application_name: What `pg_stat_activity` calls the session.
        fallback_application_name: The same, where nothing else names it.
        options: Command-line options of the session, such as "-c search_path=app".
        client_encoding: "UTF8": there is no other.
        keepalives: Whether the system looks after a peer that says nothing; it does.
        keepalives_idle: After how many seconds it does.
        keepalives_interval: How many seconds later it does again.
        keepalives_count: How often, before the connection counts as lost.
        tcp_user_timeout: Milliseconds that what was sent may stay unacknowledged.
        sslmode: "disable", "allow", "prefer" (the default), "require", "verify-ca" or
            "verify-full".
        sslnegotiation: "direct" for TLS from the first byte on (PostgreSQL 17).
        sslrootcert: The certificates of the authorities that are trusted, in PEM; "system" for
            the machine's own; `~/.postgresql/root.crt` where it is there.
        sslcrl: What they have revoked; `~/.postgresql/root.crl` where it is there.
        sslcert: The client's certificate; `~/.postgresql/postgresql.crt` where it is there.
        sslkey: The key to it; `~/.postgresql/postgresql.key` where it is there.
        sslcertmode: "disable" to show none.
        sslsni: Whether the server is told the name it is reached by; it is.
        ssl_min_protocol_version: "TLSv1.2" (the default) or "TLSv1.3".
        ssl_max_protocol_version: The same, for the highest.
        channel_binding: Whether SCRAM is bound to TLS: "disable", "prefer" (the default) or
            "require".
        require_auth: By which methods the server may have one authenticate, such as
            "scram-sha-256"; or, each with a "!", by which not.
        target_session_attrs: "any" (the default), "read-write", "read-only", "primary",
            "standby" or "prefer-standby".
        load_balance_hosts: "random" to try hosts and their addresses in a random order.
    """

    host: str | None
    hostaddr: str | None
    port: int | str | None
    user: str | None
    password: Password | None
    database: str | None
    passfile: str | PathLike[str] | None
    service: str | None
    servicefile: str | PathLike[str] | None
    connect_timeout: float | None
    application_name: str | None
    fallback_application_name: str | None
    options: str | None
    client_encoding: str | None
    keepalives: bool | None
    keepalives_idle: int | None
    keepalives_interval: int | None
    keepalives_count: int | None
    tcp_user_timeout: int | None
    sslmode: SSLMode | None
    sslnegotiation: Literal["postgres", "direct"] | None
    sslrootcert: str | PathLike[str] | None
    sslcrl: str | PathLike[str] | None
    sslcert: str | PathLike[str] | None
    sslkey: str | PathLike[str] | None
    sslcertmode: Literal["disable", "allow"] | None
    sslsni: bool | None
    ssl_min_protocol_version: Literal["TLSv1.2", "TLSv1.3"] | None
    ssl_max_protocol_version: Literal["TLSv1.2", "TLSv1.3"] | None
    channel_binding: Literal["disable", "prefer", "require"] | None
    require_auth: str | None
    target_session_attrs: TargetSessionAttributes | None
    load_balance_hosts: Literal["disable", "random"] | None


class ConnectionOptions(LibpqOptions, total=False):
    """The keywords of `connect`. What is None, or left out, comes from the DSN or a default.

    Those of libpq are in `LibpqOptions`.

    Attributes:
        timeout: Seconds that connecting may take in all, 10 by default; None: no bound. By
            default there is none, too, where `connect_timeout` bounds each attempt.
        command_timeout: Seconds that a statement may take, unless a call says otherwise.
        statement_cache_size: How many statements are kept prepared, 100 by default; with 0 none is,
            and each is parsed along with its execution.
        max_cached_statement_lifetime: Seconds after which a statement is prepared anew; no bound by
            default, or when 0.
        max_cacheable_statement_size: Bytes of SQL beyond which a statement is not kept; no bound by
            default, or when 0.
        slow_query_seconds: From how many seconds on a statement is logged as slow, with its SQL and
            without its arguments, as a warning of the logger "data_bridge.postgres".
        server_settings: Settings of the session, such as {"search_path": "app"}.
    """

    timeout: float | None
    command_timeout: float | None
    statement_cache_size: int
    max_cached_statement_lifetime: float | None
    max_cacheable_statement_size: int | None
    slow_query_seconds: float | None
    server_settings: Mapping[str, str] | None


#: libpq's names of those that are called otherwise here.
_LIBPQ_NAMES = {"database": "dbname"}

#: Durations. `connect_timeout` is none of them: libpq takes a negative one for no bound.
_SECONDS = ("timeout", "command_timeout", "max_cached_statement_lifetime", "slow_query_seconds")

#: What options are called elsewhere: by libpq, and by asyncpg.
_OTHER_NAMES = {libpq: ours for ours, libpq in _LIBPQ_NAMES.items()} | {
    "ssl": "sslmode",
    "max_inactive_connection_lifetime": "idle_timeout",
    "max_queries": "max_uses",
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a connection is opened by: checked, complete, and good for any number of them.

    Attributes:
        engine: What the engine must know.
        command_timeout: Seconds that a statement may take, unless a call says otherwise.
        observers: Who is told of the statements of all of them.
        password: What gives the password of each of them; None where that is in `engine`.
        timeout: Seconds that connecting may take.
    """

    engine: _engine.ConnectionConfig
    command_timeout: float | None
    observers: Observers
    password: PasswordFunction | None = field(default=None, repr=False)
    timeout: float | None = None


def configure(dsn: str | None, options: ConnectionOptions) -> Configuration:
    """Check and complete what a caller said of a connection.

    Raises:
        InterfaceError: The DSN or an option cannot be understood.
        TypeError: There is no such option.
    """
    for name in options:
        if name not in ConnectionOptions.__annotations__:
            raise TypeError(f"there is no option {name!r} of a connection{_resembling(name)}")
    for name in _SECONDS:
        check_seconds(name, options.get(name))
    settings = options.get("server_settings")
    seconds = options.get("timeout", 10)
    password = options.get("password")
    function = password if callable(password) else None
    engine = _engine.ConnectionConfig(
        dsn,
        {
            _LIBPQ_NAMES.get(name, name): _text(name, value)
            for name, value in options.items()
            if name in LibpqOptions.__annotations__ and value is not None and value is not function
        },
        timeout=seconds,
        timeout_by_default="timeout" not in options,
        statement_cache_size=options.get("statement_cache_size", 100),
        max_cached_statement_lifetime=options.get("max_cached_statement_lifetime"),
        max_cacheable_statement_size=options.get("max_cacheable_statement_size"),
        server_settings=dict(settings) if settings else None,
    )
    observers = Observers(shared=True)
    if (slow := options.get("slow_query_seconds")) is not None:
        observers.add(SlowQueries(slow), parameters=False)
    return Configuration(engine, options.get("command_timeout"), observers, function, seconds)


def _text(name: str, value: object) -> str:
    """What stands for a value in a connection string; the value itself may be a secret."""
    match value:
        case bool():
            return str(int(value))
        case str() | int() | float():
            return str(value)
        case PathLike():
            return fsdecode(value)
    several = "; several stand in one str, with commas" if isinstance(value, list | tuple) else ""
    raise InterfaceError(f"{name}: expected str, not {type(value).__name__}{several}")


def _resembling(name: str) -> str:
    # Whoever misspells nothing never needs it.
    from difflib import get_close_matches  # noqa: PLC0415

    likely = [_OTHER_NAMES[name]] if name in _OTHER_NAMES else []
    likely = likely or get_close_matches(name, ConnectionOptions.__annotations__, 1)
    return f"; did you mean {likely[0]!r}?" if likely else ""
