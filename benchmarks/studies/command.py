"""Runs studies one after the other, each subject shown as soon as it is measured."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence

from rich.console import Console
from rich.live import Live
from rich.text import Text

from benchmarks.comparison.race import ServerGoneError
from benchmarks.figure import Failure, Figure
from benchmarks.pinning import one_core
from benchmarks.server import server
from benchmarks.studies import table
from benchmarks.studies.study import Context, Profile, Study
from benchmarks.tables import Tables

FAILED = 1


def run(studies: Sequence[Study], names: Sequence[str], loop: str, profile: Profile) -> int:
    """Run studies and print what they found; returns the exit status."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=table.FILE_WIDTH)
    failed = False
    with server() as running, Tables(running.dsn) as tables, one_core(running.pid) as core:
        version = tables.connection.info.parameter_status("server_version")
        pinned = core is not None and running.pid is not None
        where = "server and client on one core" if pinned else "not pinned to a core"
        console.print(f"PostgreSQL {version}, {loop}, profile {profile}, {where}.")
        with (
            progress() as tell,
            Context(running, tables, names, loop, profile, tell) as context,
        ):
            for name, reason in context.left_out.items():
                console.print(Text(f"Left out: {name}: {reason}"))
            if not context.kinds:
                print("error: nothing can be measured", file=sys.stderr)
                return FAILED
            for study in studies:
                for subject in study.subjects(profile):
                    found: list[Figure | Failure] = []
                    try:
                        found.extend(study.measure(context, subject))
                    except ServerGoneError as error:
                        print(f"error: the run ended early: {error}", file=sys.stderr)
                        return FAILED
                    finally:
                        table.show(console, study, subject, found)
                    failed = failed or any(isinstance(one, Failure) for one in found)
    return FAILED if failed else 0


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Yield what shows what is being measured, on standard error where that is a terminal.

    It draws only when it is told, between rounds: a thread that turns a wheel would be measured.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _what: None
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield lambda what: live.update(Text(what), refresh=True)
