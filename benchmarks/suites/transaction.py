"""Several statements in one transaction."""

from benchmarks.suites.profile import QUICK
from benchmarks.suites.suite import Measured, OperationSuite, measure


class Transaction(OperationSuite, profile=QUICK, operation="transaction"):
    """An insert, an update and a find, then COMMIT."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("transaction")["transaction"]
