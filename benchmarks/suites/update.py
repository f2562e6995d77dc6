"""Changing and deleting rows."""

from benchmarks.suites.profile import REGULAR
from benchmarks.suites.suite import Measured, OperationSuite, measure


class UpdateOne(OperationSuite, profile=REGULAR, operation="update_one"):
    """One row by its id."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("update_one")["update_one"]


class UpdateByFilter(OperationSuite, profile=REGULAR, operation="update_many"):
    """All rows that a filter finds, in one statement."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("update_many")["update_many"]


class UpdateEach(OperationSuite, profile=REGULAR, operation="update_each"):
    """1,000 rows by their ids, each with a value of its own."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("update_each")["update_each"]


class DeleteByFilter(OperationSuite, profile=REGULAR, operation="delete_many"):
    """All rows that a filter finds, in one statement."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("delete_many")["delete_many"]
