"""Instruction counts of the client: equal between runs, comparable between machines.

A time says what a user waits for, and moves with the machine's weather. A count of instructions
does not: it is the measure for a small change.
"""

from benchmarks.instructions.counting import LackingError, count, counts
from benchmarks.instructions.plan import FRAMEWORKS, PLANS, QUICK_FRAMEWORKS, QUICK_OPERATIONS
from benchmarks.instructions.valgrind import InstructionsError

__all__ = [
    "FRAMEWORKS",
    "PLANS",
    "QUICK_FRAMEWORKS",
    "QUICK_OPERATIONS",
    "InstructionsError",
    "LackingError",
    "count",
    "counts",
]
