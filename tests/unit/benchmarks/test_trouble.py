import psycopg
import pytest
from psycopg import errors

from benchmarks.comparison.trouble import explain
from benchmarks.floor_process import FloorError
from benchmarks.measurement import one_line
from benchmarks.server import ServerError
from benchmarks.tables import TableError


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        ('FATAL: password authentication failed for user "joe"', "correct the user or the passw"),
        ("fe_sendauth: no password supplied", "put the password into DATABASE_URL"),
        ('FATAL: role "joe" does not exist', "createuser"),
        ('FATAL: database "x" does not exist', "createdb"),
        ("port 1 failed: Connection refused\n\tIs the server running?", "start the server"),
        ("FATAL: sorry, too many clients already", "max_connections"),
    ],
)
def test_a_refused_connection_says_what_to_do(message: str, advice: str) -> None:
    line = explain(psycopg.OperationalError(message))
    assert advice in line
    assert "\n" not in line


def test_the_servers_own_words_are_behind_a_server_error() -> None:
    error = ServerError("DATABASE_URL does not lead to a database")
    assert explain(error) == str(error)
    error.__cause__ = psycopg.OperationalError('FATAL: database "x" does not exist')
    assert "createdb" in explain(error)


def test_other_refusals_point_at_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere")
    assert "unset it" in explain(psycopg.OperationalError("something else"))
    monkeypatch.delenv("DATABASE_URL")
    assert explain(psycopg.OperationalError("something else")) == "something else"


def test_a_missing_privilege_says_which() -> None:
    assert "GRANT CREATE ON SCHEMA public" in explain(errors.InsufficientPrivilege("denied"))


def test_a_missing_package_is_named() -> None:
    assert explain(ImportError("x", name="uvloop.loop")).startswith("uvloop is not installed;")


def test_our_own_errors_are_lines_already() -> None:
    assert explain(TableError("rename it")) == "rename it"
    assert explain(FloorError("no TLS")) == "no TLS"


def test_anything_else_is_one_line() -> None:
    assert explain(ValueError("a\n b")) == "ValueError: a b"


def test_a_table_dropped_in_mid_run_says_so() -> None:
    assert one_line(errors.UndefinedTable('relation "x" does not exist')).endswith(
        'relation "x" does not exist; somebody dropped it: run again with the database to yourself'
    )
