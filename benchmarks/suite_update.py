"""Changing and deleting rows."""

from benchmarks.suite import Measured, OperationSuite, measure


class UpdateOne(OperationSuite, operation="update_one"):
    """One row by its id."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("update_one")


class UpdateByFilter(OperationSuite, operation="update_many"):
    """All rows that a filter finds, in one statement."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("update_many")


class UpdateEach(OperationSuite, operation="update_each"):
    """1,000 rows by their ids, each with a value of its own."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("update_each")


class DeleteByFilter(OperationSuite, operation="delete_many"):
    """All rows that a filter finds, in one statement."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("delete_many")
