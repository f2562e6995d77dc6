"""The commits of this repository, as git tells of them."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What decides how the package is measured: asv takes it from the working tree for every commit.
DEFINITIONS = ("benchmarks", "asv.conf.json")
# Enough files to know which.
NAMED = 3


class HistoryError(Exception):
    """Nothing can be measured or read. The message is one line that says what to do."""


@dataclass(frozen=True)
class Commit:
    """A commit and what it says of itself."""

    identifier: str
    subject: str

    def __str__(self) -> str:
        return f"{self.identifier[:8]} {self.subject}"


def list_commits(span: str | None, newest: int | None = None) -> list[Commit]:
    """The commits of a range as `git log` takes it, or of HEAD, the newest first.

    Raises:
        HistoryError: git does not know the range, nothing is in it, or there is no repository.
    """
    limit = [span or "HEAD", "--first-parent"]
    if newest is not None:
        limit.append(f"--max-count={newest}")
    lines = git("log", "--format=%H %s", *limit, "--", about=span or "HEAD")
    if not lines:
        raise HistoryError(f"there are no commits in {span}")
    pairs = (line.partition(" ") for line in lines)
    return [Commit(identifier, subject) for identifier, _, subject in pairs]


def require_clean() -> None:
    """See to it that what measures is committed: results must be repeatable from the repository.

    Raises:
        HistoryError: it is not.
    """
    changed = git("status", "--porcelain", "--", *DEFINITIONS, about="this folder")
    if changed:
        names = listed([line[3:] for line in changed])
        raise HistoryError(f"commit or undo the changes of {names}: they define what is measured")


def listed(names: Sequence[str]) -> str:
    """The first names of a list, for a message."""
    return ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")


def git(*arguments: str, about: str) -> list[str]:
    """The lines that git prints.

    Raises:
        HistoryError: it fails; the message says what it did not know.
    """
    command: Sequence[str] = ["git", *arguments]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise HistoryError(f"git does not know {about}: {last_line(done.stderr)}")
    return done.stdout.splitlines()


def last_line(text: str) -> str:
    """The last line of a command's complaint."""
    return (text.strip().splitlines() or ["no message"])[-1]
