"""What a run shows: the tables on stdout, errors in one line each on stderr."""

import sys
import warnings
from collections.abc import Generator, Sequence

import pytest

from data_bridge.test.advice import advice, reason
from data_bridge.test.item import RUNNING, BenchmarkItem
from data_bridge.test.publication import Publication
from data_bridge.test.report.console import render
from data_bridge.test.report.record import COMPLETE, INTERRUPTED, STOPPED
from data_bridge.test.settings import SETTINGS


# pytest marks its reporter final, yet plugins that want another put a subclass in its place.
class BenchmarkReporter(pytest.TerminalReporter):  # type: ignore[misc]
    """pytest's reporter with another voice, so that other plugins find the one they expect."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        self._settings = config.stash[SETTINGS]
        self._publication = Publication(self._settings)
        self._shown = 0
        self._interrupted = False
        self._left_out: list[str] = []
        # What to do about the errors seen, once each, in their order.
        self._advice: dict[str, None] = {}

    def show(self, item: BenchmarkItem) -> None:
        """Print a group's table, and bring the files up to date."""
        if self._settings.tables:
            if self._shown:
                self._tw.line()
            settings = self._settings
            self._tw.line(
                render(item.comparison, throughput=settings.throughput, against=settings.against)
            )
            self._tw.flush()
        self._shown += 1
        self._publication.add(item.comparison)
        for node, error in item.failures:
            self._note(error, f"{item.name}, {node.name}", node.describe(error))

    def _note(self, error: BaseException, where: str, traceback: str) -> None:
        """Remember what to do about an error; show where it came from if that is wanted."""
        todo = advice(error)
        if todo is not None:
            self._advice.setdefault(todo)
        if self._settings.traceback:
            _complain(f"\n{where}:\n{traceback}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Say in a line why a file could not be collected."""
        if report.failed:
            error: BaseException = report.error
            self._complain(f"{report.nodeid}: {reason(error)}")
            self._note(error, report.nodeid, report.longreprtext)

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Keep the names that `-k` left out, to offer them if it leaves nothing."""
        self._left_out += [item.name for item in items]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """List the groups if nothing more is asked for; say what cannot be compared."""
        items = [item for item in session.items if isinstance(item, BenchmarkItem)]
        if self.config.option.collectonly:
            for item in items:
                self._tw.line(item.nodeid)
                if self._settings.list:
                    self._tw.line(f"    {', '.join(item.group.implementations)}")
        against = self._settings.against
        if against is not None:
            unmatched = against.unmatched([item.comparison for item in items])
            # With none at all there is an error.
            for name in unmatched if len(unmatched) < len(items) else []:
                _complain(f"note: {against.name} has no {name!r} to compare with")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Print the table as soon as the group is done, or could not begin."""
        item: BenchmarkItem = report.benchmark
        error: BaseException | None = report.error
        over = report.when == "call" or (report.when == "setup" and not report.passed)
        if over and item.comparison.entries:
            self.show(item)
        if error is not None and report.failed and report.when != "call":
            if report.when == "teardown":
                self._complain(f"{item.name}, clearing up: {reason(error)}")
            elif not item.comparison.entries:
                self._complain(reason(error))
            self._note(error, item.name, report.longreprtext)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Print what there is of the group that was running."""
        item = self.config.stash.get(RUNNING, None)
        if item is not None:
            item.comparison.interrupted = True
            self.show(item)
        self._interrupted = True
        if isinstance(excinfo.value, pytest.exit.Exception):
            self._complain(excinfo.value.msg)
        else:
            _complain("Interrupted")

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(
        self, session: pytest.Session, exitstatus: int | pytest.ExitCode
    ) -> Generator[None]:
        """Finish the report, and say what to do about what went wrong."""
        result = yield
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            if self._left_out:
                wanted = self.config.getoption("--dbtest-select")
                names = ", ".join(dict.fromkeys(self._left_out))
                _complain(f"ERROR: no group matches -k {wanted!r}; there are: {names}")
            else:
                _complain("ERROR: no benchmarks: no bench_*.py there registers a group")
        elif exitstatus != pytest.ExitCode.USAGE_ERROR and not self.config.option.collectonly:
            problems = self._finish(session)
            if problems and exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
        for todo in self._advice:
            _complain(f"hint: {todo}")
        return result

    def _finish(self, session: pytest.Session) -> list[str]:
        """End the report; gives what went wrong with that."""
        state = INTERRUPTED if self._interrupted else COMPLETE
        if session.shouldfail:
            state = STOPPED
            left = len(session.items) - self._shown
            _complain(f"Stopped at the first failure; groups not run: {left}")
        problems = self._publication.finish(state)
        for problem in problems:
            _complain(f"ERROR: {problem}")
        text = self._publication.text()
        if text is not None:
            self._tw.write(text)
        elif not problems and self._shown and self._publication.files:
            self._tw.line()
            for name in self._publication.files:
                self._tw.line(f"Report: {name}")
        return problems

    def _complain(self, words: str) -> None:
        """Say what went wrong, and keep it for the report."""
        self._publication.report.errors.append(words)
        _complain(f"ERROR: {words}")

    # The rest of what pytest's reporter says is about tests.

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Print no header."""
        self._session = session

    def pytest_collection(self) -> None:
        """Print no count of what is collected."""

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, nodeid: str
    ) -> None:
        """Leave warnings to pytest, in a run of the tests."""

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        """Print no names before the tables."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Print no percentage."""
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_terminal_summary(self) -> Generator[None]:
        """Print no summary of tests."""
        return (yield)

    def pytest_unconfigure(self) -> None:
        """Print nothing about an interruption a second time."""


def _complain(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
