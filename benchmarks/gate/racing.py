"""Both sides in turn: A B, then B A, round after round, until it is clear or long enough."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from statistics import median

import psycopg
from psycopg import sql

from benchmarks.gate.judging import CONFIDENCE, Finding, Quantity, Subject, is_clear, judge_time
from benchmarks.gate.side import OperationError, Running, Side, running
from benchmarks.measurement import Sample
from benchmarks.pinning import one_core
from benchmarks.server import Server
from benchmarks.statistic import ratio_interval

# In a database of somebody's own these are unlikely to be there; each holds one side's tables.
SCHEMA = "data_bridge_gate"
# Fewer say little of how sure a median is; with more no interval grew much narrower.
LEAST_ROUNDS = 16
MOST_ROUNDS = 128
# On a busy machine many rounds would make little clear; a quiet one takes a fifth of it.
MOST_SECONDS = 12.0

Tick = Callable[[Subject], None]


@dataclass
class Pair:
    """The rounds of one subject on both sides; the k-th of each were neighbours.

    Attributes:
        subject: what ran.
        way: in which of the framework's ways.
        base: what base took.
        head: what head took.
        failures: by side, why it has no more rounds.
    """

    subject: Subject
    way: str = ""
    base: list[Sample] = field(default_factory=list)
    head: list[Sample] = field(default_factory=list)
    failures: dict[str, OperationError] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """Whether there is something to compare."""
        return bool(self.base) and bool(self.head) and not self.failures

    def times(self) -> Iterator[tuple[Quantity, list[float], list[float]]]:
        """Seconds of a call, base's and head's, round by round: wall time, and CPU time."""
        rounds = list(zip(self.base, self.head, strict=False))
        yield Quantity.WALL, [one.wall for one, _ in rounds], [two.wall for _, two in rounds]
        cpu = [(one.cpu or 0.0, two.cpu or 0.0) for one, two in rounds]
        # A clock that ticks too seldom for the shortest rounds.
        if all(one and two for one, two in cpu):
            yield Quantity.CPU, [one for one, _ in cpu], [two for _, two in cpu]

    def findings(self, instructions: Finding | None) -> list[Finding]:
        """What the times say, beside the instructions where they were counted."""
        found = []
        for quantity, base, head in self.times():
            ratio = ratio_interval(head, base, CONFIDENCE)
            verdict = judge_time(ratio, instructions)
            found.append(
                Finding(self.subject, quantity, median(base), median(head), ratio, verdict)
            )
        return found

    def clear(self) -> bool:
        """Whether more rounds would say the same."""
        return all(
            is_clear(ratio_interval(head, base, CONFIDENCE)) for _, base, head in self.times()
        )


@dataclass(frozen=True)
class Rounds:
    """How many rounds a subject gets: the least, then twice as many, until it is clear."""

    least: int = LEAST_ROUNDS
    most: int = MOST_ROUNDS


@contextmanager
def both(server: Server, base: Side, head: Side) -> Iterator[tuple[Running, Running]]:
    """The processes of both sides, on one core with the server, each with tables of its own.

    Raises:
        SideError: one of them does not start.
        psycopg.Error: the database does not answer, or the role may not create schemas.
    """
    with ExitStack() as stack:
        connection = stack.enter_context(psycopg.connect(server.dsn, autocommit=True))
        stack.enter_context(one_core(server.pid))
        base_side, head_side = (
            stack.enter_context(running(side, stack.enter_context(place(connection, server, side))))
            for side in (base, head)
        )
        yield base_side, head_side


@contextmanager
def place(connection: psycopg.Connection, server: Server, side: Side) -> Iterator[str]:
    """The DSN of a schema for one side's tables, dropped with the context."""
    name = f"{SCHEMA}_{side.label}"
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(name)))
    try:
        options = f"{server.parameters.get('options', '')} -c search_path={name}".strip()
        yield replace(server, parameters={**server.parameters, "options": options}).dsn
    finally:
        # Not what a process that was killed has left there, and not if the server is gone.
        with suppress(psycopg.Error):
            connection.execute(sql.SQL("DROP SCHEMA {}").format(sql.Identifier(name)))


def race(pairs: Sequence[Pair], base: Running, head: Running, rounds: Rounds, tick: Tick) -> None:
    """Let both sides run their rounds, subject by subject.

    Args:
        pairs: what gets the samples; those of an interrupted race stay.
        base: one side.
        head: the other.
        rounds: how many.
        tick: called with each subject before it begins.

    Raises:
        SideError: the process of a side is gone, or does not answer.
        ServerGoneError: the server is gone.
    """
    for pair in pairs:
        tick(pair.subject)
        choose_way(pair, base, head)
        number, look = 0, rounds.least
        until = time.monotonic() + MOST_SECONDS
        while not pair.failures and number < rounds.most:
            turn = ((base, pair.base), (head, pair.head))
            for side, samples in turn if number % 2 else reversed(turn):
                attempt(pair, side, partial(run_round, pair, side, samples))
            number += 1
            if number < rounds.least or pair.failures:
                continue
            if time.monotonic() > until or (number == look and pair.clear()):
                break
            if number == look:
                look *= 2


def choose_way(pair: Pair, base: Running, head: Running) -> None:
    """Take the way that is base's quickest; ask head as well, which may have failed by then."""
    attempt(pair, head, lambda: head.choose(pair.subject))

    def choose() -> None:
        pair.way = base.choose(pair.subject)

    attempt(pair, base, choose)


def run_round(pair: Pair, side: Running, samples: list[Sample]) -> None:
    """Run one round of one side."""
    samples.append(side.round(pair.subject, pair.way))


def attempt(pair: Pair, side: Running, action: Callable[[], object]) -> None:
    """Let a side do something; what it cannot do is noted in the pair."""
    try:
        action()
    except OperationError as error:
        pair.failures[side.side.label] = error
