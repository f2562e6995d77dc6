"""Benchmark files and their groups as pytest knows them."""

import inspect
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data_bridge.test.advice import reason
from data_bridge.test.comparison import Comparison, Entry
from data_bridge.test.event_loop import loop_of
from data_bridge.test.group import BenchmarkGroup, registered_groups
from data_bridge.test.implementation import ImplementationNode, provide, refuse_parametrized
from data_bridge.test.parameters import Combination
from data_bridge.test.progress import PROGRESS
from data_bridge.test.race import Contestant, Track, laps, race, weigh
from data_bridge.test.report.console import render
from data_bridge.test.report.junit import properties
from data_bridge.test.schedule import schedule_for
from data_bridge.test.settings import SETTINGS

# The group that is running, for who has to report an interrupted run.
RUNNING: "pytest.StashKey[BenchmarkItem]" = pytest.StashKey()


class BenchmarkModule(pytest.Module):
    """A benchmark file."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Import the file, and give the groups that it registered."""
        # Makes the module's own fixtures known. Tests that it may also hold are pytest's to run.
        try:
            list(super().collect())
        except SystemExit as error:
            # pytest would end the whole run, and with a traceback.
            raise self.CollectError(reason(error)) from error
        for group in registered_groups(vars(self.obj)):
            for combination in group.combinations():
                yield BenchmarkItem.of(self, group, combination)


class BenchmarkItem(pytest.Function):
    """A group, with one combination of its parameters.

    It is one item for all its implementations, since they run in turn.

    Autouse fixtures are set up once for the group. What an implementation asks for by name
    it has to itself, as a test has.
    """

    group: BenchmarkGroup
    comparison: Comparison
    # Those that failed by themselves, with their errors.
    failures: list[tuple[ImplementationNode, BaseException]]
    _nodes: dict[str, ImplementationNode]
    _contestants: list[Contestant]

    @classmethod
    def of(
        cls, module: BenchmarkModule, group: BenchmarkGroup, combination: Combination
    ) -> "BenchmarkItem":
        """The item of a group that `module` registered."""
        settings = module.config.stash[SETTINGS]
        schedule = schedule_for(group.batch_of(combination))
        if settings.rounds is not None:
            schedule = replace(schedule, rounds=settings.rounds)
        comparison = Comparison(
            group.name,
            [Entry(name) for name in group.implementations],
            schedule,
            settings.baseline or group.baseline,
            combination,
            module.nodeid,
        )
        item: BenchmarkItem = cls.from_parent(module, name=comparison.title, callobj=lambda: None)
        provide(item, item._fixtureinfo, combination.values)
        item.group, item.comparison = group, comparison
        item.failures, item._nodes, item._contestants = [], {}, []
        return item

    def setup(self) -> None:
        """Set up the autouse fixtures, then those of each implementation.

        One whose own fixtures fail is out; the others run.
        """
        if not self.group.implementations:
            pytest.fail(f"{self.group.name!r} has no implementations", pytrace=False)
        refuse_parametrized(self._fixtureinfo)
        super().setup()
        for entry in self.comparison.entries:
            node = ImplementationNode.of(
                self,
                self.group.implementations[entry.name],
                self.comparison.combination.values,
            )
            self._nodes[entry.name] = node
            with self._guard(entry):
                node.enter()
                self._contestants.append(Contestant(entry, node.bind()))

    def runtest(self) -> None:
        """Race the implementations.

        Raises:
            ImplementationsFailedError: some failed; the others were measured all the same, unless
                the run is to stop at the first failure.
        """
        schedule, memory = self.comparison.schedule, self.config.stash[SETTINGS].memory
        progress = self.config.stash[PROGRESS]
        self.config.stash[RUNNING] = self
        expected = laps(len(self._contestants), schedule, memory=memory)
        with progress.of(self.name, expected) as advance:

            def watch(entry: Entry, number: int) -> None:
                advance(entry.name, number, schedule.rounds)

            track = Track(loop_of(self.config), self._guard_race, watch)
            try:
                self._stop_if_asked()
                race(self._contestants, schedule, track)
                if memory:
                    weigh(self._contestants, track)
            except ImplementationsFailedError:
                self.comparison.interrupted = True
        del self.config.stash[RUNNING]
        # Where pytest's own reports (JUnit) find the figures.
        self.user_properties += properties(self.comparison)
        self.add_report_section("call", "stdout", render(self.comparison))
        if self.failures:
            raise ImplementationsFailedError(self.failures)
        if not self.comparison.ranking:
            pytest.skip("no implementation could run")

    def could_not_begin(self, error: BaseException) -> None:
        """Note the failed set-up of the group in all its implementations."""
        for entry in self.comparison.entries:
            _note(entry, error)

    @contextmanager
    def _guard(self, entry: Entry) -> Iterator[None]:
        """Note what goes wrong with an implementation; let through what ends the run."""
        try:
            yield
        except (pytest.exit.Exception, KeyboardInterrupt):
            raise
        except pytest.skip.Exception as error:
            _note(entry, error)
        # Whatever an implementation raises is its own failure, and no reason to stop the others:
        # pytest.fail and CancelledError are no Exception, and neither is what sys.exit() raises.
        except BaseException as error:  # noqa: BLE001
            _note(entry, error)
            self.failures.append((self._nodes[entry.name], error))

    @contextmanager
    def _guard_race(self, entry: Entry) -> Iterator[None]:
        with self._guard(entry):
            yield
        self._stop_if_asked()

    def _stop_if_asked(self) -> None:
        """With -x the first failure ends the race as well."""
        if self.failures and self.config.option.maxfail == 1:
            raise ImplementationsFailedError(self.failures)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A line for each implementation; the group's own failures as pytest puts them."""
        if isinstance(excinfo.value, ImplementationsFailedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The group stands where its first implementation does."""
        for implementation in self.group.implementations.values():
            code = getattr(inspect.unwrap(implementation.function), "__code__", None)
            if code is not None and Path(code.co_filename) == self.path:
                return self.path, code.co_firstlineno - 1, self.name
        return self.path, 0, self.name


class ImplementationsFailedError(Exception):
    """Some implementations of a group failed; the rest were measured."""

    def __init__(self, failures: list[tuple[ImplementationNode, BaseException]]) -> None:
        super().__init__("\n".join(f"{node.name}: {reason(error)}" for node, error in failures))


def _note(entry: Entry, error: BaseException) -> None:
    if isinstance(error, pytest.skip.Exception):
        entry.skipped = error.msg or "skipped"
    else:
        entry.failure = reason(error)
