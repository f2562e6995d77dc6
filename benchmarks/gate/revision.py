"""What the gate compares: two commits, and what the package of each is built from."""

import hashlib
from dataclasses import dataclass

from benchmarks.history.commit import Commit, HistoryError, git, list_commits

# What a wheel is built from. The rest of a commit changes no instruction of the package.
SOURCES = (
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "crates",
    "pyproject.toml",
    "python",
    "rust-toolchain.toml",
)
# The code that measures both sides is the working tree's.
MEASURING = ("benchmarks",)


class RevisionError(Exception):
    """There is no such commit, or it is not what would be measured. The message is one line."""


@dataclass(frozen=True)
class Revision:
    """A commit and its package.

    Attributes:
        commit: the commit.
        package: a digest of what its package is built from.
    """

    commit: Commit
    package: str


def find_revision(name: str) -> Revision:
    """A commit by whatever git takes for one.

    Raises:
        RevisionError: there is no such commit, or none of its package's sources.
    """
    try:
        (identifier,) = git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", about=name
        )
    except HistoryError:
        raise RevisionError(
            f"there is no commit {name!r} here; fetch it, or name another one"
        ) from None
    (commit,) = list_commits(identifier, newest=1)
    trees = git("ls-tree", identifier, "--", *SOURCES, about=name)
    if not trees:
        raise RevisionError(f"{commit} has no package that could be built")
    return Revision(commit, hashlib.sha256("\n".join(trees).encode()).hexdigest())


def changed_sources() -> list[str]:
    """What the package of the working tree is built from and no commit has."""
    return changed(SOURCES)


def changed_measuring() -> list[str]:
    """What measures both sides and no commit has."""
    return changed(MEASURING)


def changed(paths: tuple[str, ...]) -> list[str]:
    """The changed and the new files below some paths."""
    lines = git("status", "--porcelain", "--untracked-files=all", "--", *paths, about="this folder")
    return [line[3:] for line in lines]
