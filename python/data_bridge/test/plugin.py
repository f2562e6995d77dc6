"""The pytest plugin behind `dbtest`, which loads it; pytest alone never does.

It collects the groups of `bench_*.py`, runs async fixtures on the run's own event loop, and puts
its reporter in the place of pytest's.
"""

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest
from _pytest.config import ConftestImportFailure
from _pytest.config.argparsing import Parser
from _pytest.fixtures import FixtureDef, SubRequest

from data_bridge.test.advice import advice, reason
from data_bridge.test.comparison import Comparison, find
from data_bridge.test.event_loop import in_step, loop_of
from data_bridge.test.item import BenchmarkItem, BenchmarkModule
from data_bridge.test.progress import PROGRESS, Progress
from data_bridge.test.report.against import known_as
from data_bridge.test.selection import selector
from data_bridge.test.settings import SETTINGS, settings_of
from data_bridge.test.terminal import BenchmarkReporter

# Settings of pytest-asyncio, which dbtest keeps out since it would bring a loop of its own.
_ASYNCIO_SETTINGS = (
    "asyncio_mode",
    "asyncio_debug",
    "asyncio_default_fixture_loop_scope",
    "asyncio_default_test_loop_scope",
)


def pytest_addoption(parser: Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare what the command hands on."""
    parser.prog = "dbtest"
    group = parser.getgroup("dbtest")
    group.addoption("--dbtest-select", metavar="EXPR", help="groups to run, by name")
    group.addoption("--dbtest-format", metavar="FORMAT", help="what the report looks like")
    group.addoption(
        "--dbtest-output", metavar="FILE", action="append", default=[], help="where it goes"
    )
    group.addoption("--dbtest-baseline", metavar="NAME", help="whom the others are held against")
    group.addoption("--dbtest-rounds", metavar="N", help="timed rounds")
    group.addoption("--dbtest-against", metavar="FILE", help="an earlier run to compare with")
    group.addoption("--dbtest-fail-slower", metavar="PERCENT", help="how much slower is a failure")
    for name, words in (
        ("memory", "measure peak memory as well"),
        ("list", "list the groups, and run nothing"),
        ("traceback", "show tracebacks"),
        ("throughput", "show operations a second"),
    ):
        group.addoption(f"--dbtest-{name}", action="store_true", help=words)
    if pluginmanager.is_blocked("asyncio"):
        for name in _ASYNCIO_SETTINGS:
            parser.addini(name, "unused here", default=None)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Say in a line why a conftest.py cannot be imported, unless its traceback is wanted."""
    try:
        return (yield)
    except ConftestImportFailure as failure:
        if early_config.known_args_namespace.dbtest_traceback:
            raise
        words = f"{failure.path}: {reason(failure.cause)}"
        raise pytest.UsageError("; ".join(filter(None, (words, advice(failure.cause))))) from None
    except SystemExit as error:
        raise pytest.UsageError(f"a conftest.py ended the run: {reason(error)}") from error


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Check what is asked for, and put the benchmarks' reporter where pytest's is."""
    config.stash[SETTINGS] = settings_of(config)
    config.stash[PROGRESS] = Progress(config)
    manager = config.pluginmanager
    manager.unregister(manager.getplugin("terminalreporter"))
    manager.register(BenchmarkReporter(config), "terminalreporter")


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module:
    """Every Python file that is collected is a benchmark file."""
    module: BenchmarkModule = BenchmarkModule.from_parent(parent, path=module_path)
    return module


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: FixtureDef[Any], request: SubRequest
) -> Generator[None, Any, Any]:
    """Let pytest set up async fixtures as it does others, on the run's loop."""
    function = fixturedef.func
    vars(fixturedef)["func"] = in_step(function, loop_of(request.config))
    try:
        return (yield)
    finally:
        vars(fixturedef)["func"] = function


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[BenchmarkItem]) -> None:
    """Leave out what `-k` does not name."""
    expression = config.getoption("--dbtest-select")
    if expression:
        names = {item: (item.name, item.comparison.group) for item in items}
        selected = selector(expression, [name for each in names.values() for name in each])
        left_out = [item for item in items if not selected(names[item], item.path.name)]
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if item not in left_out]

    settings = config.stash[SETTINGS]
    comparisons = [item.comparison for item in items]
    _check_baseline(settings.baseline, comparisons)
    if settings.against is not None and comparisons:
        unmatched = settings.against.unmatched(comparisons)
        if len(unmatched) == len(comparisons):
            there = map(known_as, settings.against.report.comparisons)
            raise pytest.UsageError(
                f"{settings.against.name} is of other groups: it has {_listed(there)}; "
                f"this run has {_listed(unmatched)}"
            )


def _check_baseline(wanted: str | None, comparisons: list[Comparison]) -> None:
    entries = [entry for comparison in comparisons for entry in comparison.entries]
    if wanted is not None and entries and find(entries, [wanted]) is None:
        names = _listed(entry.name for entry in entries)
        raise pytest.UsageError(f"no implementation is called {wanted!r}; there are: {names}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names)) or "none"


def pytest_collection_finish(session: pytest.Session) -> None:
    """Tell the progress bar how much is to come."""
    session.config.stash[PROGRESS].groups = len(session.items)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """Hand the reporter the error itself, of which pytest keeps the text only."""
    report = yield
    excinfo = report.call.excinfo
    error = excinfo.value if excinfo else None
    # pytest wraps what an import raises in an error whose message is a traceback.
    if isinstance(error, pytest.Collector.CollectError) and error.__cause__ is not None:
        error = error.__cause__
    report.error = error
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Any, Any]:
    """Hand the reporter what was measured, and the error itself."""
    report = yield
    report.benchmark = item
    report.error = call.excinfo.value if call.excinfo else None
    if isinstance(item, BenchmarkItem) and call.when == "setup" and report.error is not None:
        item.could_not_begin(report.error)
    return report
