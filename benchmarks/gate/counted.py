"""Instruction counts of both sides."""

from collections.abc import Callable, Sequence

from benchmarks.gate.judging import Finding, Subject, judge_instructions
from benchmarks.gate.outcome import Outcome
from benchmarks.gate.side import Side
from benchmarks.instructions import FRAMEWORKS, PLANS, InstructionsError, LackingError, counts

Tick = Callable[[Subject], None]


def countable(subjects: Sequence[Subject]) -> list[Subject]:
    """Those whose instructions can be counted."""
    return [one for one in subjects if one.operation in PLANS and one.framework in FRAMEWORKS]


def compare(
    subjects: Sequence[Subject], base: Side, head: Side, outcome: Outcome, tick: Tick
) -> list[Finding]:
    """Count the instructions of both sides; what has none is noted in the outcome.

    Raises:
        InstructionsError: nothing can be counted here.
    """
    found = [
        counts(subjects, side.packages, lambda subject, _count: tick(Subject(*subject)))
        for side in (base, head)
    ]
    findings = []
    for subject in subjects:
        before, after = (counted[subject] for counted in found)
        if not isinstance(before, InstructionsError) and not isinstance(after, InstructionsError):
            findings.append(judge_instructions(subject, before, after))
            continue
        title = f"instructions of {subject.operation} of {subject.framework}"
        if isinstance(before, InstructionsError):
            outcome.passed_over.append(f"{title}: {base.label}: {before}")
        elif isinstance(after, LackingError):
            # The race that follows finds it broken.
            outcome.passed_over.append(f"{title}: {head.label}: {after}")
        else:
            # It would be the way past the gate.
            outcome.lost.append(f"{title}: {head.label}: {after}")
    return findings
