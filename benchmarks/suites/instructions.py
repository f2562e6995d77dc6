"""Instruction counts of the client: what shows a change of one percent, on any machine."""

import shutil
from pathlib import Path
from typing import Any

from benchmarks import instructions
from benchmarks.definition import digest, of_modules, version
from benchmarks.instructions import PLANS, QUICK_FRAMEWORKS, QUICK_OPERATIONS
from benchmarks.operations import BY_NAME
from benchmarks.suites.profile import QUICK, REGULAR
from benchmarks.suites.suite import OURS, Suite, figure

# Operation -> framework -> instructions of a call, or why there is no count.
Counted = dict[str, dict[str, Any]]

# The processes on the other side of the socket: they decide whether there is a count, not which.
BESIDE = ("checking", "replayer")
MOST = [name for name in PLANS if name not in QUICK_OPERATIONS]


def measure(operations: list[str], frameworks: list[str]) -> Counted:
    """Count; without valgrind there is nothing."""
    if shutil.which("valgrind") is None:
        return {}
    subjects = [(operation, framework) for operation in operations for framework in frameworks]
    found: Counted = {}
    for (operation, framework), count in instructions.counts(subjects).items():
        found.setdefault(operation, {})[framework] = count
    return found


def count_of(counted: Counted, operation: str, framework: str) -> int:
    """One count.

    Raises:
        NotImplementedError: the package is too old for it, or valgrind is not installed.
        InstructionsError: something went wrong.
    """
    found = counted.get(operation, {}).get(framework)
    if found is None:
        raise NotImplementedError("valgrind is not installed")
    if isinstance(found, instructions.LackingError):
        raise NotImplementedError(str(found))
    if isinstance(found, instructions.InstructionsError):
        raise found
    return int(found)


def definition(operations: list[str], frameworks: list[str]) -> str:
    """What the counts depend on beside the package under test."""
    measured = [BY_NAME[operation] for operation in operations]
    modules = Path(instructions.__file__).parent.glob("*.py")
    deciding = (path for path in modules if path.stem not in BESIDE)
    return digest(version(measured, frameworks), of_modules(deciding))


class Instructions(Suite, profile=QUICK):
    """Instructions of a call where most is gained and lost."""

    version = definition([*QUICK_OPERATIONS], [*QUICK_FRAMEWORKS])

    def setup_cache(self) -> Counted:
        """See `Suite`."""
        return measure([*QUICK_OPERATIONS], [*QUICK_FRAMEWORKS])

    @figure("instructions", operation=QUICK_OPERATIONS, framework=QUICK_FRAMEWORKS)
    def track_instructions(self, counted: Counted, operation: str, framework: str) -> int:
        """Instructions of the client in a call."""
        return count_of(counted, operation, framework)


class MoreInstructions(Suite, profile=REGULAR):
    """Instructions of a call of the other operations."""

    version = definition(MOST, [*OURS])

    def setup_cache(self) -> Counted:
        """See `Suite`."""
        return measure(MOST, [*OURS])

    @figure("instructions", operation=MOST, framework=OURS)
    def track_instructions(self, counted: Counted, operation: str, framework: str) -> int:
        """Instructions of the client in a call."""
        return count_of(counted, operation, framework)
