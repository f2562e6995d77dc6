"""Counting: record a client's conversation with a server, replay it to the client under valgrind.

Counted are the instructions of the client's process in one call, in a steady state: the framework,
the interpreter under it, and the C library; nothing of a server or of the kernel. What could make
two counts differ is fixed. All of it was found by comparing what two runs spent in each function:

- the order of hash tables: PYTHONHASHSEED; and the environment, whose size moves the stack;
- addresses: valgrind lays out memory the same way each time, threads share one arena of the C
  library, and the interpreter's own memory is brought into a known state (`client.settle_pools`);
- garbage collection: everything is collected before the calls, and nothing during them;
- reads: an answer is sent in one piece when the request is whole, so one read finds it all;
- authentication: the recorded server trusts everybody, so there is no nonce;
- the pool: one connection, so that it is the same for every call;
- what happens once in many calls (a table that grows): see `plan.Plan`.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from benchmarks.instructions import conversation
from benchmarks.instructions.plan import FRAMEWORKS, PLANS
from benchmarks.instructions.recorder import Recorder, RecordingError
from benchmarks.instructions.valgrind import InstructionsError, command, per_call
from benchmarks.server import Server, ServerError, embedded

ROOT = Path(__file__).resolve().parents[2]
CLIENT = "benchmarks.instructions.client"
REPLAYER = "benchmarks.instructions.replayer"
# The longest operation takes a tenth of it with a debug build.
CLIENT_SECONDS = 300.0
USER = "postgres"


class LackingError(InstructionsError):
    """The package has not got what the operation takes: it is older. The message is one line."""


# One operation by one framework.
Subject: TypeAlias = tuple[str, str]
# A number of instructions, or why there is none.
Count: TypeAlias = "int | InstructionsError"


def count(operation: str, framework: str, packages: Path | None = None) -> int:
    """The instructions of one call of an operation; takes some four seconds.

    Args:
        operation: one of `plan.PLANS`.
        framework: one of `plan.FRAMEWORKS`.
        packages: folder in which the package is installed; by default where this process has it.

    Raises:
        LackingError: the package lacks the operation.
        InstructionsError: valgrind is not installed, or something went wrong.
    """
    (found,) = counts([(operation, framework)], packages).values()
    if isinstance(found, InstructionsError):
        raise found
    return found


def counts(
    subjects: Sequence[Subject],
    packages: Path | None = None,
    tick: Callable[[Subject, Count], None] = lambda _subject, _count: None,
) -> dict[Subject, Count]:
    """The instructions of one call of each subject, as many at a time as there are cores.

    What else a core does changes no count.

    Args:
        subjects: pairs of operation and framework.
        packages: see `count`.
        tick: called with each subject and its count as soon as it is there, by any thread.

    Raises:
        InstructionsError: nothing can be counted here.
    """
    for operation, framework in subjects:
        if operation not in PLANS or framework not in FRAMEWORKS:
            raise InstructionsError(f"{operation} of {framework} is not counted")
    # Before a server is started.
    command(Path("unused"))
    with recording_server() as server, ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        counter = Counter(server, packages)

        def run(subject: Subject) -> Count:
            try:
                found: Count = counter.count(*subject)
            except InstructionsError as error:
                found = error
            except OSError as error:
                # A full disk, for one.
                found = InstructionsError(
                    f"{error.strerror}: {error.filename or tempfile.gettempdir()}"
                )
            tick(subject, found)
            return found

        try:
            return dict(zip(subjects, threads.map(run, subjects), strict=True))
        finally:
            # Interrupted: those that run end, and no other begins.
            threads.shutdown(cancel_futures=True)


@contextlib.contextmanager
def recording_server() -> Iterator[Server]:
    """A server of its own, whatever DATABASE_URL says: another might ask for a password.

    Raises:
        InstructionsError: it does not start.
    """
    try:
        with embedded() as server:
            yield server
    except ServerError as error:
        raise InstructionsError(str(error)) from error


@dataclass(frozen=True)
class Counter:
    """Counts what one package does.

    Attributes:
        server: whose conversation is recorded.
        packages: see `count`.
    """

    server: Server
    packages: Path | None

    def count(self, operation: str, framework: str) -> int:
        """See `count`."""
        subject = [operation, framework]
        with tempfile.TemporaryDirectory(prefix="data-bridge-") as name:
            folder = Path(name)
            self.record(subject, folder)
            output = folder / "callgrind"
            with replayed(folder, "_".join(subject)) as dsn:
                self.run([*command(output), *self.client(), *subject, dsn])
            return per_call(output, PLANS[operation])

    def record(self, subject: Sequence[str], folder: Path) -> None:
        """Record the client's conversation in a database of its own."""
        database = "_".join(subject)
        direct = self.create(database)
        target = Path(self.server.host) / f".s.PGSQL.{self.server.port}"
        (folder / "recorded").mkdir()
        try:
            with Recorder(folder / "recorded", target) as recorder:
                dsn = local(folder / "recorded").uri(database=database)
                self.run([*self.client(), *subject, dsn, "--check", direct])
            conversation.write(folder / "conversation", recorder.recorded())
        except RecordingError as error:
            raise InstructionsError(str(error)) from error

    def create(self, database: str) -> str:
        """Create a database; returns its DSN, past the recorder."""
        import psycopg
        from psycopg import sql

        name = sql.Identifier(database)
        try:
            with psycopg.connect(self.server.dsn, autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
                connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        except psycopg.Error as error:
            raise InstructionsError(
                f"the server is gone: {' '.join(str(error).split())}"
            ) from error
        return self.server.uri(database=database)

    def client(self) -> list[str]:
        """The client's command."""
        return [sys.executable, "-P", "-s", "-m", CLIENT]

    def run(self, words: Sequence[str]) -> None:
        """Run the client.

        Raises:
            LackingError: its package is older than the operation.
            InstructionsError: it failed.
        """
        try:
            done = subprocess.run(
                words,
                env=environment(self.packages),
                check=False,
                capture_output=True,
                text=True,
                timeout=CLIENT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise InstructionsError(f"the client took more than {CLIENT_SECONDS:.0f} s") from None
        if done.returncode == 0:
            return
        last = (done.stdout.strip() or done.stderr.strip() or "no message").splitlines()[-1]
        try:
            answer = json.loads(last)
        except ValueError:
            raise InstructionsError(f"the client ended with {done.returncode}: {last}") from None
        kind = LackingError if answer["lacking"] else InstructionsError
        raise kind(answer["error"])


@contextlib.contextmanager
def replayed(folder: Path, database: str) -> Iterator[str]:
    """The DSN of a process that replays the conversation in a folder; it names the same database.

    Raises:
        InstructionsError: the client did not say what was recorded.
    """
    words = [sys.executable, "-P", "-s", "-S", "-m", REPLAYER, str(folder)]
    process = subprocess.Popen(
        [*words, str(folder / "conversation")],
        env=environment(None),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        if process.stdout is None or process.stdin is None or not process.stdout.readline():
            raise InstructionsError("the replayer did not start")
        failure: InstructionsError | None = None
        try:
            yield local(folder).uri(database=database)
        except InstructionsError as error:
            failure = error
        process.stdin.close()
        trouble = process.stdout.read().strip()
    if trouble:
        raise InstructionsError(f"the replay failed: {trouble}") from failure
    if failure is not None:
        raise failure


def local(folder: Path) -> Server:
    """What listens in a folder, under the port that is in every socket's name."""
    return Server(host=str(folder), port=5432, user=USER, database=USER)


def environment(packages: Path | None) -> dict[str, str]:
    """The environment of the client: nothing of the caller's, so that it is always the same."""
    paths = [str(path) for path in (packages, ROOT) if path is not None]
    return {
        "LC_ALL": "C.UTF-8",
        # A second thread, which connects, would map memory of its own in between.
        "MALLOC_ARENA_MAX": "1",
        "PATH": os.defpath,
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(paths),
    }
