"""asv, run for one commit at a time on one server."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from benchmarks.history.commit import ROOT, Commit
from benchmarks.history.results import Results
from benchmarks.server import Server
from benchmarks.suites.suite import POSTMASTER, PROFILE

LOG = ROOT / ".asv" / "history.log"
PERCENT = re.compile(r"\[\s*([\d.]+)%\]\W*(.*)")


@dataclass(frozen=True)
class Run:
    """Runs of asv on one server.

    Attributes:
        server: where the suites measure.
        results: of this machine, in the environment.
        environment: what asv is asked for.
        profile: how thorough.
        again: whether what has results already is measured anew.
    """

    server: Server
    results: Results
    environment: str
    profile: str
    again: bool = False

    def commit(self, commit: Commit) -> str | None:
        """Measure one commit; returns what went wrong, in one line."""
        command = [sys.executable, "-m", "asv", "run", "HASHFILE:-"]
        command += ["--machine", self.results.machine, "--environment", self.environment]
        command += ["--bench", self.results.pattern]
        if not self.again:
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
