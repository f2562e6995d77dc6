"""What the command does, from its options to its exit status."""

import argparse
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from benchmarks import floor_process, frameworks, journal, provenance
from benchmarks.comparison.choice import UnknownOperationError, chosen_frameworks
from benchmarks.comparison.command import INTERRUPTED, warn_of_debug_build
from benchmarks.comparison.progress import progress_bar
from benchmarks.comparison.race import ServerGoneError
from benchmarks.comparison.trouble import explain
from benchmarks.exclusive import BusyError, exclusive
from benchmarks.journal import Journal, JournalError, Run, Writer
from benchmarks.measure import showing
from benchmarks.measure.choice import UnknownStudyError, chosen_phases
from benchmarks.measure.keeping import Collected, Keeper
from benchmarks.measure.phase import Phase, Place
from benchmarks.measure.refusal import RefusalError, require_recordable, require_unchanged
from benchmarks.pinning import one_core
from benchmarks.server import Server, server
from benchmarks.tables import Tables

RESULTS = provenance.ROOT / "results"
COMMAND = "python -m benchmarks.measure"
FAILED = 1
MISUSED = 2


def run(options: argparse.Namespace) -> int:
    """Do what the options ask for; returns the exit status."""
    handler = signal.getsignal(signal.SIGINT)
    try:
        if options.show is not None:
            return showing.show(journal.load(options.show))
        names = chosen_frameworks(options.frameworks)
        phases = chosen_phases(options.operations, options.studies, options.profile)
        with exclusive("benchmarks.measure"):
            if options.operations or options.studies or options.frameworks:
                return look(options, names, phases)
            return record(options, names, phases)
    except (UnknownOperationError, UnknownStudyError, frameworks.UnknownFrameworkError) as error:
        print(f"error: {error}", file=sys.stderr)
        return MISUSED
    except KeyboardInterrupt:
        print("interrupted before anything was measured", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        if options.traceback:
            raise
        print(f"error: {reason(error)}", file=sys.stderr)
        return FAILED
    finally:
        signal.signal(signal.SIGINT, handler)


def reason(error: Exception) -> str:
    """One line about an error that ended the run."""
    ours = (
        BusyError,
        JournalError,
        RefusalError,
        ServerGoneError,
        frameworks.MissingFrameworkError,
    )
    return str(error) if isinstance(error, ours) else explain(error)


def look(options: argparse.Namespace, names: Sequence[str], phases: Sequence[Phase]) -> int:
    """Measure a part and print it; nothing is kept that could be taken for the whole."""
    warn_of_debug_build(names)
    with server() as running, Tables(running.dsn) as tables, pinned(running) as core:
        place = place_of(options, running, tables, core, names)
        collected = Collected(Journal(place.run))
        ended = attempt(options, place, phases, collected)
    collected.journal.whole = ended is None
    status = showing.show(collected.journal, "A part of the benchmarks, which is not kept.")
    if ended is not None:
        print(f"{ended.line}; {progress_of(collected, phases)}", file=sys.stderr)
        return ended.status
    return status


def record(options: argparse.Namespace, names: Sequence[str], phases: Sequence[Phase]) -> int:
    """Measure everything into the journal of this commit, machine and loop."""
    require_recordable()
    with server() as running, Tables(running.dsn) as tables, pinned(running) as core:
        place = place_of(options, running, tables, core, names)
        path = journal.path_of(RESULTS, place.run)
        shown = path.relative_to(RESULTS.parent)
        if journal.is_whole(path) and not options.again:
            print(f"{shown} is there already; --again measures this commit anew.")
            return 0
        if not path.parent.exists():
            print(
                f"This machine has no results yet; they will be kept in {shown.parent} "
                "(--machine gives it another name)."
            )
        with Writer(RESULTS, place.run) as writer:
            introduce(writer, phases)
            commit = place.run.commit
            ended = attempt(options, place, phases, writer, lambda: require_unchanged(commit))
            measured = progress_of(writer, phases)
            if ended is None:
                writer.finish()
    if ended is not None:
        line = f"{ended.line}; {measured} and kept, and the next run goes on from there"
        print(line, file=sys.stderr)
        return ended.status
    print(f"{shown} is whole; --show {shown} prints it.")
    found = journal.load(path)
    for failure in showing.failures(found):
        print(f"error: no figures: {failure}", file=sys.stderr)
    return FAILED if found.failures else 0


def introduce(writer: Writer, phases: Sequence[Phase]) -> None:
    """Say what an earlier run left."""
    for path in writer.aside:
        print(f"An unfinished run under other conditions is set aside as {path.name}.")
    if writer.done:
        print(f"Going on with a run that was interrupted: {progress_of(writer, phases)}.")


def progress_of(keeper: Keeper, phases: Sequence[Phase]) -> str:
    """How far a run is."""
    everything = {subject for phase in phases for subject in phase.subjects}
    return f"{len(set(keeper.done) & everything)} of {len(everything)} subjects are measured"


@dataclass(frozen=True)
class Ended:
    """Why a run did not come to its end: in one line, and as an exit status."""

    line: str
    status: int


def attempt(
    options: argparse.Namespace,
    place: Place,
    phases: Sequence[Phase],
    keeper: Keeper,
    check: Callable[[], None] = lambda: None,
) -> Ended | None:
    """As `measure`, but returns what came in between, if anything did."""
    try:
        measure(place, phases, keeper, check)
    except KeyboardInterrupt:
        return Ended("interrupted", INTERRUPTED)
    except Exception as error:
        if options.traceback:
            raise
        return Ended(f"error: {reason(error)}", FAILED)
    return None


@contextmanager
def pinned(running: Server) -> Iterator[int | None]:
    """Server and client on one core; the core, or None where the server is not ours."""
    with one_core(running.pid) as core:
        yield core if running.pid is not None else None


def place_of(
    options: argparse.Namespace,
    running: Server,
    tables: Tables,
    core: int | None,
    names: Sequence[str],
) -> Place:
    """Where everything is measured, with the description of the run."""
    floor_process.build()
    versions: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for name in names:
        try:
            versions[name] = provenance.version_of(name, frameworks.load(name))
        except frameworks.MissingFrameworkError as error:
            left_out[name] = str(error)
    described: Run = provenance.describe(
        tables.connection,
        loop=options.loop,
        profile=options.profile,
        pinned=core is not None,
        command=repeating(options),
        name=options.machine,
    )
    described = replace(described, versions=versions, left_out=left_out)
    return Place(running, tables, list(versions), described, options.profile)


def repeating(options: argparse.Namespace) -> str:
    """What repeats the run."""
    given = vars(options)
    names = ("operations", "studies", "frameworks", "profile", "loop")
    return " ".join([COMMAND, *(f"--{name} {given[name]}" for name in names if given[name])])


def measure(
    place: Place, phases: Sequence[Phase], keeper: Keeper, check: Callable[[], None]
) -> None:
    """Measure the subjects of all phases that are not done, each kept as soon as it is whole.

    Args:
        place: where and how.
        phases: what.
        keeper: gets the figures.
        check: raises where what was measured must not be kept.

    Raises:
        ServerGoneError: the server stopped answering.
        JournalError: what was measured cannot be written.
    """
    with progress_bar() as progress:
        everything = [subject for phase in phases for subject in phase.subjects]
        done = set(keeper.done)
        bar = progress.add_task("", total=len(everything), completed=len(done))

        def tell(what: str, step: float) -> None:
            progress.update(bar, advance=step, description=what, refresh=True)

        for phase in phases:
            left = [subject for subject in phase.subjects if subject not in done]
            if not left:
                continue
            with phase.opened(replace(place, tell=tell)) as measured:
                try:
                    for subject in left:
                        found = measured(subject)
                        check()
                        keeper.keep(subject, found)
                        progress.update(bar, completed=len(keeper.done), refresh=True)
                except BaseException:
                    # A second Ctrl-C must leave neither tables behind nor a server.
                    signal.signal(signal.SIGINT, signal.SIG_IGN)
                    raise
