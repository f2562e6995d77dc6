"""The hierarchy of errors: by SQLSTATE, and as values that can be sent about."""

import copy
import inspect
import pickle
import subprocess
import sys
from typing import Any

import pytest

from data_bridge.postgres import errors, sqlstates
from data_bridge.postgres.errors import Error, InterfaceError, PostgresError

NAMES: list[str] = vars(errors)["_OWN"] + sqlstates.__all__
CLASSES = [cls for name in NAMES if inspect.isclass(cls := getattr(errors, name))]
OF_THE_SERVER = [getattr(sqlstates, name) for name in sqlstates.__all__]


def make(cls: type[Error]) -> Error:
    arguments: tuple[Any, ...] = ("text", 4711) if cls is errors.UnsupportedTypeError else ()
    return cls("what went wrong", *arguments)


def test_all_names_every_class() -> None:
    defined = {
        name
        for module in (errors, sqlstates)
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, Exception)
    }
    named: list[str] = getattr(errors, "__all__")  # noqa: B009 (made when it is asked for)
    assert defined == set(named) - {"lookup"}
    assert named == sorted(named)
    starred: dict[str, Any] = {}
    exec("from data_bridge.postgres.errors import *", starred)
    assert set(named) <= set(starred)


def test_a_name_that_there_is_not() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'UniqueViolation'"):
        getattr(errors, "UniqueViolation")  # noqa: B009 (a type checker knows it, too)


def test_classes_are_made_when_they_are_asked_for() -> None:
    """They cost more than the rest of the driver's import."""
    script = (
        "import sys; from data_bridge import postgres\n"
        "assert 'data_bridge.postgres.sqlstates' not in sys.modules\n"
        "assert postgres.errors.UniqueViolationError.sqlstate == '23505'\n"
        "assert 'data_bridge.postgres.sqlstates' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_everything_descends_from_one_root() -> None:
    assert all(issubclass(cls, Error) for cls in CLASSES)
    assert issubclass(errors.QueryTimeoutError, TimeoutError)
    assert not issubclass(InterfaceError, PostgresError)
    for misuse in ("ConnectionClosedError", "PoolClosedError", "DecodeError"):
        assert issubclass(getattr(errors, misuse), InterfaceError)


@pytest.mark.parametrize("cls", OF_THE_SERVER)
def test_a_class_stands_for_its_code(cls: type[PostgresError]) -> None:
    assert len(cls.sqlstate) == 5
    assert (cls.__doc__ or "").startswith(f"{cls.sqlstate}: ")
    assert cls.__module__ == errors.__name__
    parent = cls.__mro__[1]
    # A code's class descends from the class of its first two characters, where there is one.
    general = errors.lookup(f"{cls.sqlstate[:2]}000")
    assert parent is (PostgresError if general is cls else general)
    assert cls("x").sqlstate == cls.sqlstate
    assert type(errors.server_error(sqlstate=cls.sqlstate, message="x")) is cls


def test_codes_are_unique() -> None:
    codes = [cls.sqlstate for cls in OF_THE_SERVER]
    assert len(codes) == len(set(codes)) > 240


def test_asyncpg_has_the_same_names() -> None:
    exceptions: Any = pytest.importorskip("asyncpg.exceptions")
    named: dict[str, Any] = vars(exceptions)
    for name, theirs in named.items():
        if inspect.isclass(theirs) and issubclass(theirs, exceptions.PostgresError):
            sqlstate: str = vars(theirs).get("sqlstate", "")
            if sqlstate and name != "InvalidCachedStatementError":
                assert errors.lookup(sqlstate).__name__ == name


@pytest.mark.parametrize(
    ("sqlstate", "name"),
    [
        ("08006", "ConnectionFailureError"),
        ("08P01", "ProtocolViolationError"),
        ("08P99", "PostgresConnectionError"),
        ("0A000", "FeatureNotSupportedError"),
        ("22012", "DivisionByZeroError"),
        ("22P02", "InvalidTextRepresentationError"),
        ("22004", "NullValueNotAllowedError"),
        ("22ZZZ", "DataError"),
        ("23502", "NotNullViolationError"),
        ("23503", "ForeignKeyViolationError"),
        ("23505", "UniqueViolationError"),
        ("23514", "CheckViolationError"),
        ("23P01", "ExclusionViolationError"),
        ("23999", "IntegrityConstraintViolationError"),
        ("25006", "ReadOnlySQLTransactionError"),
        ("25P02", "InFailedSQLTransactionError"),
        ("28P01", "InvalidPasswordError"),
        ("28000", "InvalidAuthorizationSpecificationError"),
        ("3D000", "InvalidCatalogNameError"),
        ("40001", "SerializationError"),
        ("40P01", "DeadlockDetectedError"),
        ("40003", "StatementCompletionUnknownError"),
        ("40ZZZ", "TransactionRollbackError"),
        ("42501", "InsufficientPrivilegeError"),
        ("42601", "PostgresSyntaxError"),
        ("42P01", "UndefinedTableError"),
        ("42P18", "IndeterminateDatatypeError"),
        ("53300", "TooManyConnectionsError"),
        ("53100", "DiskFullError"),
        ("55006", "ObjectInUseError"),
        ("57014", "QueryCanceledError"),
        ("57P01", "AdminShutdownError"),
        ("57P02", "CrashShutdownError"),
        ("P0001", "RaiseError"),
        ("P0ZZZ", "PLPGSQLError"),
        ("10608", "InvalidArgumentForXqueryError"),
        ("10000", "PostgresError"),
        ("72000", "SnapshotTooOldError"),
        ("XX000", "InternalServerError"),
        ("ZZ001", "PostgresError"),
        ("", "PostgresError"),
        ("2", "PostgresError"),
    ],
)
def test_the_most_specific_class_is_found(sqlstate: str, name: str) -> None:
    error = errors.server_error(sqlstate=sqlstate, message="m", severity="ERROR")
    assert type(error).__name__ == name
    assert error.sqlstate == sqlstate


def test_fields() -> None:
    fields = {
        "severity": "FATAL",
        "detail": "d",
        "hint": "h",
        "position": 3,
        "context": "c",
        "schema": "s",
        "table": "t",
        "column": "a",
        "data_type": "int4",
        "constraint": "k",
    }
    error = errors.server_error(sqlstate="23505", message="m", **fields)
    assert {name: getattr(error, name) for name in fields} == fields
    assert repr(error) == "UniqueViolationError('m')"
    with_place = errors.server_error(
        sqlstate="42703", message="m", query="SELECT nam FROM t", position=8, detail="d", hint="h"
    )
    assert str(with_place) == (
        "m\nLINE 1: SELECT nam FROM t\n               ^\nDETAIL:  d\nHINT:  h"
    )
    bare = errors.UniqueViolationError("m")
    assert str(bare) == "m"
    assert {getattr(bare, name) for name in fields} == {None, "ERROR"}


@pytest.mark.parametrize("sqlstate", ["22P02", "23505", "44000"])
def test_a_detail_that_quotes_values_is_shown_when_asked_for(
    sqlstate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = errors.server_error(sqlstate=sqlstate, message="m", detail="Key (a)=(1) exists.")
    assert str(error) == "m"
    assert error.detail == "Key (a)=(1) exists."
    monkeypatch.setattr(PostgresError, "show_values", True)
    assert str(error) == "m\nDETAIL:  Key (a)=(1) exists."


@pytest.mark.parametrize("cls", CLASSES)
def test_errors_survive_pickling_and_copying(cls: type[Error]) -> None:
    """They come back from worker processes, with what was noted on them."""
    error = make(cls)
    error.add_note("while the moon was full")
    if isinstance(error, PostgresError):
        error.detail = "a detail"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(error, protocol))
        assert type(again) is cls
        assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))
    for again in (copy.copy(error), copy.deepcopy(error)):
        assert (type(again), vars(again)) == (cls, vars(error))


def test_a_refused_parameter() -> None:
    error = errors.parameter_error(
        index=2, row=None, type_name="int4", expected="int", given="str", reason=None
    )
    assert str(error) == "parameter $2 (int4): expected int, not str"
    assert (error.parameter, error.row, error.type_name) == (2, None, "int4")
    assert (error.expected, error.given) == ("int", "str")
    error = errors.parameter_error(
        index=1, row=7, type_name="int2", expected=None, given=None, reason="beyond its range"
    )
    assert str(error) == "row 7, parameter $1 (int2): beyond its range"
    again = pickle.loads(pickle.dumps(error))
    assert (again.parameter, again.row, again.type_name) == (1, 7, "int2")


def test_an_interface_error_is_about_no_parameter_by_itself() -> None:
    error = InterfaceError("m")
    assert (error.parameter, error.row, error.type_name) == (None, None, None)
