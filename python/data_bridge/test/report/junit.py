"""The figures that a comparison gives to pytest's JUnit report, as properties of its test."""

from collections.abc import Iterator

from data_bridge.test.comparison import Comparison
from data_bridge.test.report.wording import absence_words, verdict_words, winner_words
from data_bridge.test.statistic import summarize


def properties(comparison: Comparison) -> Iterator[tuple[str, object]]:
    """Names and values: the winner, and for each implementation its figures or their absence."""
    yield "winner", winner_words(comparison)
    yield "rounds", f"{comparison.rounds_done} of {comparison.schedule.rounds}"
    yield from comparison.combination.labels.items()
    for standing in comparison.judge().standings:
        entry = standing.entry
        summary = summarize(entry.measurement.calls)
        yield f"{entry.name} ms", entry.measurement.milliseconds
        yield f"{entry.name} ops/s", entry.measurement.per_second
        yield f"{entry.name} mean ms", summary.mean
        yield f"{entry.name} stddev ms", summary.stddev
        yield f"{entry.name} p95 ms", summary.p95
        yield f"{entry.name} min ms", summary.minimum
        yield f"{entry.name} outliers", summary.outliers
        yield f"{entry.name} verdict", verdict_words(standing)
        yield f"{entry.name} speedup", standing.speedup.value
        yield f"{entry.name} speedup low", standing.speedup.low
        yield f"{entry.name} speedup high", standing.speedup.high
        if entry.memory is not None:
            yield f"{entry.name} Python peak bytes", entry.memory.python
            if entry.memory.process is not None:
                yield f"{entry.name} process peak bytes", entry.memory.process
    for entry in comparison.entries:
        if not comparison.counts(entry):
            word, why = absence_words(comparison, entry)
            yield f"{entry.name} {word}", why
