"""report.json: all that the first page shows, computed from journals.

    {"format": 1, "frameworks": [...], "families": [...], "operations": [...],
     "studies": [...],
     "runs": [{"id": "MACHINE/LOOP", ...the journal's header..., "noise": 0.02,
               "sureness": 0.01, "operations": {NAME: {...}}, "studies": {NAME: {...}}}]}

An estimate is `[median, low, high]`, to four digits.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from benchmarks.comparison.recording import AGAIN, CPU, UNSTEADY, WALL
from benchmarks.comparison.recording import STUDY as OPERATIONS_STUDY
from benchmarks.figure import Failure, Figure
from benchmarks.journal import Journal
from benchmarks.measure.phase import STUDIES
from benchmarks.operations import BY_NAME, OPERATIONS
from benchmarks.site import framework
from benchmarks.statistic import Interval, median_interval, noise, ratio_interval

FORMAT = 1
# Where an operation is shown that `benchmarks.operations` does not know any more.
OTHER = "other"


@dataclass(frozen=True)
class Way:
    """One way of a framework to do an operation.

    Attributes:
        name: of the way, empty where there is only one.
        wall: seconds of a call, a sample a round.
        cpu: the same of the client; empty for the floor.
        unsteady: whether its warm-up did not come to rest.
    """

    name: str
    wall: Sequence[float]
    cpu: Sequence[float]
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
    """One operation: all ways of each framework, the quickest first, and the ratios of all pairs.

    `{"series": {NAME: [[way, wall, cpu, unsteady]...]}, "failures": {NAME: [[way, reason]...]},
    "ratios": {"wall": [[low, high]...], "cpu": ...}}`

    The ratios are those of the first framework to the second, the first to the third, and so on,
    in the order of `series`: the bounds only, in thousandths of the ratio of the medians. A way
    that failed counts for nothing, and a framework's figures are all of the way that took it the
    least wall time.
    """
    failed = {(one.framework, one.way) for one in failures}
    unsteady = {(one.framework, one.way) for one in figures if one.metric == UNSTEADY}
    measured = {
        (one.framework, one.way, one.metric): one.samples
        for one in figures
        if (one.framework, one.way) not in failed and one.samples
    }
    ways: dict[str, list[Way]] = {}
    for (name, way, metric), walls in measured.items():
        if metric == WALL:
            cpus = measured.get((name, way, CPU), ())
            ways.setdefault(name, []).append(Way(way, walls, cpus, (name, way) in unsteady))
    for each in ways.values():
        each.sort(key=lambda one: median(one.wall))
    order = [one.name for one in framework.in_order(ways)]
    best = [ways[name][0] for name in order]
    return {
        "series": {name: [way_document(one) for one in ways[name]] for name in order},
        "failures": failures_document(failures),
        "ratios": {
            WALL: ratios([one.wall for one in best]),
            CPU: ratios([one.cpu for one in best]),
        },
    }


def way_document(way: Way) -> list[Any]:
    """One way's figures: name, wall time, the client's CPU time, whether it was unsteady."""
    cpu = estimate(median_interval(way.cpu)) if way.cpu else None
    return [way.name, estimate(median_interval(way.wall)), cpu, way.unsteady]


def failures_document(failures: Iterable[Failure]) -> dict[str, list[list[str]]]:
    """Which ways of which frameworks failed, and why."""
    found: dict[str, list[list[str]]] = {}
    for one in failures:
        found.setdefault(one.framework, []).append([one.way, one.reason])
    return found


def ratios(series: Sequence[Sequence[float]]) -> list[list[int] | None]:
    """The bounds of the ratio of each series to each that follows, in thousandths of the ratio.

    None where one of the two has no such metric.
    """
    return [bounds(ours, theirs) for k, ours in enumerate(series) for theirs in series[k + 1 :]]


def bounds(ours: Sequence[float], theirs: Sequence[float]) -> list[int] | None:
    """The bounds of a ratio, in thousandths of the ratio of the medians."""
    if min(ours, default=0) <= 0 or min(theirs, default=0) <= 0:
        return None
    ratio = ratio_interval(ours, theirs)
    middle = median(ours) / median(theirs)
    return [round(1000 * ratio.low / middle), round(1000 * ratio.high / middle)]


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
        for (_, (value, low, high), *_), *_ in one["series"].values()
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
