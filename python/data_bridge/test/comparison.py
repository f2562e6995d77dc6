"""What came of a group: who was measured, who failed, and who is held against whom."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from data_bridge.test.measurement import Measurement
from data_bridge.test.memory import Memory
from data_bridge.test.noise import Draws, Ratio
from data_bridge.test.parameters import Combination
from data_bridge.test.schedule import Schedule

# An ORM is what ORM operations are held against, a driver raw queries, psycopg2 sync operations.
_BASELINES = ("sqlalchemy", "asyncpg", "psycopg2")


@dataclass
class Entry:
    """One implementation's part: its times, and in a line why there are no (more) of them."""

    name: str
    measurement: Measurement = field(default_factory=Measurement)
    failure: str | None = None
    skipped: str | None = None
    memory: Memory | None = None

    @property
    def running(self) -> bool:
        """Whether it still takes part."""
        return self.failure is None and self.skipped is None


@dataclass(frozen=True)
class Standing:
    """Where an entry stands: how many times as fast as the baseline."""

    entry: Entry
    speedup: Ratio
    is_baseline: bool

    @property
    def verdict(self) -> str:
        """Whether it is the "baseline", or "faster", "slower" or "equal" to it."""
        return "baseline" if self.is_baseline else self.speedup.verdict


@dataclass
class Comparison:
    """A group's entries, in the order in which they were added."""

    group: str
    entries: list[Entry]
    schedule: Schedule
    wanted_baseline: str | None = None
    combination: Combination = field(default_factory=Combination)
    # The benchmark file, as pytest names it.
    file: str = ""
    # Set when the run ended early: what was measured until then stands, and is marked.
    interrupted: bool = False
    _judged: "tuple[int, Judgement] | None" = None

    @property
    def title(self) -> str:
        """The group's name, and the parameters' values."""
        return self.group + self.combination.suffix

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
        return find(ranking, (self.wanted_baseline or "", *_BASELINES)) or (
            ranking[-1] if ranking else None
        )

    @property
    def rounds_done(self) -> int:
        """The rounds that were complete in the end, for those that got furthest."""
        return max((len(entry.measurement.rounds) for entry in self.entries), default=0)

    def judge(self) -> "Judgement":
        """Who is faster than whom, and by how much; the noise is looked into once."""
        rounds = sum(len(entry.measurement.rounds) for entry in self.ranking)
        if self._judged is None or self._judged[0] != rounds:
            self._judged = rounds, _judge(self.ranking, self.baseline)
        return self._judged[1]


@dataclass(frozen=True)
class Judgement:
    """The standings, the fastest first, and who is first: several, if they are equal."""

    standings: list[Standing]
    first: list[Standing]


def _judge(ranking: Sequence[Entry], baseline: Entry | None) -> Judgement:
    if baseline is None:
        return Judgement([], [])
    draws = Draws([entry.measurement.rounds for entry in ranking])
    held_against = ranking.index(baseline)
    standings = [
        Standing(entry, draws.ratio(place, held_against), entry is baseline)
        for place, entry in enumerate(ranking)
    ]
    first = [
        standing
        for place, standing in enumerate(standings)
        if place == 0 or draws.ratio(place, 0).verdict == "equal"
    ]
    return Judgement(standings, first)


def find(ranking: Sequence[Entry], names: Sequence[str]) -> Entry | None:
    """The first of the names that is there; of several ways of one framework, the fastest.

    A name also means what begins with it: "asyncpg" is "asyncpg copy" and "asyncpg unnest" too.
    """
    for wanted in map(str.casefold, filter(None, names)):
        own = [entry for entry in ranking if entry.name.casefold() == wanted]
        ways = [entry for entry in ranking if entry.name.casefold().startswith(f"{wanted} ")]
        if own or ways:
            return (own or ways)[0]
    return None
