"""What all files here need: groups made from an operation and the frameworks' adapters.

An operation of the benchmarks stands in `benchmarks.operations`, and how a framework does it in
`benchmarks.adapters`. Here they become a `BenchmarkGroup`; nothing is done a second time.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from benchmarks import frameworks
from benchmarks.adapters.adapter import Adapter
from benchmarks.measurement import WrongResultError, check_value
from benchmarks.operations import BY_NAME, Arguments, Operation
from benchmarks.tables import Tables
from data_bridge.test import BenchmarkGroup

# The frameworks compared, and the session-scoped fixture in conftest.py that opens each.
FIXTURES = {
    "data_bridge_orm": "data_bridge_db",
    "data_bridge_driver": "data_bridge_pool",
    "asyncpg": "asyncpg_pool",
    "psycopg2": "psycopg2_conn",
    "sqlalchemy": "sqlalchemy_engine",
}


@dataclass(frozen=True)
class Subject:
    """What one implementation measures: an operation, a framework by its fixture, and a way."""

    operation: Operation
    fixture: str
    way: str


def operation_group(name: str, operation: str) -> BenchmarkGroup:
    """The group of an operation: every framework, in every way that it can do it.

    A framework that is not installed is in the group as well, and shown as skipped.
    """
    found = BY_NAME[operation]
    group = BenchmarkGroup(name, batch=found.batch)
    for framework, fixture in FIXTURES.items():
        try:
            adapter = frameworks.load(framework)
        except frameworks.MissingFrameworkError as error:
            group.add(framework)(_missing(str(error)))
            continue
        for way in adapter.method_names(found.method):
            title = " ".join([adapter.title, *way.split("_")]).rstrip()
            call = _async_call() if adapter.kind == "async" else _sync_call()
            # The fixture `trial` reads here whom it is for.
            vars(call)["subject"] = Subject(found, fixture, way)
            group.add(title, setup=_prepare, check=_check)(call)
    return group


class Filled:
    """The tables, and whose calls have changed each since it was filled."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._changed: dict[str, Trial | None] = {}

    def create(self, table: str) -> None:
        """Make a table and fill it."""
        self.tables.create(table)
        self.tables.restore(table)

    def fill_again(self) -> None:
        """Give all tables that were changed their rows back."""
        self.tables.connection.execute("SELECT 1")
        for table in list(self._changed):
            self.take(table, None)

    def take(self, table: str, trial: "Trial | None") -> None:
        """End whoever's series of calls the table is in, and fill it for a new one."""
        if table in self._changed:
            self.give_back(table)
            self.tables.restore(table)
            del self._changed[table]
        if trial is not None:
            self._changed[table] = trial

    def give_back(self, table: str) -> None:
        """End the series of calls that the table is in; its rows stay as they are."""
        holder, self._changed[table] = self._changed[table], None
        if holder is not None:
            holder.end_series()

    def is_held_by(self, trial: "Trial") -> bool:
        """Whether the table is in this one's series of calls."""
        return self._changed.get(trial.adapter.table) is trial


class Trial:
    """One implementation's calls: arguments before each, a check after it.

    Calls that change the table come in series. A series starts from a filled table with a call that
    is not timed. It ends after as many as the operation says, when another way of the framework
    wants the table, or with the group; the rows that it left are checked then.
    """

    def __init__(self, subject: Subject, adapter: Adapter, filled: Filled) -> None:
        self.operation = subject.operation
        self.adapter = adapter
        self.function: Callable[..., Any] = adapter.way(subject.operation, subject.way)
        self.arguments: Arguments = ()
        self._preparation = adapter.preparation(subject.operation, subject.way)
        self._filled = filled
        self._done = 0
        # A call has begun, and its result has not been checked: it failed, if nothing comes.
        self._calling = False
        self._problem: str | None = None

    async def prepare(self) -> None:
        """Make the table and the arguments ready for the next call.

        Raises:
            WrongResultError: an earlier series of calls left other rows than it should.
        """
        operation, filled = self.operation, self._filled
        if operation.changes and not (filled.is_held_by(self) and self._done < operation.calls):
            filled.take(self.adapter.table, self)
            self._complain()
            self._done = 0
            await self._take_arguments(0)
            await _result(self.function(*self.arguments))
        self._done += 1
        await self._take_arguments(self._done)
        self._calling = True

    async def _take_arguments(self, k: int) -> None:
        self.arguments = self.operation.arguments(k)
        if self._preparation is not None:
            self.arguments = await _result(self._preparation(*self.arguments))

    def check(self, value: Any) -> None:
        """Compare what the call returned with what the operation says.

        Raises:
            WrongResultError: they differ.
        """
        check_value(self.operation, self.adapter, self._done, value)
        self._calling = False

    def end_series(self) -> None:
        """Compare the table's rows with what the calls should have left, if none has failed."""
        if self._calling:
            return
        operation, done, tables = self.operation, self._done, self._filled.tables
        expected = tables.expected((operation.name, done), lambda: operation.after(done))
        if tables.checksum(self.adapter.table) != expected:
            self._problem = f"the table holds other rows than {done} calls should leave"

    def finish(self) -> None:
        """End the last series.

        Raises:
            WrongResultError: it left other rows than it should.
        """
        if self._filled.is_held_by(self):
            self._filled.give_back(self.adapter.table)
        self._complain()

    def _complain(self) -> None:
        problem, self._problem = self._problem, None
        if problem is not None:
            raise WrongResultError(problem)


async def _prepare(trial: Trial) -> None:
    await trial.prepare()


def _check(value: Any, trial: Trial) -> None:
    trial.check(value)


async def _result(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


def _async_call() -> Callable[..., Any]:
    async def call(trial: Trial) -> Any:
        return await trial.function(*trial.arguments)

    return call


def _sync_call() -> Callable[..., Any]:
    def call(trial: Trial) -> Any:
        return trial.function(*trial.arguments)

    return call


def _missing(reason: str) -> Callable[..., Any]:
    def call() -> None:
        pytest.skip(reason)

    return call
