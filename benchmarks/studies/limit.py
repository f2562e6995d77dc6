"""Which calls would take too long, judged by those with fewer rows."""

from collections.abc import Sequence

from benchmarks.comparison.quantity import duration
from benchmarks.studies.study import Entrant


class Limit:
    """Keeps the slow from sizes at which one call of theirs would take too long.

    Args:
        longest: seconds that one call may take.
    """

    def __init__(self, longest: float) -> None:
        self.longest = longest
        # Rows and seconds of the largest call of each framework in each way.
        self.known: dict[tuple[str, str], tuple[int, float]] = {}

    def note(self, entrant: Entrant, rows: int, seconds: float) -> None:
        """Remember what a call took."""
        self.known[entrant.framework, entrant.way] = (rows, seconds)

    def allowed(
        self, entrants: Sequence[Entrant], rows: int
    ) -> tuple[list[Entrant], list[Entrant]]:
        """Those that may run with as many rows, and the others, out with the reason."""
        running, refused = [], []
        for one in entrants:
            fewer, seconds = self.known.get((one.framework, one.way), (rows, 0.0))
            expected = seconds * rows / fewer
            if expected > self.longest:
                one.failure = (
                    f"one call would take about {duration(expected)}, judged by its"
                    f" {duration(seconds)} for {fewer:,} rows"
                )
                refused.append(one)
            else:
                running.append(one)
        return running, refused
