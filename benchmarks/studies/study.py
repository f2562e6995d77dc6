"""What a study is: a question that is not "how long does one call take?", and how it is answered.

Whoever runs one does so subject by subject:

    with Context(server, tables, names, loop, profile) as context:
        for subject in study.subjects(profile):
            for found in study.measure(context, subject):
                ...

A study opens and closes the frameworks itself, with pools of its own sizes, so that nobody else may
have them open meanwhile: the ORMs know one database only.
"""

import contextlib
import gc
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import ClassVar, Literal, Self

from benchmarks import floor_process, frameworks, termination
from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter, Kind
from benchmarks.comparison.race import ServerGoneError, raise_interruption
from benchmarks.figure import Failure, Figure, Parameter, Unit
from benchmarks.measurement import CLOSE_SECONDS, Bench, Sample, WrongResultError, one_line
from benchmarks.operations import Operation
from benchmarks.server import Server
from benchmarks.studies.child import ChildError
from benchmarks.tables import Tables

Profile = Literal["quick", "regular", "full"]
PROFILES: Sequence[Profile] = ("quick", "regular", "full")
# Rounds of a study that does not say otherwise.
ROUNDS: Mapping[Profile, int] = {"quick": 2, "regular": 5, "full": 15}


class Context:
    """Where studies run: a server, the frameworks' tables on it, and an event loop.

    Args:
        server: the database.
        tables: where the tables are made, and dropped with it.
        names: the frameworks that are wanted; those that cannot run here are left out.
        loop: event loop of the async frameworks, "asyncio" or "uvloop".
        profile: how thorough.
        tell: called before each round of each framework, with what is about to be measured.

    Attributes:
        kinds: the adapters of the frameworks that can run here, by name.
        left_out: the others, and why.
        bench: its rounds, for operations; nothing is open in it.
    """

    def __init__(
        self,
        server: Server,
        tables: Tables,
        names: Sequence[str],
        loop: str = "asyncio",
        profile: Profile = "quick",
        tell: Callable[[str], None] = lambda _what: None,
    ) -> None:
        self.server = server
        self.tables = tables
        self.loop = loop
        self.profile = profile
        self.tell = tell
        self.kinds: dict[str, type[Adapter]] = {}
        self.left_out: dict[str, str] = {}
        for name in names:
            try:
                self.kinds[name] = frameworks.load(name)
            except frameworks.MissingFrameworkError as error:
                self.left_out[name] = str(error)
            except Exception as error:  # noqa: BLE001 - one framework's trouble is not the others'
                self.left_out[name] = one_line(error)
        if any(kind.kind == "external" for kind in self.kinds.values()):
            floor_process.build()
        self.bench = Bench(server.dsn, tables, loop)
        for kind in self.kinds.values():
            self.create(kind)
        # What the frameworks loaded stays: a collection before each round need not look at it.
        gc.collect()
        gc.freeze()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.bench.close()

    def create(self, kind: type[Adapter]) -> None:
        """Make a framework's table, to be filled when it is used."""
        self.tables.create(kind.table)
        self.bench.changed.add(kind.table)

    def fill(self, kind: type[Adapter]) -> None:
        """Give a framework's table the rows of a filled one, if it has others."""
        if kind.table in self.bench.changed:
            self.tables.restore(kind.table)
            self.bench.changed.discard(kind.table)

    def of_kind(self, *wanted: Kind) -> dict[str, type[Adapter]]:
        """The frameworks that are async, sync or external."""
        return {name: kind for name, kind in self.kinds.items() if kind.kind in wanted}

    @contextlib.contextmanager
    def opened(
        self,
        kind: type[Adapter],
        smallest: int = POOL_MIN,
        largest: int = POOL_MAX,
        dsn: str | None = None,
    ) -> Iterator[Adapter]:
        """A framework with a pool of its own while the context lasts; arguments as `Adapter.open`.

        Raises:
            Exception: whatever the framework raises.
        """
        adapter = kind()
        self.bench.wait(adapter.open(dsn or self.server.dsn, smallest, largest))
        try:
            yield adapter
        finally:
            # After a failure there is one already, and a server that is gone is found elsewhere.
            with contextlib.suppress(Exception):
                self.bench.wait(adapter.close(), CLOSE_SECONDS)

    def round(
        self, operation: Operation, kind: type[Adapter], way: str, dsn: str | None = None
    ) -> Mapping[str, float]:
        """One checked round of an operation, over a connection opened for it.

        Raises:
            WrongResultError: a value or the table's rows are not what the operation says.
            Exception: whatever the framework raises.
        """
        with self.opened(kind, 1, 1, dsn) as adapter:
            return round_metrics(self.bench.round(operation, adapter, way))


@dataclass
class Entrant:
    """One framework under one set of parameters.

    Attributes:
        framework: its name.
        run: measures one round: what was found of each metric.
        way: in which way it does it, where there are several.
        parameters: what the study varies.
        samples: of each metric, one a round.
        failure: why it is out, in one line.
    """

    framework: str
    run: Callable[[], Mapping[str, float]]
    way: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    samples: dict[str, list[float]] = field(default_factory=dict)
    failure: str | None = None

    def take(self, found: Mapping[str, float]) -> None:
        """Add the samples of a round."""
        for metric, sample in found.items():
            self.samples.setdefault(metric, []).append(sample)

    @property
    def label(self) -> str:
        """What is being measured, for people."""
        words = [f"{name} {value}" for name, value in self.parameters.items()]
        return " ".join([self.framework, self.way, *words]).replace("  ", " ")


def quickest(entrants: Sequence[Entrant]) -> list[Entrant]:
    """The quickest way of each framework, by their wall time in the first round."""
    best: dict[str, Entrant] = {}
    for one in entrants:
        if one.failure is None:
            found = best.setdefault(one.framework, one)
            if one.samples["wall"] < found.samples["wall"]:
                best[one.framework] = one
    return list(best.values())


def round_metrics(sample: Sample) -> Mapping[str, float]:
    """What an operation's round says of one call; the floor has no CPU time."""
    return {"wall": sample.wall} | ({} if sample.cpu is None else {"cpu": sample.cpu})


class Study(ABC):
    """One question, asked of all frameworks that it can be asked of.

    Attributes:
        name: of its module, and of its figures' `study`.
        title: for a heading.
        question: in one sentence.
        units: of its metrics.
        whole: its subjects, where they are the same in each profile.
        rounds: of each profile.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    question: ClassVar[str]
    units: ClassVar[Mapping[str, Unit]]
    whole: ClassVar[Sequence[str]] = ()
    rounds: ClassVar[Mapping[Profile, int]] = ROUNDS

    def subjects(self, profile: Profile) -> Sequence[str]:
        """What is measured as a whole or not at all, in order."""
        return self.whole

    @abstractmethod
    def measure(self, context: Context, subject: str) -> Iterator[Figure | Failure]:
        """The figures of one subject, and why a framework has none.

        Raises:
            ServerGoneError: the server stopped answering.
        """

    def race(
        self, context: Context, entrants: Sequence[Entrant], rounds: int | None = None
    ) -> None:
        """Let all entrants run as many rounds: A B C, then B C A, and so on.

        One that fails is out, and the others go on.

        Raises:
            ServerGoneError: the server stopped answering.
        """
        for number in range(self.rounds[context.profile] if rounds is None else rounds):
            turn = number % max(len(entrants), 1)
            for entrant in [*entrants[turn:], *entrants[:turn]]:
                termination.check()
                if entrant.failure is None:
                    context.tell(f"{self.title}: {entrant.label}")
                    self.attempt(context, entrant)

    def attempt(self, context: Context, entrant: Entrant) -> None:
        """One round of one entrant; what goes wrong is noted there."""
        try:
            entrant.take(entrant.run())
        except WrongResultError as error:
            entrant.failure = str(error)
        except Exception as error:
            raise_interruption(error)
            # Any framework may raise anything: the others go on without it.
            if not context.tables.alive():
                raise ServerGoneError(
                    f"the server stopped answering during {self.title!r}"
                ) from error
            entrant.failure = str(error) if isinstance(error, ChildError) else one_line(error)

    def found(self, subject: str, entrants: Sequence[Entrant]) -> Iterator[Figure | Failure]:
        """What the entrants found: figures, or the failure of one that was not in to the end."""
        for one in entrants:
            where = (self.name, subject, one.framework, one.way)
            if one.failure is not None:
                yield Failure(*where, one.failure, one.parameters)
                continue
            for metric, samples in one.samples.items():
                yield Figure(*where, metric, self.units[metric], samples, one.parameters)
