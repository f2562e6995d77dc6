"""Peak memory of the client: what ten thousand rows take."""

from pathlib import Path
from typing import Any

from benchmarks.comparison.result import FLOOR
from benchmarks.definition import digest, of_modules, version
from benchmarks.figure import Failure
from benchmarks.operations import BY_NAME
from benchmarks.server import server
from benchmarks.studies.memory import Memory as MemoryStudy
from benchmarks.studies.memory_process import OPERATIONS
from benchmarks.studies.study import Context
from benchmarks.suites.profile import REGULAR
from benchmarks.suites.suite import LACKING, OURS, RACING, Suite, figure, values
from benchmarks.tables import Tables

# Subject of the study -> framework -> bytes of each round, or why there are none.
Used = dict[str, dict[str, Any]]

SUBJECTS = MemoryStudy.whole
FRAMEWORKS = [name for name in RACING if name != FLOOR]
ROWS = 10_000
PEAK = "peak"
STUDIES = Path(__file__).parents[1] / "studies"
MEASURED = [STUDIES / "memory.py", STUDIES / "memory_process.py"]


def measure() -> Used:
    """The peaks of each framework, in the way that takes least."""
    found: Used = {}
    study = MemoryStudy()
    with (
        server() as running,
        Tables(running.dsn) as tables,
        Context(running, tables, FRAMEWORKS) as context,
    ):
        for subject in SUBJECTS:
            used = found.setdefault(subject, {})
            for one in study.measure(context, subject):
                if one.parameters.get("rows") != ROWS:
                    continue
                if isinstance(one, Failure):
                    if not (one.framework in OURS and one.reason.startswith(LACKING)):
                        used.setdefault(one.framework, one.reason)
                elif one.metric == PEAK:
                    before = used.get(one.framework)
                    if not isinstance(before, list) or min(one.samples) < min(before):
                        used[one.framework] = list(one.samples)
    return found


class Memory(Suite, profile=REGULAR):
    """The peak above what the process had before the call."""

    version = digest(
        version([BY_NAME[operation.name] for operation in OPERATIONS.values()], FRAMEWORKS),
        of_modules(MEASURED),
    )

    def setup_cache(self) -> Used:
        """See `Suite`."""
        return measure()

    @figure("bytes", subject=SUBJECTS, framework=FRAMEWORKS)
    def track_peak(self, used: Used, subject: str, framework: str) -> dict[str, Any]:
        """Bytes of 10,000 rows at the peak."""
        found = used[subject].get(framework)
        if found is None:
            raise NotImplementedError(f"{framework} is not there")
        if not isinstance(found, list):
            raise RuntimeError(f"{framework}: {found}")  # noqa: TRY004 - the type tells a reason from a result
        return values(found)
