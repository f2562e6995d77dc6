"""Instruction counts of both sides."""

from collections.abc import Callable, Sequence

from benchmarks.gate.judging import Finding, Subject, judge_instructions
from benchmarks.gate.outcome import Outcome
from benchmarks.gate.side import Side
from benchmarks.instructions import FRAMEWORKS, PLANS, InstructionsError, counts

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
        # The race that follows tells whether a side cannot do it at all.
        label, reason = (
            (base.label, before) if isinstance(before, InstructionsError) else (head.label, after)
        )
        outcome.passed_over.append(
            f"instructions of {subject.operation} of {subject.framework}: {label}: {reason}"
        )
    return findings
