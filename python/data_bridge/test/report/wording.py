"""The words that all reports use for the same thing."""

import math

from data_bridge.test.comparison import Comparison, Entry, Standing
from data_bridge.test.noise import CONFIDENCE, LEAST_DIFFERENCE, Ratio
from data_bridge.test.statistic import FENCE

# Milliseconds below which two decimals would leave one digit, or none.
_SMALL = 0.1
_MOST_DECIMALS = 5
_KIB = 1024

INTERVAL = f"{CONFIDENCE * 100:g} % interval"
RULE = (
    f"Two are called equal unless the whole {INTERVAL} of the ratio of their medians "
    f"lies more than {LEAST_DIFFERENCE * 100:g} % from 1."
)
OUTLIERS = f"Outliers are calls more than {FENCE} interquartile ranges from the middle half."
MEMORY = (
    "Memory is the peak of one call, measured after the timed rounds. Python: what was allocated "
    "through Python's allocators, by tracemalloc. Process: by how much resident memory rose, "
    "native code included; pages that the process already had are not seen."
)


def speedup_words(ratio: Ratio) -> str:
    """Such as "2.72x faster", "1.30x slower" or "equal"."""
    verdict = ratio.verdict
    if verdict == "equal":
        return verdict
    return f"{(ratio.inverse if verdict == 'slower' else ratio).value:.2f}x {verdict}"


def interval_words(ratio: Ratio) -> str:
    """The interval in the direction of `speedup_words`: of the slowdown, for what is slower."""
    oriented = ratio.inverse if ratio.verdict == "slower" else ratio
    return f"{oriented.low:.2f}x to {oriented.high:.2f}x"


def verdict_words(standing: Standing) -> str:
    """How an entry stands to the baseline."""
    return "baseline" if standing.is_baseline else speedup_words(standing.speedup)


def winner_words(comparison: Comparison) -> str:
    """Who is first: one, or that there is no winner because several are equal."""
    first = comparison.judge().first
    if not first:
        return "none, nothing was measured"
    if len(first) > 1:
        *others, last = (standing.entry.name for standing in first)
        equal = f"none, {', '.join(others)} and {last} are equal"
        if any(standing.verdict in ("baseline", "equal") for standing in first):
            return equal
        return f"{equal} ({verdict_words(first[0])} than baseline)"
    (winner,) = first
    if winner.is_baseline:
        return f"{winner.entry.name} (baseline)"
    return f"{winner.entry.name} ({verdict_words(winner)} than baseline)"


def absence_words(comparison: Comparison, entry: Entry) -> tuple[str, str]:
    """Why an entry has no figure, in a word and in a line."""
    if entry.skipped is not None:
        return "skipped", entry.skipped
    if entry.failure is None:
        return "none", "interrupted before its first round was complete"
    why = entry.failure
    done = len(entry.measurement.rounds)
    if done:
        latency = entry.measurement.milliseconds
        rounds = comparison.schedule.rounds
        why += f"; {latency:.{decimals(latency)}f} ms in {done} of {rounds} rounds"
    return "failed", why


def progress_words(comparison: Comparison) -> str:
    """How far an interrupted group got."""
    return f"interrupted after {comparison.rounds_done} of {comparison.schedule.rounds} rounds"


def memory_words(size: int | None) -> str:
    """A number of bytes; a dash where there is none."""
    if size is None:
        return "-"
    if size < _KIB:
        return f"{size} B"
    return f"{size / _KIB:,.1f} KiB" if size < _KIB**2 else f"{size / _KIB**2:,.1f} MiB"


def table_decimals(comparison: Comparison) -> int:
    """The decimals that all times of a group are shown with: those that the fastest needs."""
    ranking = comparison.ranking
    return decimals(ranking[0].measurement.milliseconds) if ranking else 2


def decimals(milliseconds: float) -> int:
    """Two decimals, or for a small time as many as show three digits, up to 10 nanoseconds."""
    if milliseconds >= _SMALL or milliseconds <= 0:
        return 2
    return min(2 - math.floor(math.log10(milliseconds)), _MOST_DECIMALS)
