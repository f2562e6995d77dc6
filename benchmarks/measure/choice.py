"""What is to be measured: everything, or what a person chose on the command line."""

from benchmarks.comparison.choice import ALL, chosen_operations
from benchmarks.measure.phase import STUDIES, Operations, Phase, Studies
from benchmarks.operations import OPERATIONS
from benchmarks.studies.study import Profile, Study


class UnknownStudyError(Exception):
    """No study has such a name. The message is one line that names those there are."""


def chosen_phases(operations: str, studies: str, profile: Profile) -> list[Phase]:
    """The operations and studies of lists separated by commas; of two empty ones, everything.

    Raises:
        UnknownOperationError: a word stands for no operation.
        UnknownStudyError: a word is the name of no study.
    """
    if not operations and not studies:
        return [Operations(OPERATIONS), Studies(STUDIES, profile)]
    return [
        Operations(chosen_operations(operations, default=())),
        Studies(chosen_studies(studies), profile),
    ]


def chosen_studies(words: str) -> list[Study]:
    """The studies of a list separated by commas.

    Raises:
        UnknownStudyError: a word is the name of none.
    """
    chosen = set(filter(None, map(str.strip, words.split(","))))
    known = [study.name for study in STUDIES]
    for word in sorted(chosen - {ALL, *known}):
        raise UnknownStudyError(f"there is no study {word!r}; choose from {', '.join(known)}")
    return [study for study in STUDIES if chosen & {ALL, study.name}]
