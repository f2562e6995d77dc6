import pytest

from data_bridge.test.advice import advice, reason


class DriverError(Exception):
    def __init__(self, message: str = "", sqlstate: str | None = None) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


class WrappedError(Exception):
    def __init__(self, orig: Exception) -> None:
        super().__init__("(driver error)")
        self.orig = orig


REFUSED = "connection to server on socket failed: Connection refused"
MISSING = 'connection failed: FATAL:  database "shop" does not exist'


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(111, "Connect call failed"), "pg_isready"),
        (DriverError(REFUSED), "pg_isready"),
        (DriverError(sqlstate="57P01"), "pg_isready"),
        (DriverError(sqlstate="28P01"), "PGPASSWORD"),
        (DriverError("password authentication failed for user"), "PGPASSWORD"),
        (DriverError(sqlstate="42501"), "createuser -s postgres"),
        (DriverError(sqlstate="3D000"), "createdb"),
        (DriverError(MISSING), "createdb"),
        (DriverError(sqlstate="42P01"), "setup_tables"),
        (WrappedError(DriverError(sqlstate="42501")), "createuser -s postgres"),
        (ExceptionGroup("several", [ConnectionResetError()]), "pg_isready"),
        (ModuleNotFoundError("No module", name="psycopg2"), "uv pip install psycopg2-binary"),
        (ModuleNotFoundError("No module", name="sqlalchemy.ext"), '"sqlalchemy[asyncio]"'),
    ],
)
def test_what_everybody_meets_comes_with_what_to_do(error: BaseException, words: str) -> None:
    said = advice(error)
    assert said is not None
    assert words in said
    assert "\n" not in said


def test_the_cause_counts_as_well() -> None:
    error = RuntimeError("no pool")
    error.__cause__ = ConnectionRefusedError()
    assert "pg_isready" in str(advice(error))


@pytest.mark.parametrize(
    "error",
    [
        ValueError("wrong rows"),
        ImportError("cannot import name 'x'"),
        DriverError(sqlstate="23505"),
    ],
)
def test_nothing_is_made_up(error: BaseException) -> None:
    assert advice(error) is None


def test_a_reason_is_one_line() -> None:
    assert reason(ValueError("wrong\nrows")) == "ValueError: wrong"
    assert reason(ValueError()) == "ValueError"
    assert reason(ExceptionGroup("several", [KeyError("x")])) == "KeyError: 'x'"
    assert reason(pytest.fail.Exception("ScopeMismatch: no\nmore")) == "ScopeMismatch: no"
    mismatch = "ScopeMismatch: no. Requesting fixture stack:\nmore"
    assert reason(pytest.fail.Exception(mismatch)) == "ScopeMismatch: no."
