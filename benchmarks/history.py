"""Measure commits of this repository with asv, as many as have no results yet.

    python -m benchmarks.history [RANGE]

Without RANGE: until the newest five commits that can be built have results on this machine. With
one, as `git log` takes it (`v0.1..main`, `HEAD~1^!`): all of its commits. Either goes on where an
earlier run was interrupted.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from benchmarks import floor_process, machine
from benchmarks.measured import ROOT, Results
from benchmarks.server import Server, ServerError, server
from benchmarks.suite import POSTMASTER, PROFILE, PROFILES

NEWEST = 5
# A commit that does not build does not count towards the newest five; so many are tried in all.
TRIED = 15
LOG = ROOT / ".asv" / "history.log"
INTERRUPTED = 130
NOTHING = "Every commit has results already."
PERCENT = re.compile(r"\[\s*([\d.]+)%\]\W*(.*)")


class HistoryError(Exception):
    """Nothing can be measured. The message is one line that says what to do."""


@dataclass(frozen=True)
class Commit:
    """A commit and what it says of itself."""

    identifier: str
    subject: str

    def __str__(self) -> str:
        return f"{self.identifier[:8]} {self.subject}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; returns the exit status."""
    options = parser().parse_args(arguments)
    try:
        return measure(options)
    except KeyboardInterrupt:
        print("\ninterrupted; what was measured is kept, and the next run goes on from there")
        return INTERRUPTED
    except (HistoryError, ServerError, LookupError) as error:
        print(f"error: {error}", file=sys.stderr)
    except ImportError as error:
        print(f"error: {error.name} is not installed; run make build-release", file=sys.stderr)
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
        default="short",
        help="short: a minute a commit; full: as many rounds as the comparison",
    )
    found.add_argument("--machine", help="name of this machine in results/")
    return found


def measure(options: argparse.Namespace) -> int:
    """Measure what the options ask for; returns the exit status."""
    name = options.machine or machine.neutral_name()
    try:
        machine.register(name)
    except subprocess.CalledProcessError as error:
        raise HistoryError(f"asv machine failed: {last_line(error.stderr)}") from error
    environment = f"virtualenv:{sys.version_info.major}.{sys.version_info.minor}"
    results = Results(name, environment)
    commits = list_commits(options.range)
    floor_process.build()
    asked = set(commits) if options.range else set()
    started = time.monotonic()
    with server() as running:
        run = Run(running, results, environment, options.profile)
        print(f"Machine {name}, {environment}; asv's own words go to {LOG.relative_to(ROOT)}.")
        troubles = [run.commit(commit) for commit in unmeasured(results, commits, asked)]
    minutes = (time.monotonic() - started) / 60
    print(f"{len(troubles)} commits measured in {minutes:.1f} minutes." if troubles else NOTHING)
    for trouble in filter(None, troubles):
        print(f"error: {trouble}", file=sys.stderr)
    # A commit of the past that does not build is a fact, and no failure of this run.
    return 1 if asked and any(troubles) else 0


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


def list_commits(span: str | None) -> list[Commit]:
    """The commits of a range, or the newest, the newest first.

    Raises:
        HistoryError: git does not know the range, or there is no repository.
    """
    limit = [span] if span else ["--first-parent", f"--max-count={TRIED}", "HEAD"]
    command = ["git", "log", "--format=%H %s", *limit, "--"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise HistoryError(f"git does not know {span or 'HEAD'}: {last_line(done.stderr)}")
    pairs = (line.partition(" ") for line in done.stdout.splitlines())
    return [Commit(identifier, subject) for identifier, _, subject in pairs]


@dataclass(frozen=True)
class Run:
    """Runs of asv on one server.

    Attributes:
        server: where the suites measure.
        results: of this machine, in the environment.
        environment: what asv is asked for.
        profile: how thorough.
    """

    server: Server
    results: Results
    environment: str
    profile: str

    def commit(self, commit: Commit) -> str | None:
        """Measure one commit; returns what went wrong, in one line."""
        command = [sys.executable, "-m", "asv", "run", "HASHFILE:-"]
        command += ["--machine", self.results.machine, "--environment", self.environment]
        command += ["--skip-existing-successful"]
        LOG.parent.mkdir(exist_ok=True)
        with LOG.open("a") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.variables(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            with process:
                if process.stdin is not None:
                    process.stdin.write(commit.identifier)
                    process.stdin.close()
                follow(commit, process.stdout or (), log)
        state = self.results.state(commit.identifier)
        if not state.builds:
            return f"{commit}: not built or not measured; {LOG.relative_to(ROOT)} tells why"
        if not state.complete:
            return f"{commit}: {state.wanted - state.measured} of {state.wanted} not measured"
        return None

    def variables(self) -> dict[str, str]:
        """The environment of asv and its suites.

        The server goes this way and not into asv's matrix, which would make a new series of each.
        """
        # Of the interpreter that the tree is built for; asv's environments have their own.
        kept = {name: value for name, value in os.environ.items() if name != "PYO3_PYTHON"}
        kept |= {"DATABASE_URL": self.server.dsn, PROFILE: self.profile}
        # asv takes the first python3.x there; a version manager may have put one that does not run.
        kept["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
        return kept | ({POSTMASTER: str(self.server.pid)} if self.server.pid else {})


def follow(commit: Commit, lines: Iterable[str], log: TextIO) -> None:
    """Copy asv's output to the log and show how far it is."""
    shown = ""
    for line in lines:
        log.write(line)
        log.flush()
        found = PERCENT.search(line)
        if found and sys.stdout.isatty():
            shown = f"{commit}: {float(found[1]):.0f} % {found[2]}"[:79]
            print(f"\r{shown:79}", end="", flush=True)
    print(f"\r{commit!s:79}" if shown else commit)


def last_line(text: str) -> str:
    """The last line of a command's complaint."""
    return (text.strip().splitlines() or ["no message"])[-1]


if __name__ == "__main__":
    sys.exit(main())
