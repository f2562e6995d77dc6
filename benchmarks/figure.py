"""A figure: what one framework needed for one thing, as the samples of all rounds.

Every measurement of this repository that is not asv's ends as figures, in a journal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

Unit = Literal["s", "1/s", "B", "instructions", "1"]
# Lower is better for all but this one.
THROUGHPUT = "1/s"
Parameter: TypeAlias = int | float | str
# Study, subject, framework, way, parameters, metric.
Key: TypeAlias = tuple[str, str, str, str, tuple[tuple[str, Parameter], ...], str]


@dataclass(frozen=True)
class Figure:
    """One metric of one framework doing one thing.

    Attributes:
        study: the question, by the name of its module: "operations", "growth", "load".
        subject: what was done: an operation's name, or what the study calls it.
        framework: who did it.
        way: in which way, where there are several; else empty.
        metric: "wall", "cpu", "p99", "peak", "errors" ...
        unit: of the samples: seconds, per second, bytes, instructions, or a plain number.
        samples: one a round, in the order of the rounds, which all frameworks of a study share.
        parameters: what the study varied: `{"rows": 1000}`, `{"tasks": 100, "pool": 10}`.
    """

    study: str
    subject: str
    framework: str
    way: str
    metric: str
    unit: Unit
    samples: Sequence[float]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """What tells it from all other figures of a run."""
        parameters = tuple(sorted(self.parameters.items()))
        return (self.study, self.subject, self.framework, self.way, parameters, self.metric)

    @property
    def lower_is_better(self) -> bool:
        """Whether less of it is good."""
        return self.unit != THROUGHPUT

    def as_json(self) -> dict[str, Any]:
        """The figure as JSON has it."""
        return asdict(self)


@dataclass(frozen=True)
class Failure:
    """Why one framework has no figures of one thing, in one line."""

    study: str
    subject: str
    framework: str
    way: str
    reason: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The failure as JSON has it."""
        return asdict(self)
