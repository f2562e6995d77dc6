"""What a run consists of: phases, each of which measures its subjects with what it has opened."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from benchmarks import frameworks
from benchmarks.adapters.adapter import Adapter
from benchmarks.comparison import race, recording
from benchmarks.comparison.choice import rounds_of
from benchmarks.comparison.race import ServerGoneError
from benchmarks.comparison.result import Result
from benchmarks.figure import Failure, Figure
from benchmarks.journal import Run, Subject
from benchmarks.measure.instruction_counts import Instructions
from benchmarks.measurement import Bench, one_line
from benchmarks.operations import Operation
from benchmarks.server import Server
from benchmarks.studies import catalogue
from benchmarks.studies.study import Context, Profile, Study
from benchmarks.tables import Tables

Found: TypeAlias = Figure | Failure
Measure: TypeAlias = Callable[[Subject], Sequence[Found]]

STUDIES: Sequence[Study] = (*catalogue.STUDIES, Instructions())


@dataclass(frozen=True)
class Place:
    """Where a phase measures, and how.

    Attributes:
        server: the database.
        tables: where the frameworks' tables are made.
        names: the frameworks that can run here.
        run: what is measured.
        profile: how thorough.
        tell: is told what is being measured, and what share of the subject it is.
    """

    server: Server
    tables: Tables
    names: Sequence[str]
    run: Run
    profile: Profile
    tell: Callable[[str, float], None] = lambda _what, _share: None


class Phase(Protocol):
    """Some subjects that are measured with the same things open."""

    @property
    def subjects(self) -> Sequence[Subject]:
        """What is measured as a whole or not at all, in order."""

    def opened(self, place: Place) -> contextlib.AbstractContextManager[Measure]:
        """What measures a subject while the context lasts.

        Raises:
            ServerGoneError: the server stopped answering; so does what it returns.
        """


class Operations:
    """The race of all frameworks through operations.

    Args:
        operations: in the order in which they are measured.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.by_name = {operation.name: operation for operation in operations}

    @property
    def subjects(self) -> Sequence[Subject]:
        """See `Phase`."""
        return [(recording.STUDY, name) for name in self.by_name]

    @contextlib.contextmanager
    def opened(self, place: Place) -> Iterator[Measure]:
        """See `Phase`; a framework that cannot be opened has no figures of any operation."""
        with contextlib.closing(Bench(place.server.dsn, place.tables, place.run.loop)) as bench:
            adapters: list[tuple[str, Adapter]] = []
            closed: dict[str, str] = {}
            for name in place.names:
                place.tell(f"opening {name}", 0.0)
                try:
                    adapters.append((name, bench.open(frameworks.load(name))))
                except Exception as error:
                    # One framework's trouble with this server is not the others'.
                    if not place.tables.alive():
                        raise ServerGoneError("the server stopped answering") from error
                    closed[name] = one_line(error)

            def measure(subject: Subject) -> list[Found]:
                operation = self.by_name[subject[1]]
                found: list[Found] = [
                    Failure(*subject, name, way, reason)
                    for name, reason in closed.items()
                    for way in frameworks.load(name).method_names(operation.method)
                ]
                return found + race_through(place, bench, operation, adapters)

            yield measure


def race_through(
    place: Place, bench: Bench, operation: Operation, adapters: Sequence[tuple[str, Adapter]]
) -> list[Found]:
    """Race the frameworks through one operation."""
    rounds = rounds_of(operation, place.profile)
    # Of each way, and of what is entered twice.
    step = 1 / (rounds * (len(race.entries(operation, adapters)) + 1))
    place.tell(f"{operation.title}: warming up", 0.0)

    def tick(label: str) -> None:
        place.tell(f"{operation.title}: {label}", step)

    result = Result(place.run)
    race.measure(bench, operation, adapters, rounds, result, tick)
    return list(recording.recorded(result, operation.name))


class Studies:
    """The studies, one after the other.

    Args:
        studies: in the order in which they are run.
        profile: how thorough: it decides about their subjects.
    """

    def __init__(self, studies: Sequence[Study], profile: Profile) -> None:
        self.by_name = {study.name: study for study in studies}
        self.subjects: Sequence[Subject] = [
            (study.name, subject) for study in studies for subject in study.subjects(profile)
        ]

    @contextlib.contextmanager
    def opened(self, place: Place) -> Iterator[Measure]:
        """See `Phase`; studies open the frameworks themselves."""
        with Context(
            place.server,
            place.tables,
            place.names,
            place.run.loop,
            place.profile,
            lambda what: place.tell(what, 0.0),
        ) as context:

            def measure(subject: Subject) -> list[Found]:
                study, name = subject
                place.tell(f"{self.by_name[study].title}: {name}", 0.0)
                return list(self.by_name[study].measure(context, name))

            yield measure
