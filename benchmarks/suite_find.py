"""Finding rows, and counting them."""

from benchmarks.suite import Measured, OperationSuite, measure


class FindOne(OperationSuite, operation="find_one"):
    """One row by its id."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("find_one")


class FindMany(OperationSuite, operation="find_many"):
    """1,000 rows by a filter, every value read."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("find_many")


class Count(OperationSuite, operation="count"):
    """How many rows a filter finds."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("count")
