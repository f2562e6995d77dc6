"""A run held against an earlier one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from data_bridge.test.comparison import Comparison
from data_bridge.test.noise import Ratio, ratio_between_runs

if TYPE_CHECKING:
    from data_bridge.test.report.record import Report


@dataclass(frozen=True)
class Change:
    """How many times as fast an implementation is as it was."""

    name: str
    speedup: Ratio


@dataclass(frozen=True)
class Earlier:
    """The earlier run, and the name of the file that it was read from."""

    name: str
    report: "Report"

    def changes(self, comparison: Comparison) -> list[Change]:
        """The changes of all implementations of a group that both runs measured."""
        earlier = self._same(comparison)
        if earlier is None:
            return []
        before = {entry.name: entry for entry in earlier.ranking}
        return [
            Change(
                entry.name,
                ratio_between_runs(before[entry.name].measurement.rounds, entry.measurement.rounds),
            )
            for entry in comparison.ranking
            if entry.name in before
        ]

    def unmatched(self, comparisons: Sequence[Comparison]) -> list[str]:
        """Those groups that the earlier run does not have, as they are known."""
        return [known_as(each) for each in comparisons if self._same(each) is None]

    def _same(self, comparison: Comparison) -> Comparison | None:
        """The earlier run's comparison of this group: in the file of that name, wherever it was.

        Of several such files it is the one in the same place.
        """
        name = known_as(comparison)
        found = [each for each in self.report.comparisons if known_as(each) == name]
        if len(found) > 1:
            found = [each for each in found if each.file == comparison.file]
        return found[0] if found else None


def all_moved(changes: Sequence[Change]) -> str | None:
    """A direction in which all of several implementations changed: it may be the machine."""
    verdicts = {change.speedup.verdict for change in changes}
    if len(changes) > 1 and len(verdicts) == 1 and verdicts <= {"faster", "slower"}:
        return verdicts.pop()
    return None


def slower_than(changes: Sequence[Change], percent: float) -> list[Change]:
    """Those that are slower by more than that, with their whole interval."""
    return [change for change in changes if change.speedup.inverse.low > 1 + percent / 100]


def known_as(comparison: Comparison) -> str:
    """What a group is known by from run to run: its file's name, wherever it is, and its title."""
    return f"{PurePath(comparison.file).name}::{comparison.title}"
