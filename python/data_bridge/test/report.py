"""A comparison as text."""

import math

from data_bridge.test.advice import reason
from data_bridge.test.comparison import Comparison, Entry

_RULE = "=" * 60
_NAME_WIDTH = 15
_FIGURE_WIDTH = 9
# Milliseconds below which two decimals would leave one digit, or none.
_SMALL = 0.1
_MOST_DECIMALS = 5


def render(comparison: Comparison, *, throughput: bool = False) -> str:
    """The table of a group, the fastest first; with `throughput`, operations a second too."""
    lines = [_RULE, f"Benchmark: {comparison.name}", _RULE, ""]
    ranking = comparison.ranking
    width = max([_NAME_WIDTH, *(len(entry.name) + 1 for entry in comparison.entries)])
    decimals = _decimals(ranking[0].measurement.milliseconds) if ranking else 2
    for entry in ranking:
        figure = f"{entry.measurement.milliseconds:>{_FIGURE_WIDTH}.{decimals}f} ms"
        verdict = f"({_verdict(comparison, entry)})"
        if throughput:
            verdict = f"{verdict:<18}{entry.measurement.per_second:>14,.0f} ops/s"
        lines.append(f"  {entry.name:<{width}}:{figure}  {verdict}")
    for entry in comparison.entries:
        if not comparison.counts(entry):
            word, why = _absence(comparison, entry)
            lines.append(f"  {entry.name:<{width}}:{word:>{_FIGURE_WIDTH}}     ({why})")
    lines += ["", f"Winner: {_winner(comparison)}"]
    if comparison.interrupted:
        lines.append(f"Partial: {_progress(comparison)}")
    return "\n".join(lines)


def _verdict(comparison: Comparison, entry: Entry) -> str:
    if entry is comparison.baseline:
        return "baseline"
    speedup = comparison.speedup(entry)
    return f"{speedup:.2f}x faster" if speedup >= 1 else f"{1 / speedup:.2f}x slower"


def _winner(comparison: Comparison) -> str:
    if not comparison.ranking:
        return "none, nothing was measured"
    winner = comparison.ranking[0]
    if winner is comparison.baseline:
        return f"{winner.name} (baseline)"
    return f"{winner.name} ({_verdict(comparison, winner)} than baseline)"


def _absence(comparison: Comparison, entry: Entry) -> tuple[str, str]:
    """Why an entry has no figure, in a word and in a line."""
    if entry.skipped is not None:
        return "skipped", entry.skipped
    if entry.failure is None:
        return "none", "interrupted before its first round was complete"
    why = reason(entry.failure)
    done = len(entry.measurement.rounds)
    if done:
        latency = entry.measurement.milliseconds
        why += f"; {latency:.{_decimals(latency)}f} ms in {done} of {comparison.rounds} rounds"
    return "failed", why


def _progress(comparison: Comparison) -> str:
    done = max(len(entry.measurement.rounds) for entry in comparison.entries)
    return f"interrupted after {done} of {comparison.rounds} rounds"


def _decimals(milliseconds: float) -> int:
    """Two decimals, or for a small time as many as show three digits, up to 10 nanoseconds."""
    if milliseconds >= _SMALL or milliseconds <= 0:
        return 2
    return min(2 - math.floor(math.log10(milliseconds)), _MOST_DECIMALS)
