"""What a run of the gate found, and the exit status that follows from it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks.gate.judging import Finding, Quantity, Subject, is_clear
from benchmarks.statistic import Verdict

EVEN = 0
SLOWER = 1
UNMEASURED = 2
INTERRUPTED = 130


@dataclass
class Outcome:
    """What was found.

    Attributes:
        findings: everything that was compared; of what was looked at twice, the second look.
        unconfirmed: what seemed slower at first and was not at the second look.
        broken: what base can do and head cannot, and why: a line each.
        passed_over: what could not be compared, and why: a line each.
        lost: what should have been compared and was not, and why: a line each.
        ended: why the run ended early, in one line; None if it did not.
        interrupted: whether a person ended it.
    """

    findings: list[Finding] = field(default_factory=list)
    unconfirmed: list[Finding] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    ended: str | None = None
    interrupted: bool = False

    @property
    def status(self) -> int:
        """The exit status."""
        if self.interrupted:
            return INTERRUPTED
        if self.ended is not None:
            return UNMEASURED
        if self.broken or self.slower():
            return SLOWER
        return EVEN if self.findings and not self.lost else UNMEASURED

    def slower(self) -> list[Subject]:
        """The subjects that became slower."""
        return [one for one in subjects(self.findings) if verdict(self.of(one)) is Verdict.SLOWER]

    def unclear(self) -> list[Subject]:
        """The subjects that may have become slower, for all that their intervals say."""
        found = []
        for subject in subjects(self.findings):
            findings = self.of(subject)
            wall = findings.get(Quantity.WALL)
            if wall and not is_clear(wall.ratio) and verdict(findings) is Verdict.EQUAL:
                found.append(subject)
        return found

    def of(self, subject: Subject) -> dict[Quantity, Finding]:
        """All that was found of a subject."""
        return {one.quantity: one for one in self.findings if one.subject == subject}

    def confirm(self, again: "Outcome") -> None:
        """Put what a second look found in the place of what the first did."""
        second = {(one.subject, one.quantity): one for one in again.findings}
        for number, first in enumerate(self.findings):
            found = second.get((first.subject, first.quantity), first)
            self.findings[number] = found
            if first.verdict is Verdict.SLOWER and found.verdict is not Verdict.SLOWER:
                self.unconfirmed.append(first)
        self.broken += again.broken
        self.passed_over += again.passed_over


def subjects(findings: Iterable[Finding]) -> list[Subject]:
    """What findings are about, in their order."""
    return list(dict.fromkeys(one.subject for one in findings))


def verdict(findings: dict[Quantity, Finding]) -> Verdict:
    """What all that was found of one subject means."""
    verdicts = {quantity: one.verdict for quantity, one in findings.items()}
    slower = [quantity for quantity, one in verdicts.items() if one is Verdict.SLOWER]
    # More instructions in less time are a gain: what a user waits for is the time.
    if slower == [Quantity.INSTRUCTIONS] and verdicts.get(Quantity.WALL) is Verdict.FASTER:
        return Verdict.FASTER
    if slower:
        return Verdict.SLOWER
    return Verdict.FASTER if Verdict.FASTER in verdicts.values() else Verdict.EQUAL
