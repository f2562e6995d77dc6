"""One side of the comparison: its process, and what is asked of it; no wait is without an end."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.comparison.race import ServerGoneError
from benchmarks.gate.judging import Subject
from benchmarks.history.commit import ROOT, last_line
from benchmarks.measurement import ROUND_SECONDS, Sample

WORKER = "benchmarks.gate.worker"
# A worker ends what takes longer by itself; this is for one that cannot.
ANSWER_SECONDS = 2 * ROUND_SECONDS
END_SECONDS = 15.0


class SideError(Exception):
    """A side cannot be measured any more. The message is one line."""


class OperationError(Exception):
    """A side cannot do an operation. The message is one line.

    Attributes:
        lacking: whether its package has not got it, being older.
    """

    def __init__(self, message: str, *, lacking: bool) -> None:
        super().__init__(message)
        self.lacking = lacking


@dataclass(frozen=True)
class Side:
    """What is measured.

    Attributes:
        label: "base" or "head".
        packages: the folder in which its package is installed; None for where this process has it.
        log: the file that gets what its process says.
    """

    label: str
    packages: Path | None
    log: Path


@dataclass
class Running:
    """A side with its process."""

    side: Side
    process: "subprocess.Popen[bytes]"
    received: bytearray = field(default_factory=bytearray)

    def choose(self, subject: Subject) -> str:
        """The quickest way of an operation.

        Raises:
            OperationError: the side cannot do it.
            SideError: the process is gone, or does not answer.
            ServerGoneError: the server is gone.
        """
        return str(self.ask(subject)["way"])

    def round(self, subject: Subject, way: str) -> Sample:
        """What one round took.

        Raises:
            As `choose`.
        """
        answer = self.ask(subject, way=way)
        return Sample(answer["wall"], answer["cpu"])

    def ask(self, subject: Subject, **more: str) -> dict[str, Any]:
        """Send a request about a subject and wait for the answer."""
        doing = f"in {subject.operation} of {subject.framework}"
        answer = self.exchange({**subject._asdict(), **more}, doing)
        if "gone" in answer:
            raise ServerGoneError(f"the server stopped answering {doing} of {self.side.label}")
        if "failure" in answer:
            raise OperationError(answer["failure"], lacking=answer["lacking"])
        return answer

    def exchange(self, request: dict[str, Any], doing: str) -> dict[str, Any]:
        """Send a request and wait for the answer."""
        if self.process.stdin is None:
            raise SideError(f"the process of {self.side.label} was started without pipes")
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self.ended(doing) from None
        answer: dict[str, Any] = json.loads(self.line(doing))
        return answer

    def line(self, doing: str) -> bytes:
        """The next line that the process writes."""
        if self.process.stdout is None:
            raise SideError(f"the process of {self.side.label} was started without pipes")
        descriptor = self.process.stdout.fileno()
        until = time.monotonic() + ANSWER_SECONDS
        while b"\n" not in self.received:
            rest = until - time.monotonic()
            if rest <= 0 or not select.select([descriptor], [], [], rest)[0]:
                raise SideError(
                    f"the process of {self.side.label} did not answer for"
                    f" {ANSWER_SECONDS:.0f} s {doing}"
                )
            part = os.read(descriptor, 1 << 16)
            if not part:
                raise self.ended(doing)
            self.received += part
        found, _, rest_of_it = bytes(self.received).partition(b"\n")
        self.received[:] = rest_of_it
        return found

    def ended(self, doing: str) -> SideError:
        """What to say of a process that is gone."""
        try:
            status = self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            return SideError(f"the process of {self.side.label} closed its output {doing}")
        how = f"status {status}" if status >= 0 else signal.Signals(-status).name
        said = self.side.log.read_text(errors="replace")
        words = f": {last_line(said)}" if said.strip() else ""
        return SideError(f"the process of {self.side.label} ended by {how} {doing}{words}")


@contextmanager
def running(side: Side, dsn: str) -> Iterator[Running]:
    """A side's process, from its start to its end.

    Args:
        side: what is measured.
        dsn: a database with a place of its own for the side's tables.

    Raises:
        SideError: it does not start, or has another package than the side's.
    """
    with side.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", WORKER],
            cwd=ROOT,
            env=environment(side),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            # Ctrl-C is for the gate, which has something to print before it ends.
            start_new_session=True,
        )
    try:
        found = Running(side, process)
        packages = None if side.packages is None else str(side.packages)
        answer = found.exchange({"packages": packages, "dsn": dsn}, "at its start")
        if "error" in answer:
            raise SideError(f"{side.label}: {answer['error']}")
        yield found
    finally:
        end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    """Let a process drop its tables and end, and see to it that it does."""
    try:
        # Closes its input, which is what it ends with, and reads what it still has to say.
        process.communicate(timeout=END_SECONDS)
    except (BrokenPipeError, subprocess.TimeoutExpired):
        # It ended by itself, or does not.
        pass
    finally:
        # Also where a second Ctrl-C came in between.
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


def environment(side: Side) -> dict[str, str]:
    """The environment of a side's process: what is the same for both, and where its package is."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    paths = [str(path) for path in (side.packages, ROOT) if path is not None]
    # The order of sets and the layout of dicts must not tell the sides apart.
    return kept | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0"}
