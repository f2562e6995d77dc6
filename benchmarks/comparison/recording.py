"""A comparison as figures, for a journal, and a journal's figures as a comparison again."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from benchmarks import frameworks
from benchmarks.comparison.result import Control, Result, Series
from benchmarks.figure import Failure, Figure, Key
from benchmarks.journal import Journal
from benchmarks.measurement import Sample

# The study whose subjects are operations.
STUDY = "operations"
WALL, CPU = "wall", "cpu"
# Of what was entered twice, the second time; and the rounds of a warm-up that did not come to rest.
AGAIN, UNSTEADY = "wall_again", "unsteady"


def recorded(result: Result, operation: str) -> Iterator[Figure | Failure]:
    """What a comparison says of one operation."""
    for series in result.series:
        if series.operation != operation:
            continue
        where = (STUDY, operation, series.framework, series.way)
        if series.failure is not None:
            yield Failure(*where, series.failure)
            continue
        yield Figure(*where, WALL, "s", series.walls)
        if series.cpus:
            yield Figure(*where, CPU, "s", series.cpus)
        if series.unsteady is not None:
            yield Figure(*where, UNSTEADY, "1", [series.unsteady])
    for control in result.controls:
        first = control.first
        if first.operation == operation and control.usable:
            where = (STUDY, operation, first.framework, first.way)
            yield Figure(*where, AGAIN, "s", control.second.walls)


def replayed(journal: Journal) -> Result:
    """The comparison that a journal holds."""
    result = Result(journal.run)
    figures = {figure.key: figure for figure in journal.figures}
    for figure in journal.figures:
        if figure.study == STUDY and figure.metric == WALL:
            series = series_of(figure)
            cpus = samples(figures, figure, CPU)
            series.samples = [Sample(wall, cpu) for wall, cpu in zip_longest(figure.samples, cpus)]
            series.unsteady = next(map(int, samples(figures, figure, UNSTEADY)), None)
            result.series.append(series)
            again = samples(figures, figure, AGAIN)
            if again:
                second = series_of(figure)
                second.samples = [Sample(wall, None) for wall in again]
                result.controls.append(Control(series, second))
    for failure in journal.failures:
        if failure.study == STUDY:
            series = series_of(failure)
            series.failure = failure.reason
            result.series.append(series)
    # A failure comes behind the figures of all operations, and belongs to its own.
    order = [subject for study, subject in journal.done if study == STUDY]
    result.series.sort(key=lambda series: order.index(series.operation))
    return result


def series_of(found: Figure | Failure) -> Series:
    """A series without samples, of whatever is said of it."""
    return Series(found.subject, found.framework, title(found.framework), found.way)


def samples(figures: dict[Key, Figure], wall: Figure, metric: str) -> Sequence[float]:
    """The samples of another metric of the same series."""
    *others, _ = wall.key
    found = figures.get((*others, metric))  # type: ignore[arg-type]  # a tuple without its last
    return found.samples if found else ()


def title(framework: str) -> str:
    """A framework's name for people; where it is not there any more, that of the command line."""
    if framework not in frameworks.names():
        return framework
    try:
        return frameworks.load(framework).title
    except frameworks.MissingFrameworkError:
        return framework
