"""Finding rows, and counting them."""

from benchmarks.suites.profile import QUICK, REGULAR
from benchmarks.suites.suite import Measured, OperationSuite, measure


class FindOne(OperationSuite, profile=QUICK, operation="find_one"):
    """One row by its id."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("find_one")["find_one"]


class FindMany(OperationSuite, profile=QUICK, operation="find_many"):
    """1,000 rows by a filter, every value read."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("find_many")["find_many"]


class Count(OperationSuite, profile=REGULAR, operation="count"):
    """How many rows a filter finds."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("count")["count"]
