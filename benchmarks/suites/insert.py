"""Inserting rows."""

from benchmarks.suites.profile import QUICK, REGULAR
from benchmarks.suites.suite import Measured, OperationSuite, measure


class InsertOne(OperationSuite, profile=REGULAR, operation="insert_one"):
    """One row, its id returned."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("insert_one")["insert_one"]


class Insert1000(OperationSuite, profile=QUICK, operation="insert_1000"):
    """1,000 rows at once."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("insert_1000")["insert_1000"]


class Insert10000(OperationSuite, profile=REGULAR, operation="insert_10000"):
    """10,000 rows at once."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("insert_10000")["insert_10000"]
