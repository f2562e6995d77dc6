"""The file of one run: a line of JSON for what it is, and for each figure as it is measured.

    {"kind": "run", "format": 1, "commit": ..., "machine": ..., "versions": {...}, ...}
    {"kind": "figure", "study": "operations", "subject": "find_one", "samples": [...], ...}
    {"kind": "failure", ...}
    {"kind": "done", "study": "operations", "subject": "find_one"}
    {"kind": "end"}

Lines are only ever appended, each at once, so that whatever ends a run leaves what was measured.
A journal lies beside asv's results, `results/MACHINE/COMMIT-LOOP.jsonl`, and has that name only
when it is whole; until then it is `COMMIT-LOOP.part`, and a later run goes on with the subjects
that are not done. What it cannot go on with, since something else was measured, is set aside.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

from benchmarks.figure import Failure, Figure

FORMAT = 1
SUFFIX = ".jsonl"
PART = ".part"
ASIDE = ".aside"

# A study and one of its subjects: what is measured as a whole or not at all.
Subject: TypeAlias = tuple[str, str]


class JournalError(Exception):
    """A journal cannot be read or written. The message is one line."""


@dataclass(frozen=True)
class Run:
    """What was measured, where and with what: the first line.

    Attributes:
        commit: the commit that the package was built from, all forty digits.
        subject: the commit's first line.
        date: the commit's date, ISO 8601.
        machine: the machine's neutral name.
        hardware: what the machine is: cpu, num_cpu, ram, arch, os.
        loop: event loop of the async frameworks.
        profile: how thorough.
        pinned: whether server and client shared one core.
        server: version of PostgreSQL.
        settings: its settings that are not the defaults.
        python: version of the interpreter.
        versions: of the frameworks' packages, by framework.
        left_out: frameworks that could not run, and why.
        command: what repeats the run.
        dirty: whether package or benchmarks differ from the commit; never so in a journal's file.
    """

    commit: str
    subject: str
    date: str
    machine: str
    hardware: Mapping[str, str]
    loop: str
    profile: str
    pinned: bool
    server: str
    settings: Mapping[str, str]
    python: str
    versions: Mapping[str, str]
    left_out: Mapping[str, str]
    command: str
    dirty: bool = False

    @property
    def name(self) -> str:
        """The journal's file name without its suffix."""
        return f"{self.commit[:8]}-{self.loop}"


@dataclass
class Journal:
    """All that a journal holds.

    Attributes:
        run: what was measured.
        figures: the figures, in the order of the run; none of a subject that was not done.
        failures: what went wrong.
        done: the subjects that were measured to their end, each with its study before it.
        whole: whether the run came to its end.
    """

    run: Run
    figures: list[Figure] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    done: list[Subject] = field(default_factory=list)
    whole: bool = False


def path_of(results: Path, run: Run) -> Path:
    """Where a run's journal lies when it is whole."""
    return results / run.machine / f"{run.name}{SUFFIX}"


def load(path: Path) -> Journal:
    """Read a journal; what a cut or interrupted subject left is passed over.

    Raises:
        JournalError: there is no such file, or it is not a journal.
    """
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise JournalError(f"{path.name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise JournalError(f"{path.name} is not a journal of format {FORMAT}") from error
    documents = []
    for line in lines:
        try:
            documents.append(json.loads(line))
        except ValueError:
            # A line cut short by a full disk or a power cut; what follows it cannot be trusted.
            break
    try:
        return from_documents(documents)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise JournalError(f"{path.name} is not a journal of format {FORMAT}") from error


def is_whole(path: Path) -> bool:
    """Whether a file is a journal of a run that came to its end."""
    try:
        return load(path).whole
    except JournalError:
        return False


def from_documents(documents: Sequence[Mapping[str, Any]]) -> Journal:
    """The journal that these lines say."""
    first, *rest = map(dict, documents)
    if first.pop("kind") != "run" or first.pop("format") != FORMAT:
        raise ValueError(first)
    journal = Journal(Run(**first))
    figures: list[Figure] = []
    failures: list[Failure] = []
    for document in rest:
        match document.pop("kind"):
            case "figure":
                figures.append(Figure(**document))
            case "failure":
                failures.append(Failure(**document))
            case "done":
                journal.done.append((document["study"], document["subject"]))
            case "end":
                journal.whole = True
    done = set(journal.done)
    journal.figures = [one for one in figures if (one.study, one.subject) in done]
    journal.failures = [one for one in failures if (one.study, one.subject) in done]
    return journal


class Writer:
    """Writes one run's journal, and goes on with one that the same run began.

    Args:
        results: the folder `results/`.
        run: what is measured.

    Attributes:
        done: the subjects that are measured.
        aside: where an unfinished journal of another run went that was in the way.

    Raises:
        JournalError: it cannot be written.
    """

    def __init__(self, results: Path, run: Run) -> None:
        self.final = path_of(results, run)
        self.path = self.final.with_suffix(PART)
        self.done: list[Subject] = []
        self.aside: list[Path] = []
        source, kept = self.kept(run)
        # Anew, so that neither a half line nor a half subject stays in front of what follows; under
        # another name, so that a full disk costs nothing of what an earlier run kept.
        fresh = self.path.with_suffix(".new")
        try:
            fresh.parent.mkdir(parents=True, exist_ok=True)
            self.file = fresh.open("wb", buffering=0)
        except OSError as error:
            raise JournalError(f"{fresh.name} cannot be written: {error.strerror}") from error
        try:
            self.write("run", {"format": FORMAT, **asdict(run)})
            for figure in kept.figures if kept else ():
                self.figure(figure)
            for failure in kept.failures if kept else ():
                self.failure(failure)
            for study, subject in kept.done if kept else ():
                self.subject_done(study, subject)
            for path in (self.path, self.final):
                self.set_aside(path, source)
            fresh.replace(self.path)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def kept(self, run: Run) -> tuple[Path | None, Journal | None]:
        """What an earlier run measured under the same conditions and did not finish, and where.

        It may have had its final name already, and been cut short since.
        """
        for path in (self.path, self.final):
            try:
                found = load(path)
            except JournalError:
                continue
            if found.run == run and not found.whole:
                return path, found
        return None, None

    def set_aside(self, path: Path, source: Path | None) -> None:
        """Rename an unfinished journal, unless this one has taken over all that is in it."""
        if path == source or not path.exists() or is_whole(path):
            return
        aside = path.with_name(path.name + ASIDE)
        path.replace(aside)
        self.aside.append(aside)

    def write(self, kind: str, document: Mapping[str, Any]) -> None:
        """Append one line.

        Raises:
            JournalError: the disk is full, or the file is gone.
        """
        line = (json.dumps({"kind": kind, **document}) + "\n").encode()
        try:
            # The last that fits on a disk is written without an error.
            while line:
                line = line[self.file.write(line) :]
        except OSError as error:
            raise JournalError(f"{self.path.name} cannot be written: {error.strerror}") from error

    def figure(self, figure: Figure) -> None:
        """Append a figure; see `write`."""
        self.write("figure", figure.as_json())

    def failure(self, failure: Failure) -> None:
        """Append a failure; see `write`."""
        self.write("failure", failure.as_json())

    def subject_done(self, study: str, subject: str) -> None:
        """Say that a subject came to its end: what was measured of it counts from now on."""
        self.write("done", {"study": study, "subject": subject})
        self.done.append((study, subject))

    def keep(self, subject: Subject, found: Sequence[Figure | Failure]) -> None:
        """Append all that was found of a subject, and that it is done; see `write`."""
        for one in found:
            if isinstance(one, Figure):
                self.figure(one)
            else:
                self.failure(one)
        self.subject_done(*subject)

    def finish(self) -> Path:
        """Say that the run came to its end, and give the journal its name."""
        self.write("end", {})
        self.close()
        return self.path.replace(self.final)

    def close(self) -> None:
        """Close the file; what is in it stays."""
        self.file.close()
