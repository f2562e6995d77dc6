"""Benchmark files and their groups as pytest knows them."""

import asyncio
import inspect
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from data_bridge.test.advice import reason
from data_bridge.test.comparison import Comparison, Entry
from data_bridge.test.event_loop import loop_of
from data_bridge.test.group import BenchmarkGroup, registered_groups
from data_bridge.test.implementation import ImplementationNode
from data_bridge.test.progress import PROGRESS
from data_bridge.test.race import Contestant, Track, laps, race
from data_bridge.test.schedule import schedule_for

# The group that is running, for who has to report an interrupted run.
RUNNING: "pytest.StashKey[BenchmarkItem]" = pytest.StashKey()


class BenchmarkModule(pytest.Module):
    """A benchmark file."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Import the file, and give the groups that it registered."""
        # Makes the module's own fixtures known. Tests that it may also hold are pytest's to run.
        list(super().collect())
        for group in registered_groups(vars(self.obj)):
            yield BenchmarkItem.of(self, group)


class BenchmarkItem(pytest.Function):
    """A group. One item for all its implementations, since they run in turn.

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
    def of(cls, module: BenchmarkModule, group: BenchmarkGroup) -> "BenchmarkItem":
        """The item of a group that `module` registered."""
        item: BenchmarkItem = cls.from_parent(module, name=group.name, callobj=lambda: None)
        item.group = group
        item.comparison = Comparison(
            group.name,
            [Entry(name) for name in group.implementations],
            schedule_for(group.batch).rounds,
            group.baseline,
        )
        item.failures, item._nodes, item._contestants = [], {}, []
        return item

    def setup(self) -> None:
        """Set up the autouse fixtures, then those of each implementation.

        One whose own fixtures fail is out; the others run.
        """
        if not self.group.implementations:
            pytest.fail(f"{self.group.name!r} has no implementations", pytrace=False)
        super().setup()
        for entry in self.comparison.entries:
            node = ImplementationNode.of(self, self.group.implementations[entry.name])
            self._nodes[entry.name] = node
            with self._guard(entry):
                node.enter()
                self._contestants.append(Contestant(entry, node.bind()))

    def runtest(self) -> None:
        """Race the implementations.

        Raises:
            ImplementationsFailedError: some failed; the others were measured all the same.
        """
        schedule = schedule_for(self.group.batch)
        progress = self.config.stash[PROGRESS]
        self.config.stash[RUNNING] = self
        with progress.of(self.name, laps(len(self._contestants), schedule)) as advance:

            def watch(entry: Entry, number: int) -> None:
                advance(entry.name, number, schedule.rounds)

            race(self._contestants, schedule, Track(loop_of(self.config), self._guard, watch))
        del self.config.stash[RUNNING]
        # Where pytest's own reports (JUnit) find the figures.
        for entry in self.comparison.ranking:
            figures = entry.measurement
            self.user_properties.append((f"{entry.name} ms", figures.milliseconds))
            self.user_properties.append((f"{entry.name} ops/s", figures.per_second))
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
        except pytest.exit.Exception:
            raise
        except pytest.skip.Exception as error:
            _note(entry, error)
        # Whatever an implementation raises is its own failure, and no reason to stop the others.
        except (Exception, pytest.fail.Exception, asyncio.CancelledError) as error:  # noqa: BLE001
            _note(entry, error)
            self.failures.append((self._nodes[entry.name], error))

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
        entry.failure = error
