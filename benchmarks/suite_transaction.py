"""Several statements in one transaction."""

from benchmarks.suite import Measured, OperationSuite, measure


class Transaction(OperationSuite, operation="transaction"):
    """An insert, an update and a find, then COMMIT."""

    def setup_cache(self) -> Measured:
        """See `OperationSuite`."""
        return measure("transaction")
