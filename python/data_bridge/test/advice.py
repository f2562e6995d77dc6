"""Errors in one line, and what to do about those that everybody meets."""

from collections.abc import Iterator

import pytest

_START = "PostgreSQL does not answer: see `pg_isready`, start it, or set DATABASE_URL"
_LOGIN = "the server refuses this user or password: correct DATABASE_URL (or PGUSER, PGPASSWORD)"
_GRANT = "the user lacks privileges: `createuser -s postgres`, or connect as one that has them"
_CREATE = "the database is missing: `createdb NAME`, or name another in DATABASE_URL"
_TABLES = "a table is missing: a function-scoped autouse fixture (setup_tables) is to create it"
_SCOPES = "use function scope for what modifies data, session scope for what is costly to set up"

# SQLSTATE, by its beginning.
_BY_STATE = {
    "08": _START,
    "57P": _START,
    "28": _LOGIN,
    "42501": _GRANT,
    "3D000": _CREATE,
    "42P01": _TABLES,
}

# Drivers that could not log in give no SQLSTATE, only the server's words.
_BY_TEXT = {
    "connection refused": _START,
    "could not connect": _START,
    "connection to server": _START,
    "server closed the connection": _START,
    "connection was closed": _START,
    "password authentication failed": _LOGIN,
    "permission denied": _GRANT,
    "scopemismatch": _SCOPES,
}

# Distributions that are not called as their module.
_DISTRIBUTIONS = {"psycopg2": "psycopg2-binary", "sqlalchemy": '"sqlalchemy[asyncio]"'}


def reason(error: BaseException) -> str:
    """The error in one line: pytest's own words for pytest's errors, else class and message."""
    error = _innermost_of_group(error)
    if isinstance(error, pytest.FixtureLookupError):
        return error.formatrepr().errorstring.strip().splitlines()[0]
    message = next(iter(str(error).strip().splitlines()), "")
    if isinstance(error, pytest.fail.Exception):
        # A stack that pytest puts below is not in the line.
        return message.removesuffix(" Requesting fixture stack:") or "failed"
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def advice(error: BaseException) -> str | None:
    """What to do about an error, or None where only its author can know."""
    for cause in _causes(_innermost_of_group(error)):
        if isinstance(cause, ImportError):
            return _install(cause)
        if isinstance(cause, pytest.FixtureLookupError):
            return cause.formatrepr().errorstring.strip().splitlines()[1].strip()
        state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or ""
        for beginning, words in _BY_STATE.items():
            if str(state).startswith(beginning):
                return words
        if isinstance(cause, ConnectionError):
            return _START
        text = str(cause).casefold()
        # The database that is missing is named between these words.
        if 'database "' in text and '" does not exist' in text:
            return _CREATE
        for beginning, words in _BY_TEXT.items():
            if beginning in text:
                return words
    return None


def _install(error: ImportError) -> str | None:
    module = (error.name or "").partition(".")[0]
    if not module or not isinstance(error, ModuleNotFoundError):
        return None
    return f"install it: uv pip install {_DISTRIBUTIONS.get(module, module)}"


def _innermost_of_group(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it wraps: its cause, and the driver's error in SQLAlchemy's."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        wrapped = getattr(error, "orig", None)
        error = wrapped if isinstance(wrapped, BaseException) else error.__cause__
