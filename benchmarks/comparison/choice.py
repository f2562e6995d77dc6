"""What a person chose on the command line: operations, frameworks, and how thoroughly."""

from collections.abc import Sequence

from benchmarks import frameworks
from benchmarks.operations import BASIC, FAMILIES, OPERATIONS, Operation
from benchmarks.suites.profile import PROFILES

ALL = "all"
# Fewer say nothing of how sure a median is.
LEAST_ROUNDS = 5


class UnknownOperationError(Exception):
    """No operation has such a name. The message is one line that names those there are."""


def chosen_operations(words: str, default: Sequence[Operation] = BASIC) -> list[Operation]:
    """The operations of a list separated by commas, in their own order.

    A word is a family, or a name, or "all"; else it stands for all names that contain it.

    Args:
        words: the list; an empty one stands for the default.
        default: operations.

    Raises:
        UnknownOperationError: a word is none of these.
    """
    chosen: set[str] = set()
    for word in filter(None, map(str.strip, words.split(","))):
        found = {one.name for one in OPERATIONS if word in {ALL, one.family, one.name}}
        found = found or {one.name for one in OPERATIONS if word in one.name}
        if not found:
            raise UnknownOperationError(
                f"there is no operation {word!r}; choose from the families {', '.join(FAMILIES)}, "
                f"or from {', '.join(one.name for one in OPERATIONS)}"
            )
        chosen |= found
    return [one for one in OPERATIONS if one.name in chosen] if chosen else list(default)


def chosen_frameworks(words: str) -> list[str]:
    """The frameworks of a list separated by commas, or all; those asked for by name must be there.

    Raises:
        UnknownFrameworkError: one of them has no adapter.
        MissingFrameworkError: one of them is not installed.
    """
    if not words:
        return frameworks.names()
    names = frameworks.select(words.split(","))
    for name in names:
        frameworks.load(name)
    return names


def rounds_of(operation: Operation, profile: str) -> int:
    """The timed rounds of an operation in a profile."""
    return max(LEAST_ROUNDS, round(operation.rounds * PROFILES[profile].rounds))
