"""What the page says first: how data-bridge stands against its like, wins and losses alike.

A driver is compared with drivers, a synchronous one with synchronous ones, and the ORM with ORMs.
"""

from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.site import framework
from benchmarks.statistic import Interval, Verdict, verdict


@dataclass(frozen=True)
class Class:
    """Frameworks that a user would choose between.

    Attributes:
        title: for people.
        ours: the one of ours.
        kind: of the peers.
        level: of the peers.
    """

    title: str
    ours: str
    kind: str
    level: str

    def peers(self, names: list[str]) -> list[str]:
        """Those of these frameworks that ours is compared with."""
        return [
            one.name
            for one in map(framework.describe, names)
            if not one.ours and (one.kind, one.level) == (self.kind, self.level)
        ]


CLASSES = (
    Class("Async drivers", "data_bridge_driver", "async", "driver"),
    Class("Sync drivers", "data_bridge_sync", "sync", "driver"),
    Class("ORMs", "data_bridge_orm", "async", "ORM"),
)


def comparisons(run: dict[str, Any]) -> list[dict[str, Any]]:
    """How ours stands in each class: `{"title", "ours", "peers", "results", "typical"}`.

    A result is `[operation, best peer, ratio, low, high, verdict]`, the peer's time divided by
    ours; `typical` is the median of the ratios. A class of which nothing was measured is left out.
    """
    found = []
    operations = run["operations"]
    for one in CLASSES:
        results = [
            result
            for name, operation in operations.items()
            if (result := against_best(one, name, operation, run["noise"])) is not None
        ]
        if results:
            measured = {peer for each in operations.values() for peer in each["series"]}
            found.append(
                {
                    "title": one.title,
                    "ours": one.ours,
                    "peers": [
                        peer.name for peer in framework.in_order(one.peers(sorted(measured)))
                    ],
                    "results": results,
                    "typical": median(result[2] for result in results),
                }
            )
    return found


def against_best(
    one: Class, name: str, operation: dict[str, Any], noise: float
) -> list[Any] | None:
    """How ours stands to the quickest peer in one operation; None where either is missing."""
    series = operation["series"]
    peers = one.peers(list(series))
    if one.ours not in series or not peers:
        return None
    best = min(peers, key=lambda peer: figure(operation, peer))
    ratio = ratio_of(operation, best, one.ours)
    if ratio is None:
        return None
    # Theirs divided by ours: ours is faster where theirs is slower.
    said = {
        Verdict.SLOWER: Verdict.FASTER,
        Verdict.FASTER: Verdict.SLOWER,
        Verdict.EQUAL: Verdict.EQUAL,
    }[verdict(ratio, noise)]
    return [name, best, ratio.value, ratio.low, ratio.high, said.value]


def figure(operation: dict[str, Any], name: str, metric: str = "wall") -> float:
    """The median of a framework's quickest way, out of an operation's document."""
    _, wall, cpu, _ = operation["series"][name][0]
    return float((wall if metric == "wall" else cpu)[0])


def ratio_of(
    operation: dict[str, Any], above: str, below: str, metric: str = "wall"
) -> Interval | None:
    """The ratio of one framework's figure to another's, out of an operation's document."""
    order = list(operation["series"])
    if above not in order or below not in order:
        return None
    first, second = order.index(above), order.index(below)
    if first == second:
        return Interval(1.0, 1.0, 1.0)
    swapped = first > second
    if swapped:
        first, second = second, first
    place = first * (2 * len(order) - first - 1) // 2 + second - first - 1
    bounds = operation["ratios"][metric][place]
    if bounds is None:
        return None
    low, high = (bound / 1000 for bound in bounds)
    value = figure(operation, above, metric) / figure(operation, below, metric)
    return (
        Interval(value, value / high, value / low)
        if swapped
        else Interval(value, value * low, value * high)
    )
