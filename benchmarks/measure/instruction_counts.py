"""Instruction counts as a study: what one call costs the client, without any clock."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from benchmarks.figure import Failure, Figure, Unit
from benchmarks.instructions import FRAMEWORKS, PLANS, InstructionsError, counts
from benchmarks.studies.study import Context, Profile, Study


class Instructions(Study):
    """The instructions that a call takes in the client's process, on a replayed conversation."""

    name = "instructions"
    title = "Instructions of one call"
    question = "How much work is one call for the client, whatever the machine does meanwhile?"
    units: ClassVar[Mapping[str, Unit]] = {"instructions": "instructions"}

    def subjects(self, profile: Profile) -> Sequence[str]:
        """The operations whose conversations are replayed."""
        return tuple(PLANS)

    def measure(self, context: Context, subject: str) -> Iterator[Figure | Failure]:
        """One count a framework: a second one would be the same."""
        names = [name for name in FRAMEWORKS if name in context.kinds]
        found: dict[str, int | InstructionsError]
        try:
            found = {
                name: one for (_, name), one in counts([(subject, name) for name in names]).items()
            }
        except InstructionsError as error:
            found = dict.fromkeys(names, error)
        for name, count in found.items():
            if isinstance(count, InstructionsError):
                yield Failure(self.name, subject, name, "", str(count))
            else:
                yield Figure(self.name, subject, name, "", "instructions", "instructions", [count])
