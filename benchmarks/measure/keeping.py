"""Where figures go: into a journal on disk (`journal.Writer`), or into one that is only shown."""

from collections.abc import Sequence
from typing import Protocol

from benchmarks.figure import Failure, Figure
from benchmarks.journal import Journal, Subject


class Keeper(Protocol):
    """Takes subjects one by one."""

    @property
    def done(self) -> Sequence[Subject]:
        """The subjects that are kept."""

    def keep(self, subject: Subject, found: Sequence[Figure | Failure]) -> None:
        """Take all that was found of a subject.

        Raises:
            JournalError: it cannot be kept.
        """


class Collected:
    """Keeps figures in memory.

    Args:
        journal: gets them.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    @property
    def done(self) -> Sequence[Subject]:
        """See `Keeper`."""
        return self.journal.done

    def keep(self, subject: Subject, found: Sequence[Figure | Failure]) -> None:
        """See `Keeper`."""
        self.journal.figures += [one for one in found if isinstance(one, Figure)]
        self.journal.failures += [one for one in found if isinstance(one, Failure)]
        self.journal.done.append(subject)
