"""The frameworks that are raced for the whole picture, and not for each commit."""

from typing import Any

from benchmarks.definition import version
from benchmarks.operations import BASIC
from benchmarks.suites.profile import FULL
from benchmarks.suites.suite import (
    OTHERS,
    AllMeasured,
    Suite,
    figure,
    measure,
    require,
    times,
)

NAMES = [operation.name for operation in BASIC]


class Others(Suite, profile=FULL):
    """The basic operations by those that are neither ours nor the best."""

    version = version(BASIC, OTHERS)

    def setup_cache(self) -> AllMeasured:
        """See `Suite`."""
        return measure(*NAMES, racing=OTHERS)

    def setup(self, measured: AllMeasured, operation: str, framework: str) -> None:
        """Pass over what this machine does not have."""
        require(measured[operation], framework)

    @figure("seconds", operation=NAMES, framework=OTHERS)
    def track_time(self, measured: AllMeasured, operation: str, framework: str) -> dict[str, Any]:
        """Wall time of a call."""
        return times(measured[operation][framework])
