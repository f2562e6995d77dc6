"""What the comparison does, from its options to its exit status."""

import argparse
import contextlib
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from benchmarks import floor_process, frameworks, provenance
from benchmarks.adapters.adapter import Adapter
from benchmarks.comparison import export, race, table
from benchmarks.comparison.choice import (
    UnknownOperationError,
    chosen_frameworks,
    chosen_operations,
    rounds_of,
)
from benchmarks.comparison.progress import progress_bar
from benchmarks.comparison.race import ServerGoneError
from benchmarks.comparison.result import FLOOR, OURS, Result
from benchmarks.comparison.trouble import explain
from benchmarks.exclusive import BusyError, exclusive
from benchmarks.measurement import Bench, one_line
from benchmarks.operations import Operation
from benchmarks.pinning import one_core
from benchmarks.server import Server, server
from benchmarks.tables import Tables

FAILED = 1
MISUSED = 2
INTERRUPTED = 130
COMMAND = "python benchmarks/bench_postgres_comparison.py"


def compare(options: argparse.Namespace) -> int:
    """Run the comparison that the options ask for; returns the exit status."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=table.FILE_WIDTH)
    try:
        operations = chosen_operations(options.operations)
        names = chosen_frameworks(options.frameworks)
    except (UnknownOperationError, frameworks.UnknownFrameworkError) as error:
        print(f"error: {error}", file=sys.stderr)
        return MISUSED
    except frameworks.MissingFrameworkError as error:
        if options.traceback:
            raise
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    if options.json is not None and not options.json.resolve().parent.is_dir():
        print(f"error: there is no folder for {options.json}", file=sys.stderr)
        return MISUSED
    warn_of_debug_build(names)
    try:
        with preferably_alone(), server() as running:
            result = measure(options, running, operations, names)
    except KeyboardInterrupt:
        print("interrupted before anything was measured", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        if options.traceback:
            raise
        print(f"error: {explain(error)}", file=sys.stderr)
        return FAILED
    return report(console, result, options.json)


@contextlib.contextmanager
def preferably_alone() -> Iterator[None]:
    """Keep recorded measurements away meanwhile; a look may be had while one of them runs."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(exclusive("the comparison"))
        except BusyError as error:
            print(f"warning: {error}: until then each disturbs the other", file=sys.stderr)
        yield


def warn_of_debug_build(names: Sequence[str]) -> None:
    """Say that ours are slower than they are, if they are measured and built for tests."""
    if not any(name in OURS for name in names):
        return
    try:
        debug = provenance.debug_build()
    except ImportError:
        # Said of each framework, as of any that is not installed.
        return
    if debug:
        print(
            "warning: data-bridge is built for tests, and looks slow; run make build-release",
            file=sys.stderr,
        )


def report(console: Console, result: Result, path: Path | None) -> int:
    """Show and write a result; returns the exit status."""
    if any(series.samples for series in result.series):
        table.show(console, result)
    if path is not None:
        try:
            export.write(result, path)
        except OSError as error:
            print(f"error: {path} cannot be written: {error.strerror}", file=sys.stderr)
            return FAILED
    if result.ended is not None:
        print(f"error: the run ended early: {result.ended}", file=sys.stderr)
        return INTERRUPTED if result.ended == "interrupted" else FAILED
    if not result.series:
        print("error: nothing could be measured", file=sys.stderr)
        for name, reason in result.run.left_out.items():
            print(f"error: {name}: {reason}", file=sys.stderr)
    return FAILED if result.failures() or not result.series else 0


def measure(
    options: argparse.Namespace,
    running: Server,
    operations: Sequence[Operation],
    names: Sequence[str],
) -> Result:
    """Measure the operations; what ends the run early is noted in the result."""
    with Tables(running.dsn) as tables, one_core(running.pid) as core:
        run = provenance.describe(
            tables.connection,
            loop=options.loop,
            profile=f"{options.rounds} rounds" if options.rounds else options.profile,
            pinned=core is not None and running.pid is not None,
            command=repeating(options),
        )
        result = Result(run)
        bench = Bench(running.dsn, tables, options.loop)
        try:
            adapters = open_all(bench, names, result)
            race_all(options, bench, operations, adapters, result)
        except KeyboardInterrupt:
            result.ended = "interrupted"
        except ServerGoneError as error:
            result.ended = str(error)
        finally:
            # A second Ctrl-C must not leave the tables behind.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            bench.close()
    return result


def repeating(options: argparse.Namespace) -> str:
    """What repeats the run; without paths, which are this machine's."""
    given = vars(options)
    names = ("operations", "frameworks", "rounds", "profile", "loop")
    return " ".join([COMMAND, *(f"--{name} {given[name]}" for name in names if given[name])])


def open_all(bench: Bench, names: Sequence[str], result: Result) -> list[tuple[str, Adapter]]:
    """Open the frameworks; those that cannot run are noted in the result."""
    adapters = []
    versions: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for name in names:
        if name == FLOOR:
            floor_process.build()
        try:
            kind = frameworks.load(name)
            adapters.append((name, bench.open(kind)))
            versions[name] = provenance.version_of(name, kind)
        except frameworks.MissingFrameworkError as error:
            left_out[name] = str(error)
        except Exception as error:
            # One framework's trouble with this server is not the others'.
            if not bench.tables.alive():
                raise ServerGoneError("the server stopped answering at the start") from error
            left_out[name] = one_line(error)
    result.run = replace(result.run, versions=versions, left_out=left_out)
    return adapters


def race_all(
    options: argparse.Namespace,
    bench: Bench,
    operations: Sequence[Operation],
    adapters: Sequence[tuple[str, Adapter]],
    result: Result,
) -> None:
    """Measure one operation after the other, and show how far it is."""
    with progress_bar() as progress:
        task = progress.add_task("", total=len(operations))
        for number, operation in enumerate(operations):
            rounds = options.rounds or rounds_of(operation, options.profile)
            # Of each way, and of what is entered twice.
            step = 1 / (rounds * (len(race.entries(operation, adapters)) + 1))

            def tick(label: str, title: str = operation.title, step: float = step) -> None:
                told = f"{title}: {label}"
                progress.update(task, advance=step, description=told, refresh=True)

            progress.update(task, description=f"{operation.title}: warming up", refresh=True)
            race.measure(bench, operation, adapters, rounds, result, tick)
            progress.update(task, completed=number + 1, refresh=True)
