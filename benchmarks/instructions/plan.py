"""Which operations are counted, how often each is called, and in which way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

FRAMEWORKS = ("data_bridge_orm", "data_bridge_driver", "data_bridge_sync")
# Of batches, one short and one long.
PAIRS = 5


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
        calls: in a short batch; a long one has twice as many.
        warm: before the first of them. When they are done statements are prepared, and the
            interpreter has adapted its code to what it meets.
        ways: by framework, where it has several, the one that is counted.
    """

    calls: int
    warm: int
    ways: Mapping[str, str] = field(default_factory=dict)

    def batches(self) -> Iterator[Batch]:
        """All batches, in their order."""
        first = 0
        lengths = (("short", self.calls), ("long", 2 * self.calls)) * PAIRS
        for kind, length in (("warm", self.warm), *lengths):
            yield Batch(kind, first, first + length)
            first += length

    @property
    def total(self) -> int:
        """All calls."""
        return [batch.last for batch in self.batches()][-1]


SINGLE = Plan(calls=20, warm=80)
PLANS: Mapping[str, Plan] = {
    "find_one": SINGLE,
    "find_many": Plan(calls=2, warm=6),
    "insert_one": SINGLE,
    "insert_1000": Plan(
        calls=1,
        warm=6,
        # What users are shown first, and what is quickest.
        ways={
            "data_bridge_orm": "dicts",
            "data_bridge_driver": "unnest",
            "data_bridge_sync": "unnest",
        },
    ),
    "update_one": SINGLE,
    "transaction": Plan(calls=5, warm=80),
}
# For the history: where most is gained and lost, in a third of the time.
QUICK_OPERATIONS = ("find_one", "find_many", "insert_1000")
QUICK_FRAMEWORKS = ("data_bridge_orm", "data_bridge_driver")
