"""The hierarchy of errors: by SQLSTATE, and as values that can be sent about."""

import copy
import inspect
import pickle
from typing import Any

import pytest

from data_bridge.postgres import errors
from data_bridge.postgres.errors import Error, InterfaceError, PostgresError

CLASSES = [getattr(errors, name) for name in errors.__all__]
OF_THE_SERVER = [cls for cls in CLASSES if issubclass(cls, PostgresError) and cls.code]


def make(cls: type[Error]) -> Error:
    arguments: tuple[Any, ...] = ("text", 4711) if cls is errors.UnsupportedTypeError else ()
    return cls("what went wrong", *arguments)


def test_all_names_every_class() -> None:
    defined = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, Exception)
    }
    assert defined == set(errors.__all__)
    assert errors.__all__ == sorted(errors.__all__)


def test_everything_descends_from_one_root() -> None:
    assert all(issubclass(cls, Error) for cls in CLASSES)
    assert issubclass(errors.QueryTimeoutError, TimeoutError)
    assert not issubclass(InterfaceError, PostgresError)
    for misuse in ("ConnectionClosedError", "PoolClosedError", "DecodeError"):
        assert issubclass(getattr(errors, misuse), InterfaceError)


@pytest.mark.parametrize("cls", OF_THE_SERVER)
def test_a_class_stands_for_its_code(cls: type[PostgresError]) -> None:
    assert len(cls.code) in {2, 5}
    assert (cls.__doc__ or "").startswith(f"{cls.code}: ")
    parent = cls.__mro__[1]
    assert issubclass(parent, PostgresError)
    # A code's class descends from the class of its first two characters, where there is one.
    assert cls.code.startswith(parent.code)
    assert cls("x").sqlstate == cls.code
    found = errors.server_error(sqlstate=cls.code.ljust(5, "0"), message="x")
    assert isinstance(found, cls)


def test_codes_are_unique() -> None:
    codes = [cls.code for cls in OF_THE_SERVER]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("sqlstate", "name"),
    [
        ("08006", "PostgresConnectionError"),
        ("08P01", "PostgresConnectionError"),
        ("0A000", "FeatureNotSupportedError"),
        ("22012", "DivisionByZeroError"),
        ("22P02", "InvalidTextRepresentationError"),
        ("22004", "DataError"),
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
        ("40003", "TransactionRollbackError"),
        ("42501", "InsufficientPrivilegeError"),
        ("42601", "PostgresSyntaxError"),
        ("42P01", "UndefinedTableError"),
        ("42P18", "SyntaxOrAccessError"),
        ("53300", "TooManyConnectionsError"),
        ("53100", "InsufficientResourcesError"),
        ("55006", "ObjectInUseError"),
        ("57014", "QueryCanceledError"),
        ("57P01", "AdminShutdownError"),
        ("57P02", "OperatorInterventionError"),
        ("P0001", "RaiseError"),
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
    assert str(error) == "m\nDETAIL:  d\nHINT:  h"
    assert repr(error) == "UniqueViolationError('m')"
    bare = errors.UniqueViolationError("m")
    assert str(bare) == "m"
    assert {getattr(bare, name) for name in fields} == {None, "ERROR"}


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
