"""The charts of a page as geometry: places in percent, so that they have any width."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data_bridge.test.comparison import Comparison, Standing
from data_bridge.test.report.scale import Linear, Logarithmic, Tick, Unit, unit_for
from data_bridge.test.report.wording import verdict_words
from data_bridge.test.statistic import summarize

# Outliers that are drawn; more are a smear, and make a page heavy.
_MOST_DOTS = 40
# Series that have a colour, a dash and a marker of their own.
SERIES = 8


@dataclass(frozen=True)
class Strip:
    """One implementation's calls: a bar up to the median, with the spread of the calls on it."""

    name: str
    words: str
    description: str
    first: bool
    median: float
    quartiles: tuple[float, float]
    reach: tuple[float, float]
    outliers: list[float]


@dataclass(frozen=True)
class Strips:
    """A group's strips on one axis, and where the baseline's median stands."""

    strips: list[Strip]
    ticks: list[Tick]
    baseline: float


@dataclass(frozen=True)
class Point:
    """A measured median: its place from the left and from the top, and what it says."""

    left: float
    top: float
    words: str


@dataclass(frozen=True)
class Series:
    """One implementation's medians, by the value of a parameter."""

    name: str
    number: int
    points: list[Point]


@dataclass(frozen=True)
class Growth:
    """How the time of a call grows with a parameter, on two logarithmic axes."""

    title: str
    parameter: str
    series: list[Series]
    across: list[Tick]
    up: list[Tick]
    description: str


def strips(comparison: Comparison) -> Strips:
    """The strips of a group in which something was measured, the fastest first."""
    judged = comparison.judge()
    calls = [[time / 1e6 for time in each.entry.measurement.calls] for each in judged.standings]
    summaries = [summarize(each.entry.measurement.calls) for each in judged.standings]
    inside = [
        [time for time in times if low <= time <= high]
        for times, (low, high) in zip(calls, (each.fences for each in summaries), strict=True)
    ]
    # Outliers beyond are drawn at the end of the axis: a single call may take any time.
    axis = Linear(max(map(max, inside)) * 1.05)
    unit = unit_for(summaries[0].median)
    found = []
    baseline = 0.0
    for standing, summary, times, regular in zip(
        judged.standings, summaries, calls, inside, strict=True
    ):
        low, high = summary.fences
        outside = sorted((time for time in times if not low <= time <= high), reverse=True)
        if standing.is_baseline:
            baseline = axis.place(summary.median)
        found.append(
            Strip(
                name=standing.entry.name,
                words=_words(standing, unit),
                description=(
                    f"median {unit.words(summary.median)} {unit.name}, half of the calls from "
                    f"{unit.words(summary.quartiles[0])} to {unit.words(summary.quartiles[1])}, "
                    f"95 of 100 below {unit.words(summary.p95)}, {summary.outliers} outliers"
                ),
                first=standing in judged.first,
                median=axis.place(summary.median),
                quartiles=(axis.place(summary.quartiles[0]), axis.place(summary.quartiles[1])),
                reach=(axis.place(min(regular)), axis.place(max(regular))),
                outliers=sorted({axis.place(time) for time in outside[:_MOST_DOTS]}),
            )
        )
    return Strips(found, axis.ticks(unit), baseline)


def growths(comparisons: Sequence[Comparison]) -> Iterator[Growth]:
    """A chart for each parameter of a group that has several numbers for values.

    With other parameters beside it, there is one for each combination of theirs.
    """
    facets: dict[tuple[str, str, str, str], list[tuple[float, Comparison]]] = {}
    for comparison in comparisons:
        labels = comparison.combination.labels
        for parameter, label in labels.items():
            value = _positive_number(label)
            if value is not None and comparison.ranking:
                others = {name: shown for name, shown in labels.items() if name != parameter}
                rest = ", ".join(f"{name}={shown}" for name, shown in others.items())
                key = (comparison.file, comparison.group, parameter, rest)
                facets.setdefault(key, []).append((value, comparison))
    for (_, group, parameter, rest), found in facets.items():
        if len(found) > 1:
            title = f"{group}[{rest}]" if rest else group
            yield _growth(title, parameter, sorted(found, key=lambda pair: pair[0]))


def _growth(title: str, parameter: str, found: Sequence[tuple[float, Comparison]]) -> Growth:
    medians: dict[str, list[tuple[float, float]]] = {}
    for value, comparison in found:
        for entry in comparison.entries:
            if comparison.counts(entry) and entry.measurement.milliseconds > 0:
                medians.setdefault(entry.name, []).append((value, entry.measurement.milliseconds))
    across = Logarithmic([value for value, _ in found])
    times = [time for pairs in medians.values() for _, time in pairs] or [1.0]
    up = Logarithmic(times)
    series = [
        Series(
            name,
            number % SERIES,
            [
                Point(across.place(value), 100 - up.place(time), f"{value:g}: {_time(time)}")
                for value, time in pairs
            ],
        )
        for number, (name, pairs) in enumerate(medians.items())
    ]
    return Growth(
        title=title,
        parameter=parameter,
        series=series,
        across=[Tick(f"{value:g}", across.place(value)) for value, _ in found],
        up=[Tick(_time(value), 100 - up.place(value)) for value in up.round_values()],
        description="; ".join(
            f"{each.name}: {', '.join(point.words for point in each.points)}" for each in series
        ),
    )


def _words(standing: Standing, unit: Unit) -> str:
    median = unit.words(standing.entry.measurement.milliseconds)
    return f"{median} {unit.name}, {verdict_words(standing)}"


def _time(milliseconds: float) -> str:
    unit = unit_for(milliseconds)
    return f"{float(f'{milliseconds * unit.per_millisecond:.3g}'):g} {unit.name}"


def _positive_number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None
