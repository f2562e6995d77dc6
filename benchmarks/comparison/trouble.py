"""What can be wrong before anything is measured, in one line that says what to do."""

import os

import psycopg
from psycopg import errors

from benchmarks.floor_process import FloorError
from benchmarks.frameworks import UnknownFrameworkError
from benchmarks.measurement import one_line
from benchmarks.server import ServerError
from benchmarks.tables import TableError

# What the server says, and what to do about it: a refused connection has a message and no code.
ADVICE = (
    ("password authentication failed", "correct the user or the password in DATABASE_URL"),
    ("no password supplied", "put the password into DATABASE_URL"),
    ("role", "create the role with createuser, or correct the user in DATABASE_URL"),
    ("database", "create it with createdb, or correct its name in DATABASE_URL"),
    ("Connection refused", "start the server (pg_isready tells), or unset DATABASE_URL"),
    ("No such file or directory", "start the server, or unset DATABASE_URL"),
    ("too many", "raise max_connections, or close other sessions"),
)


def explain(error: BaseException) -> str:
    """One line about an error that ended the run."""
    if isinstance(error, ServerError) and isinstance(error.__cause__, psycopg.Error):
        error = error.__cause__
    if isinstance(error, ServerError | TableError | UnknownFrameworkError | FloorError):
        return str(error)
    if isinstance(error, errors.InsufficientPrivilege):
        return (
            f"{error.diag.message_primary}: the role must be able to create tables "
            "(GRANT CREATE ON SCHEMA public TO it, or createuser -s)"
        )
    if isinstance(error, psycopg.OperationalError):
        message = one_message(error)
        for words, advice in ADVICE:
            if words in message:
                return f"{message}; {advice}"
        if "DATABASE_URL" in os.environ:
            return f"{message}; correct DATABASE_URL, or unset it to use the embedded server"
        return message
    if isinstance(error, ImportError):
        module = (error.name or "a package").partition(".")[0]
        return f"{module} is not installed; run make build-release, or pip install {module}"
    return one_line(error)


def one_message(error: psycopg.Error) -> str:
    """The server's or libpq's message on one line."""
    return " ".join(str(error).split())
