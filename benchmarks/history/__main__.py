"""Measure commits of this repository with asv, as many as have no results yet.

    python -m benchmarks.history [RANGE] [--profile quick|regular|full]

Without RANGE: until the newest five commits that can be built have results on this machine. With
one, as `git log` takes it (`v0.1..main`, `HEAD~1^!`, `main` for all): all of its commits. Either
goes on where an earlier run was interrupted.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Sequence

from benchmarks import floor_process, machine
from benchmarks.exclusive import BusyError, exclusive
from benchmarks.history.commit import (
    ROOT,
    Commit,
    HistoryError,
    last_line,
    list_commits,
    require_clean,
)
from benchmarks.history.results import Results
from benchmarks.history.run import LOG, Run
from benchmarks.server import ServerError, server
from benchmarks.suites.profile import PROFILES, QUICK

NEWEST = 5
# A commit that does not build does not count towards the newest five; so many are tried in all.
TRIED = 15
INTERRUPTED = 130
NOTHING = "Every commit has results already."


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; returns the exit status."""
    options = parser().parse_args(arguments)
    try:
        with exclusive("the history of commits"):
            return measure(options)
    except KeyboardInterrupt:
        print("\ninterrupted; what was measured is kept, and the next run goes on from there")
        return INTERRUPTED
    except (HistoryError, ServerError, BusyError, LookupError) as error:
        print(f"error: {error}", file=sys.stderr)
    except ImportError as error:
        print(f"error: {error.name} is not installed; run make build-release", file=sys.stderr)
    except OSError as error:
        print(f"error: {error.strerror}: {error.filename or LOG}", file=sys.stderr)
    return 1


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    found = argparse.ArgumentParser(
        prog="python -m benchmarks.history",
        description="Measure commits that have no results on this machine.",
    )
    found.add_argument(
        "range",
        nargs="?",
        help=f"commits, as git log takes them (default: the newest {NEWEST})",
    )
    found.add_argument(
        "--profile",
        choices=list(PROFILES),
        default=QUICK,
        help="; ".join(f"{name}: {profile.promise}" for name, profile in PROFILES.items())
        + f" (default: {QUICK})",
    )
    found.add_argument("--machine", help="name of this machine in results/")
    found.add_argument(
        "--again", action="store_true", help="measure the commits of RANGE that have results, too"
    )
    return found


def measure(options: argparse.Namespace) -> int:
    """Measure what the options ask for; returns the exit status."""
    require_clean()
    name = machine.named(options.machine)
    commits = list_commits(options.range, None if options.range else TRIED)
    environment = f"virtualenv:{sys.version_info.major}.{sys.version_info.minor}"
    results = Results(name, environment, options.profile)
    introduce(results)
    floor_process.build()
    asked = set(commits) if options.range else set()
    started = time.monotonic()
    with server() as running:
        run = Run(running, results, environment, options.profile, options.again)
        print(
            f"Machine {name}, {environment}, {options.profile};"
            f" asv's own words go to {LOG.relative_to(ROOT)}."
        )
        chosen = iter(commits) if options.again else unmeasured(results, commits, asked)
        troubles = [run.commit(commit) for commit in chosen]
    minutes = (time.monotonic() - started) / 60
    print(f"{len(troubles)} commits measured in {minutes:.1f} minutes." if troubles else NOTHING)
    for trouble in filter(None, troubles):
        print(f"error: {trouble}", file=sys.stderr)
    # A commit of the past that does not build is a fact, and no failure of this run.
    return 1 if asked and any(troubles) else 0


def introduce(results: Results) -> None:
    """Tell asv about this machine, and a person about what is new or broken.

    Raises:
        HistoryError: asv does not take the machine.
    """
    if not results.known():
        print(f"This machine has no results yet; they will be kept as {results.machine}.")
    for path in results.set_broken_aside():
        print(f"{path.name} was cut short: it is kept as it is, and its commit measured again.")
    try:
        machine.register(results.machine)
    except subprocess.CalledProcessError as error:
        raise HistoryError(f"asv machine failed: {last_line(error.stderr)}") from error


def unmeasured(
    results: Results, commits: Sequence[Commit], asked: Collection[Commit]
) -> Iterator[Commit]:
    """The commits to measure, the newest first; what becomes of one decides about the next."""
    built = 0
    for commit in commits:
        if built == NEWEST and not asked:
            return
        if not results.state(commit.identifier).complete:
            yield commit
        built += results.state(commit.identifier).builds


if __name__ == "__main__":
    sys.exit(main())
