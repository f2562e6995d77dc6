"""The parameters of a group: values that all its implementations are measured with, in turn."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# Longer text is named by its place among the values: a title is one line that can be typed.
_LONGEST_LABEL = 40


@dataclass(frozen=True)
class Combination:
    """One value of each parameter: the values themselves, and how a title shows them."""

    values: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        """What the title of a group ends with: "[rows=10, wide=True]", or nothing."""
        words = ", ".join(f"{name}={label}" for name, label in self.labels.items())
        return f"[{words}]" if words else ""


def checked(group: str, name: str, values: object) -> list[Any]:
    """The values of a parameter, as a list.

    Raises:
        TypeError: they are no list.
        ValueError: there are none, or two that a title would show alike.
    """
    what = f"the parameter {name!r} of {group!r}"
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Sequence | range):
        raise TypeError(f"{what} is a list of values, such as {name}=[10, 1000], not {values!r}")
    if not values:
        raise ValueError(f"{what} has no values: give one at least, as in {name}=[10]")
    if name == "request":
        raise ValueError(f"{what} has the name of a fixture that pytest keeps for itself")
    labels = [label(name, value, place) for place, value in enumerate(values)]
    for twice in labels:
        if labels.count(twice) > 1:
            raise ValueError(f"{what} has two values that are shown as {twice}")
    return list(values)


def combinations(parameters: Mapping[str, Sequence[Any]]) -> list[Combination]:
    """Every combination, the last parameter changing first; a single one without parameters."""
    choices = [
        [(name, value, label(name, value, place)) for place, value in enumerate(values)]
        for name, values in parameters.items()
    ]
    return [
        Combination(
            {name: value for name, value, _ in chosen},
            {name: shown for name, _, shown in chosen},
        )
        for chosen in itertools.product(*choices)
    ]


def label(name: str, value: object, place: int) -> str:
    """How a title shows a value: numbers and short texts as they are, functions by their name."""
    named = getattr(value, "__name__", None)
    shown = str(value) if isinstance(value, str | int | float | bool | None) else named
    if (
        not isinstance(shown, str)
        or not shown.strip()
        or not shown.isprintable()
        or "::" in shown
        or len(shown) > _LONGEST_LABEL
    ):
        return f"{name}{place}"
    return shown
