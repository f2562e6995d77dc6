"""The families of operations whose parts are read together."""

from benchmarks.suites.profile import FULL, REGULAR
from benchmarks.suites.suite import AllMeasured, FamilySuite, measure_family


class Transactions(FamilySuite, profile=REGULAR, family="transaction"):
    """Transactions of 2 to 100 statements, and savepoints."""

    def setup_cache(self) -> AllMeasured:
        """See `Suite`."""
        return measure_family("transaction")


class Queries(FamilySuite, profile=REGULAR, family="query"):
    """Joins, subqueries, common table expressions, groups."""

    def setup_cache(self) -> AllMeasured:
        """See `Suite`."""
        return measure_family("query")


class Types(FamilySuite, profile=REGULAR, family="types"):
    """A thousand values of one type."""

    def setup_cache(self) -> AllMeasured:
        """See `Suite`."""
        return measure_family("types")


class Unprepared(FamilySuite, profile=FULL, family="prepared"):
    """What a statement costs that is not prepared."""

    def setup_cache(self) -> AllMeasured:
        """See `Suite`."""
        return measure_family("prepared")


class Pgbench(FamilySuite, profile=FULL, family="pgbench"):
    """The queries of MagicStack's pgbench."""

    def setup_cache(self) -> AllMeasured:
        """See `Suite`."""
        return measure_family("pgbench")
