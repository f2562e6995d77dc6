"""The report of a run on its way out: to files, group by group, and to stdout."""

from data_bridge.test.comparison import Comparison
from data_bridge.test.report.against import slower_than
from data_bridge.test.report.destination import DestinationError
from data_bridge.test.report.formats import FORMATS
from data_bridge.test.report.record import COMPLETE, Report, begin
from data_bridge.test.report.wording import interval_words
from data_bridge.test.settings import Settings


class Publication:
    """Keeps the report, and the files of it up to date."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.report: Report = begin()
        self.report.against = settings.against
        self.report.throughput = settings.throughput

    def add(self, comparison: Comparison) -> None:
        """Put a group that is over into the report, and the report into its files.

        So a run that is killed, or whose disk is full later, has lost nothing until then.
        """
        self.report.comparisons.append(comparison)
        self._write()

    def finish(self, state: str) -> list[str]:
        """End the report, and write it for the last time; gives what that has come to.

        A run that measured nothing before it was interrupted leaves older files alone.
        """
        self.report.state = state
        if not self.report.comparisons and state != COMPLETE:
            return []
        return [*self._slower(), *self._write()]

    def text(self) -> str | None:
        """What stdout gets in the end, if it has not had the tables."""
        settings = self._settings
        return None if settings.tables else FORMATS[settings.format](self.report)

    @property
    def files(self) -> list[str]:
        """The names of the files that get the report."""
        return [destination.name for destination in self._settings.destinations]

    def _write(self) -> list[str]:
        problems = []
        for destination in self._settings.destinations:
            try:
                destination.write(FORMATS[destination.format](self.report))
            except DestinationError as error:
                problems.append(str(error))
        return problems

    def _slower(self) -> list[str]:
        against, percent = self._settings.against, self._settings.fail_slower
        if against is None or percent is None:
            return []
        return [
            f"{comparison.title}, {change.name}: slower than in {against.name} "
            f"by more than {percent:g} % ({interval_words(change.speedup)})"
            for comparison in self.report.comparisons
            for change in slower_than(against.changes(comparison), percent)
        ]
