"""Which operations are counted, how often each is called, and in which way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

FRAMEWORKS = ("data_bridge_orm", "data_bridge_driver", "data_bridge_sync")
# Of batches, one short and one long.
PAIRS = 6


class Batch(NamedTuple):
    """Calls one after the other.

    Attributes:
        kind: "warm", "short" or "long"; only the last two count.
        first: number of the first call.
        last: number behind the last call.
    """

    kind: str
    first: int
    last: int


@dataclass(frozen=True)
class Plan:
    """The calls of one operation.

    A figure is the difference of a long batch and a short one, divided by that of their calls: what
    a batch costs by itself (its marks, its loop) is in neither. Of all batches of a length the
    least counts: what happens once in many calls (a table that grows) is no part of a call.

    Attributes:
        short: calls in a short batch.
        long: calls in a long one.
        warm: before the first of them. When they are done statements are prepared, and the
            interpreter has adapted its code to what it meets.
        ways: by framework, where it has several, the one that is counted.
    """

    short: int
    long: int
    warm: int
    ways: Mapping[str, str] = field(default_factory=dict)

    def batches(self) -> Iterator[Batch]:
        """All batches, in their order."""
        first = 0
        lengths = (("short", self.short), ("long", self.long)) * PAIRS
        for kind, length in (("warm", self.warm), *lengths):
            yield Batch(kind, first, first + length)
            first += length

    @property
    def total(self) -> int:
        """All calls."""
        return [batch.last for batch in self.batches()][-1]


SINGLE = Plan(short=5, long=45, warm=80)
PLANS: Mapping[str, Plan] = {
    "find_one": SINGLE,
    "find_many": Plan(short=1, long=4, warm=6),
    "insert_one": SINGLE,
    "insert_1000": Plan(
        short=1,
        long=3,
        warm=6,
        # What users are shown first, and what is quickest.
        ways={
            "data_bridge_orm": "dicts",
            "data_bridge_driver": "unnest",
            "data_bridge_sync": "unnest",
        },
    ),
    "update_one": SINGLE,
    "transaction": Plan(short=2, long=12, warm=80),
}
# For the history: where most is gained and lost, in a third of the time.
QUICK_OPERATIONS = ("find_one", "find_many", "insert_1000")
QUICK_FRAMEWORKS = ("data_bridge_orm", "data_bridge_driver")
