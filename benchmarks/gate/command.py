"""The command: from the options to two sides, and from what was found to the exit status."""

import argparse
import sys

from rich.console import Console

from benchmarks.comparison.choice import UnknownOperationError, chosen_operations
from benchmarks.exclusive import BusyError, exclusive
from benchmarks.frameworks import UnknownFrameworkError, select
from benchmarks.gate import package, report, revision
from benchmarks.gate.comparing import Choice, compare
from benchmarks.gate.judging import Subject
from benchmarks.gate.outcome import EVEN, INTERRUPTED, UNMEASURED
from benchmarks.gate.package import PackageError
from benchmarks.gate.racing import Rounds
from benchmarks.gate.revision import Revision, RevisionError, find_revision
from benchmarks.gate.side import Side
from benchmarks.history.commit import HistoryError, listed
from benchmarks.operations import BASIC
from benchmarks.suites.suite import OURS

# In these the server does nearly all the work, or what is done more briefly by another one.
LEFT_OUT = {"count", "update_many", "delete_many", "insert_10000"}
DEFAULT = tuple(one for one in BASIC if one.name not in LEFT_OUT)


def run(options: argparse.Namespace) -> int:
    """Compare what the options ask for; returns the exit status."""
    try:
        with exclusive("the gate"):
            return gate(options)
    except (
        RevisionError,
        PackageError,
        HistoryError,
        BusyError,
        UnknownOperationError,
        UnknownFrameworkError,
    ) as error:
        if options.traceback:
            raise
        print(f"error: {error}", file=sys.stderr)
    except OSError as error:
        if options.traceback:
            raise
        print(f"error: {error.strerror}: {error.filename or package.FOLDER}", file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted before anything was measured", file=sys.stderr)
        return INTERRUPTED
    return UNMEASURED


def gate(options: argparse.Namespace) -> int:
    """Build both sides, measure them, and say what was found; returns the exit status.

    Raises:
        RevisionError: there is no such commit, or it is not what would be measured.
        PackageError: a side cannot be built.
        UnknownOperationError: there is no such operation.
        UnknownFrameworkError: there is no such framework of ours.
    """
    console = Console()
    if not console.is_terminal:
        console = Console(width=report.FILE_WIDTH)
    choice = chosen(options)
    base, head = find_revision(options.base), find_revision(options.head or "HEAD")
    check_tree(asked=options.head is not None)
    print(f"Base: {base.commit}\nHead: {head.commit}")
    if base.package == head.package and not options.even_if_same:
        print(f"Status {EVEN}: the package is the same: nothing to measure.")
        return EVEN
    sides = side("base", base), side("head", head)
    outcome = compare(*sides, choice, print)
    report.show(console, outcome)
    return outcome.status


def chosen(options: argparse.Namespace) -> Choice:
    """What the options choose.

    Raises:
        UnknownOperationError: there is no such operation.
        UnknownFrameworkError: there is no such framework of ours.
    """
    operations = chosen_operations(options.operations, DEFAULT)
    names = select(options.frameworks.split(",")) if options.frameworks else list(OURS)
    foreign = [name for name in names if name not in OURS]
    if foreign:
        raise UnknownFrameworkError(
            f"no commit changes {foreign[0]}; choose from {', '.join(OURS)}"
        )
    subjects = [Subject(one.name, name) for one in operations for name in names]
    rounds = Rounds(options.rounds, options.rounds) if options.rounds else Rounds()
    return Choice(subjects, rounds, not options.no_instructions)


def check_tree(*, asked: bool) -> None:
    """Say what is not measured, or by what it is measured, since no commit has it.

    Args:
        asked: whether head was named.

    Raises:
        RevisionError: head was not named, and the package's sources are not committed.
    """
    changed = revision.changed_sources()
    if changed and not asked:
        raise RevisionError(
            f"{listed(changed)} differ from HEAD, which would be measured without them;"
            " commit first, or ask for it by --head HEAD"
        )
    if changed:
        print(
            f"warning: {listed(changed)}: not committed, and not measured",
            file=sys.stderr,
        )
    measuring = revision.changed_measuring()
    if measuring:
        print(
            f"warning: {listed(measuring)}: not committed, and both sides are measured with it",
            file=sys.stderr,
        )


def side(label: str, revision: Revision) -> Side:
    """A side with its package, built unless it is there.

    Raises:
        PackageError: it cannot be built.
    """
    return Side(label, package.install(revision, print), package.FOLDER / f"{label}.log")
