"""report.json: all that the first page shows, computed from journals.

    {"format": 1, "frameworks": [...], "families": [...], "operations": [...],
     "studies": [...],
     "runs": [{"id": "MACHINE/LOOP", ...the journal's header..., "noise": 0.02,
               "sureness": 0.01, "operations": {NAME: {...}}, "studies": {NAME: {...}},
               "headline": [...]}]}

An estimate is `[median, low, high]`, to four digits.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from benchmarks.comparison.recording import AGAIN, UNSTEADY, WALL
from benchmarks.comparison.recording import STUDY as OPERATIONS_STUDY
from benchmarks.figure import Failure, Figure
from benchmarks.journal import Journal
from benchmarks.operations import BY_NAME, OPERATIONS
from benchmarks.site import framework, headline
from benchmarks.site.resampling import Resampled
from benchmarks.statistic import Interval, median_interval, noise
from benchmarks.studies.catalogue import STUDIES

FORMAT = 1
METRICS = ("wall", "cpu")
# Where an operation is shown that `benchmarks.operations` does not know any more.
OTHER = "other"


@dataclass(frozen=True)
class Way:
    """One way of a framework to do an operation.

    Attributes:
        name: of the way, empty where there is only one.
        wall: seconds of a call.
        cpu: of the client; None for the floor.
        unsteady: whether its warm-up did not come to rest.
    """

    name: str
    wall: Resampled
    cpu: Resampled | None
    unsteady: bool


def report(journals: Sequence[Journal]) -> dict[str, Any]:
    """The document for these journals, in this order."""
    runs = [run_document(journal) for journal in journals]
    shown = operations(runs)
    return {
        "format": FORMAT,
        "frameworks": [
            one.as_json() for one in framework.in_order(name for run in runs for name in names(run))
        ],
        "families": list(dict.fromkeys(one["family"] for one in shown)),
        "operations": shown,
        "studies": described_studies(),
        "runs": runs,
    }


def described_studies() -> list[dict[str, str]]:
    """The studies in the order in which they are shown."""
    return [{"name": one.name, "title": one.title, "question": one.question} for one in STUDIES]


def names(run: dict[str, Any]) -> set[str]:
    """The frameworks that a run measured, or left out."""
    measured = {
        name
        for operation in run["operations"].values()
        for name in (*operation["series"], *operation["failures"])
    }
    studied = {
        row[1] for study in run["studies"].values() for row in (*study["rows"], *study["failures"])
    }
    return measured | studied | set(run["versions"]) | set(run["left_out"])


def operations(runs: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """The operations of all runs in the order in which they are defined, with their families."""
    measured = dict.fromkeys(name for run in runs for name in run["operations"])
    known = [one.name for one in OPERATIONS if one.name in measured]
    return [operation(name) for name in [*known, *(one for one in measured if one not in known)]]


def operation(name: str) -> dict[str, str]:
    """A row of the table."""
    found = BY_NAME.get(name)
    title, family = (found.title, found.family) if found else (name, OTHER)
    return {"name": name, "title": title, "family": family}


def run_document(journal: Journal) -> dict[str, Any]:
    """What one journal says."""
    run = journal.run
    timed = {
        subject: operation_document(
            [one for one in journal.figures if belongs(one, subject)],
            [one for one in journal.failures if belongs(one, subject)],
        )
        for study, subject in journal.done
        if study == OPERATIONS_STUDY
    }
    noise_of_run = noise(entered_twice(journal.figures))
    document = asdict(run)
    return {
        "id": f"{run.machine}/{run.loop}",
        **document,
        "noise": noise_of_run,
        "sureness": sureness(timed.values()),
        "operations": timed,
        "studies": studies(journal),
        "headline": headline.comparisons(timed, noise_of_run),
    }


def entered_twice(figures: Sequence[Figure]) -> Iterator[float]:
    """Of each thing that took part twice, the second median divided by the first."""
    places = {
        (one.subject, one.framework, one.way, one.metric): one.samples
        for one in figures
        if one.study == OPERATIONS_STUDY and one.samples
    }
    for (*place, metric), samples in places.items():
        first = places.get((*place, WALL))  # type: ignore[arg-type]  # a tuple without its last
        if metric == AGAIN and first:
            yield median(samples) / median(first)


def belongs(one: Figure | Failure, subject: str) -> bool:
    """Whether something is about an operation."""
    return (one.study, one.subject) == (OPERATIONS_STUDY, subject)


def operation_document(figures: Sequence[Figure], failures: Sequence[Failure]) -> dict[str, Any]:
    """One operation: each framework's best way, all of its ways, and the ratios of all pairs.

    `{"series": {NAME: {"way": ..., "wall": [...], "cpu": [...], "ways": [...]}}, "failures": {NAME:
    [[way, reason]...]}, "ratios": {"wall": [[low, high]...], "cpu": ...}}`, and one of the ways is
    `[way, wall, cpu, unsteady]`.

    The ratios are those of the first framework to the second, the first to the third, and so on,
    in the order of `series`: the bounds only, divided by the ratio of the medians. A way that
    failed counts for nothing, and a framework's figures are all of the way that took it the least
    wall time.
    """
    failed = {(one.framework, one.way) for one in failures}
    measured: dict[tuple[str, str], dict[str, Resampled]] = {}
    unsteady = {(one.framework, one.way) for one in figures if one.metric == UNSTEADY}
    for figure in figures:
        place = (figure.framework, figure.way)
        if place not in failed and figure.metric in METRICS and figure.samples:
            measured.setdefault(place, {})[figure.metric] = Resampled(figure.samples)
    ways: dict[str, list[Way]] = {}
    for (name, way), metrics in measured.items():
        if "wall" in metrics:
            found = Way(way, metrics["wall"], metrics.get("cpu"), (name, way) in unsteady)
            ways.setdefault(name, []).append(found)
    for each in ways.values():
        each.sort(key=lambda one: one.wall.interval.value)
    order = [one.name for one in framework.in_order(ways)]
    best = [ways[name][0] for name in order]
    return {
        "series": {name: series_document(ways[name]) for name in order},
        "failures": failures_document(failures),
        "ratios": {
            "wall": ratios([one.wall for one in best]),
            "cpu": ratios([one.cpu for one in best]),
        },
    }


def series_document(ways: Sequence[Way]) -> dict[str, Any]:
    """A framework's figures of one operation, the quickest way first."""
    described = [
        [
            one.name,
            estimate(one.wall.interval),
            estimate(one.cpu.interval) if one.cpu else None,
            one.unsteady,
        ]
        for one in ways
    ]
    way, wall, cpu, _ = described[0]
    return {"way": way, "wall": wall, "cpu": cpu, "ways": described}


def failures_document(failures: Iterable[Failure]) -> dict[str, list[list[str]]]:
    """Which ways of which frameworks failed, and why."""
    found: dict[str, list[list[str]]] = {}
    for one in failures:
        found.setdefault(one.framework, []).append([one.way, one.reason])
    return found


def ratios(series: Sequence[Resampled | None]) -> list[list[float] | None]:
    """The bounds of the ratio of each series to each that follows, as shares of the ratio itself.

    None where one of the two has no such metric.
    """
    return [bounds(ours, theirs) for k, ours in enumerate(series) for theirs in series[k + 1 :]]


def bounds(ours: Resampled | None, theirs: Resampled | None) -> list[float] | None:
    """The bounds of a ratio, divided by the ratio of the medians."""
    if ours is None or theirs is None or min(*ours.medians, *theirs.medians) <= 0:
        return None
    ratio = ours.ratio_to(theirs)
    middle = ours.interval.value / theirs.interval.value
    return [round(ratio.low / middle, 3), round(ratio.high / middle, 3)]


def studies(journal: Journal) -> dict[str, Any]:
    """The figures of all other studies: the question's answer is drawn by the page.

    A row is `[subject, framework, way, parameters, metric, unit, estimate]`, a failure
    `[subject, framework, way, parameters, reason]`.
    """
    found: dict[str, Any] = {}
    for study, _ in journal.done:
        if study != OPERATIONS_STUDY:
            found.setdefault(study, {"rows": [], "failures": []})
    for one in journal.figures:
        if one.study in found and one.samples:
            parameters = dict(one.parameters)
            row = [one.subject, one.framework, one.way, parameters, one.metric, one.unit]
            found[one.study]["rows"].append([*row, estimate(median_interval(one.samples))])
    for failure in journal.failures:
        if failure.study in found:
            found[failure.study]["failures"].append(
                [
                    failure.subject,
                    failure.framework,
                    failure.way,
                    dict(failure.parameters),
                    failure.reason,
                ]
            )
    return found


def sureness(timed: Iterable[dict[str, Any]]) -> float | None:
    """How far an interval of this run usually reaches to each side, as a share of the median."""
    reach = [
        (high - low) / value / 2
        for one in timed
        for series in one["series"].values()
        for value, low, high in [series["wall"]]
        if value
    ]
    return rounded(median(reach)) if reach else None


def estimate(interval: Interval) -> list[float]:
    """A median and its bounds."""
    return [rounded(interval.value), rounded(interval.low), rounded(interval.high)]


def rounded(value: float) -> float:
    """Four digits: more than any clock here is good for."""
    short = float(f"{value:.4g}")
    return int(short) if short.is_integer() else short
