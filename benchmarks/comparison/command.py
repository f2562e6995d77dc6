"""What the comparison does, from its options to its exit status."""

import argparse
import platform
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks import floor_process, frameworks
from benchmarks.adapters.adapter import Adapter
from benchmarks.comparison import export, table
from benchmarks.comparison.race import ServerGoneError, entries, race
from benchmarks.comparison.result import FLOOR, Result
from benchmarks.comparison.trouble import explain
from benchmarks.measurement import Bench, one_line
from benchmarks.operations import BASIC, OPERATIONS, Operation
from benchmarks.pinning import one_core
from benchmarks.server import Server, server
from benchmarks.tables import Tables

FAILED = 1
MISUSED = 2
INTERRUPTED = 130
# Rounds of each operation before those that count.
WARM_ROUNDS = 1


class UnknownOperationError(Exception):
    """No operation has such a name. The message is one line that names those there are."""


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
    try:
        with server() as running:
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


def report(console: Console, result: Result, path: Path | None) -> int:
    """Show and write a result; returns the exit status."""
    if any(series.samples for series in result.series):
        table.show(console, result)
    if path is not None:
        export.write(result, path)
    if result.ended is not None:
        print(f"error: the run ended early: {result.ended}", file=sys.stderr)
        return INTERRUPTED if result.ended == "interrupted" else FAILED
    if not result.series:
        print("error: nothing could be measured", file=sys.stderr)
        for name, reason in result.left_out.items():
            print(f"error: {name}: {reason}", file=sys.stderr)
    return FAILED if result.failures() or not result.series else 0


def chosen_operations(words: str) -> list[Operation]:
    """The operations of a list separated by commas; without any, the basic ones.

    A word is a name, or else a part of the names of basic ones.

    Raises:
        UnknownOperationError: a word is in no name.
    """
    chosen = set()
    for word in filter(None, map(str.strip, words.split(","))):
        names = {operation.name for operation in OPERATIONS}
        found = {word} & names or {one.name for one in BASIC if word in one.name}
        if not found:
            known = ", ".join(one.name for one in OPERATIONS)
            raise UnknownOperationError(f"there is no operation {word!r}; choose from {known}")
        chosen |= found
    if not chosen:
        return list(BASIC)
    return [operation for operation in OPERATIONS if operation.name in chosen]


def chosen_frameworks(words: str) -> list[str]:
    """The frameworks of a list separated by commas, or all; those asked for by name must be there.

    Raises:
        UnknownFrameworkError: one of them has no adapter.
        MissingFrameworkError: one of them is not installed.
    """
    if not words:
        return frameworks.names()
    names = frameworks.select(words.split(","))
    for name in names:
        frameworks.load(name)
    return names


def measure(
    options: argparse.Namespace,
    running: Server,
    operations: Sequence[Operation],
    names: Sequence[str],
) -> Result:
    """Measure the operations; what ends the run early is noted in the result."""
    with Tables(running.dsn) as tables, one_core(running.pid) as core:
        result = Result(
            loop=options.loop,
            core=core if running.pid is not None else None,
            server=tables.connection.info.parameter_status("server_version") or "",
            python=platform.python_version(),
        )
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


def open_all(bench: Bench, names: Sequence[str], result: Result) -> list[tuple[str, Adapter]]:
    """Open the frameworks; those that cannot run are noted in the result."""
    adapters = []
    for name in names:
        if name == FLOOR:
            floor_process.build()
            result.floor = "compiled" if floor_process.binary().exists() else "python"
        try:
            kind = frameworks.load(name)
            adapters.append((name, bench.open(kind)))
            result.versions[name] = frameworks.package_version(kind)
        except frameworks.MissingFrameworkError as error:
            result.left_out[name] = str(error)
        except Exception as error:
            # One framework's trouble with this server is not the others'.
            if not bench.tables.alive():
                raise ServerGoneError("the server stopped answering at the start") from error
            result.left_out[name] = one_line(error)
    return adapters


def race_all(
    options: argparse.Namespace,
    bench: Bench,
    operations: Sequence[Operation],
    adapters: Sequence[tuple[str, Adapter]],
    result: Result,
) -> None:
    """Measure one operation after the other, and show how far it is."""
    plan = []
    for operation in operations:
        rounds = options.rounds or operation.rounds
        plan.append((operation, rounds, entries(operation, adapters)))
    with progress_bar() as progress:
        steps = sum((WARM_ROUNDS + rounds) * len(racing) for _, rounds, racing in plan)
        task = progress.add_task("", total=steps)
        for operation, rounds, racing in plan:

            def tick(label: str, title: str = operation.title) -> None:
                progress.update(task, advance=1, description=f"{title}: {label}")

            race(bench, operation, racing, WARM_ROUNDS, tick)
            for series, _ in racing:
                series.samples.clear()
            # Before the race, so that an interrupted one leaves what it has.
            result.series += [series for series, _ in racing]
            race(bench, operation, racing, rounds, tick)


def progress_bar() -> Progress:
    """How far the run is, on standard error; nothing where that is no terminal."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
