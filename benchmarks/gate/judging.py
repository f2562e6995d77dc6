"""When the gate calls something slower: every threshold, and the reason for it."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from benchmarks.statistic import Interval, Verdict, verdict

# Two builds of the same sources count the same to a tenth of this, and what the compiler inlines
# elsewhere moves a count by little more. Decoding that takes five percent more instructions makes
# 1.2 to 1.5 percent of a search for 1,000 rows.
INSTRUCTIONS = 0.0075
# Up to here a call does the same work.
SAME_INSTRUCTIONS = 0.001
# All of the interval must lie beyond it. Two processes of one package may differ by some percent as
# long as they live, by where their memory came to lie: that is no matter of rounds. Decoding that
# takes a quarter more time makes some 10 percent of the client's CPU time of a search for 1,000
# rows, and 4 to 7 percent of its wall time.
TIME = 0.04
# Where the client does the same work, what is left is what no instruction of it shows: the server's
# work, waiting, the cache. That is rarely the commit and often the machine.
TIME_OF_SAME_INSTRUCTIONS = 0.10
# Of some sixty intervals in a run, one in a hundred may lie wrong.
CONFIDENCE = 0.99


class Subject(NamedTuple):
    """One operation by one framework."""

    operation: str
    framework: str


class Quantity(Enum):
    """What is compared; lower is better."""

    INSTRUCTIONS = "instructions"
    WALL = "wall time"
    CPU = "CPU time"


@dataclass(frozen=True)
class Finding:
    """What one quantity of one subject says.

    Attributes:
        subject: what was measured.
        quantity: in which respect.
        base: instructions or seconds of a call.
        head: the same of head.
        ratio: head divided by base.
        verdict: what that means.
    """

    subject: Subject
    quantity: Quantity
    base: float
    head: float
    ratio: Interval
    verdict: Verdict


def judge_instructions(subject: Subject, base: int, head: int) -> Finding:
    """What two counts say: they have no noise, so there is no interval."""
    ratio = Interval(head / base, head / base, head / base)
    found = verdict(ratio, INSTRUCTIONS)
    return Finding(subject, Quantity.INSTRUCTIONS, base, head, ratio, found)


def judge_time(ratio: Interval, instructions: Finding | None) -> Verdict:
    """What the ratio of times says, beside that of the instructions where they were counted."""
    same = instructions is not None and abs(instructions.ratio.value - 1) <= SAME_INSTRUCTIONS
    return verdict(ratio, TIME_OF_SAME_INSTRUCTIONS if same else TIME)


def is_clear(ratio: Interval) -> bool:
    """Whether the interval of a ratio of times leaves no doubt; more rounds tell no more then."""
    return not ratio.low <= 1 + TIME <= ratio.high
