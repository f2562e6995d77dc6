"""The statements of transactions and savepoints."""

import pytest

from data_bridge.postgres.errors import InFailedSQLTransactionError, InterfaceError
from data_bridge.postgres.transaction import plan


@pytest.mark.parametrize(
    ("isolation", "readonly", "deferrable", "begin"),
    [
        (None, False, False, "BEGIN"),
        ("read_committed", False, False, "BEGIN ISOLATION LEVEL READ COMMITTED"),
        ("read_uncommitted", False, False, "BEGIN ISOLATION LEVEL READ UNCOMMITTED"),
        ("repeatable_read", False, False, "BEGIN ISOLATION LEVEL REPEATABLE READ"),
        (None, True, False, "BEGIN READ ONLY"),
        (None, False, True, "BEGIN DEFERRABLE"),
        (
            "serializable",
            True,
            True,
            "BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE",
        ),
    ],
)
def test_a_whole_transaction(
    isolation: str | None, readonly: bool, deferrable: bool, begin: str
) -> None:
    made = plan(
        inside=False, number=1, isolation=isolation, readonly=readonly, deferrable=deferrable
    )
    assert (made.begin, made.commit, made.rollback) == (begin, "COMMIT", "ROLLBACK")


def test_a_savepoint() -> None:
    made = plan(inside=True, number=7, isolation=None, readonly=False, deferrable=False)
    assert made.begin == "SAVEPOINT data_bridge_7"
    assert made.commit == "RELEASE SAVEPOINT data_bridge_7"
    # What is rolled back to is still there, and would pile up.
    assert made.rollback == "ROLLBACK TO SAVEPOINT data_bridge_7; RELEASE SAVEPOINT data_bridge_7"


@pytest.mark.parametrize(
    ("isolation", "readonly", "deferrable"),
    [("serializable", False, False), (None, True, False), (None, False, True)],
)
def test_a_savepoint_has_no_options(
    isolation: str | None, readonly: bool, deferrable: bool
) -> None:
    with pytest.raises(InterfaceError, match="belong to the outermost transaction"):
        plan(inside=True, number=1, isolation=isolation, readonly=readonly, deferrable=deferrable)


@pytest.mark.parametrize("isolation", ["", "SERIALIZABLE", "serializable; DROP TABLE t"])
def test_an_unknown_isolation(isolation: str) -> None:
    with pytest.raises(InterfaceError, match="unknown isolation"):
        plan(inside=False, number=1, isolation=isolation, readonly=False, deferrable=False)


def test_a_commit_answered_with_a_rollback() -> None:
    whole = plan(inside=False, number=1, isolation=None, readonly=False, deferrable=False)
    whole.check_committed("COMMIT")
    with pytest.raises(InFailedSQLTransactionError, match="rolled back, not committed") as raised:
        whole.check_committed("ROLLBACK")
    assert raised.value.sqlstate == "25P02"
    savepoint = plan(inside=True, number=1, isolation=None, readonly=False, deferrable=False)
    savepoint.check_committed("RELEASE")
