"""What came of a group: who was measured, who failed, and who is held against whom."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from data_bridge.test.measurement import Measurement

# An ORM is what ORM operations are held against, a driver raw queries, psycopg2 sync operations.
_BASELINES = ("sqlalchemy", "asyncpg", "psycopg2")


@dataclass
class Entry:
    """One implementation's part: its times, and why there are no (more) of them."""

    name: str
    measurement: Measurement = field(default_factory=Measurement)
    failure: BaseException | None = None
    skipped: str | None = None

    @property
    def running(self) -> bool:
        """Whether it still takes part."""
        return self.failure is None and self.skipped is None


@dataclass
class Comparison:
    """A group's entries, in the order in which they were added."""

    name: str
    entries: list[Entry]
    rounds: int
    wanted_baseline: str | None = None
    # Set when the run ended early: what was measured until then stands, and is marked.
    interrupted: bool = False

    @property
    def ranking(self) -> list[Entry]:
        """Those that can be compared, the fastest first."""
        measured = [entry for entry in self.entries if self.counts(entry)]
        return sorted(measured, key=lambda entry: entry.measurement.milliseconds)

    def counts(self, entry: Entry) -> bool:
        """Whether an entry's figures stand: what failed is no result, however quick it was."""
        return entry.running and bool(entry.measurement)

    @property
    def baseline(self) -> Entry | None:
        """The entry that is 1.00x; None when nothing was measured."""
        ranking = self.ranking
        return _find(ranking, (self.wanted_baseline or "", *_BASELINES)) or (
            ranking[-1] if ranking else None
        )

    def speedup(self, entry: Entry) -> float:
        """How many times as fast as the baseline: 2.0 takes half its time."""
        baseline = self.baseline
        if baseline is None:
            raise ValueError(f"nothing was measured in {self.name!r}")
        if entry.measurement.milliseconds == 0:
            return 1.0 if baseline.measurement.milliseconds == 0 else float("inf")
        return baseline.measurement.milliseconds / entry.measurement.milliseconds


def _find(ranking: Sequence[Entry], names: Sequence[str]) -> Entry | None:
    """The first of the names that is there; of several ways of one framework, the fastest.

    A name also means what begins with it: "asyncpg" is "asyncpg copy" and "asyncpg unnest" too.
    """
    for wanted in map(str.casefold, filter(None, names)):
        own = [entry for entry in ranking if entry.name.casefold() == wanted]
        ways = [entry for entry in ranking if entry.name.casefold().startswith(f"{wanted} ")]
        if own or ways:
            return (own or ways)[0]
    return None
