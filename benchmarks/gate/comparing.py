"""What the gate does, from two sides to what became of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import psycopg
from rich.progress import Progress

from benchmarks.comparison.progress import progress_bar
from benchmarks.comparison.race import ServerGoneError
from benchmarks.comparison.trouble import explain
from benchmarks.gate import counted
from benchmarks.gate.judging import Finding, Quantity, Subject
from benchmarks.gate.outcome import Outcome
from benchmarks.gate.racing import Pair, Rounds, both, race
from benchmarks.gate.side import Side, SideError
from benchmarks.instructions import InstructionsError
from benchmarks.server import ServerError, server

Say = Callable[[str], None]


@dataclass(frozen=True)
class Choice:
    """What is measured, and how.

    Attributes:
        subjects: the operations by the frameworks.
        rounds: how many each gets.
        instructions: whether instructions are counted, where they can be.
    """

    subjects: Sequence[Subject]
    rounds: Rounds = field(default_factory=Rounds)
    instructions: bool = True


def compare(base: Side, head: Side, choice: Choice, say: Say) -> Outcome:
    """Measure both sides; what ends it early is noted in the outcome.

    Args:
        base: what it is compared with.
        head: what may be slower.
        choice: what is measured.
        say: told in one line what a person should know before the end.
    """
    outcome = Outcome()
    try:
        with progress_bar() as progress:
            look(base, head, choice, outcome, say, progress)
            suspects = outcome.slower()
            if suspects:
                say(f"{len(suspects)} seem slower: a second look, by new processes.")
                again = Outcome()
                most = Rounds(choice.rounds.most, choice.rounds.most)
                chosen = replace(choice, subjects=suspects, rounds=most)
                look(base, head, chosen, again, say, progress)
                outcome.confirm(again)
    except KeyboardInterrupt:
        outcome.ended, outcome.interrupted = "interrupted", True
    except (SideError, ServerGoneError) as error:
        outcome.ended = str(error)
    except (ServerError, psycopg.Error) as error:
        outcome.ended = explain(error)
    except OSError as error:
        # A full disk, for one.
        outcome.ended = f"{error.strerror}: {error.filename or 'a file of the gate'}"
    return outcome


def look(
    base: Side, head: Side, choice: Choice, outcome: Outcome, say: Say, progress: Progress
) -> None:
    """Count and time the subjects of a choice; what is found comes into the outcome.

    Raises:
        SideError: the process of a side is gone, or does not answer.
        ServerGoneError: the server is gone.
        ServerError: there is none.
        psycopg.Error: the database does not take us.
    """
    task = progress.add_task("", total=len(choice.subjects))

    def told(what: str, step: float) -> Callable[[Subject], None]:
        def tick(subject: Subject) -> None:
            words = f"{what} {subject.operation} of {subject.framework}"
            progress.update(task, advance=step, description=words, refresh=True)

        return tick

    # Before the processes are pinned to one core: what is counted may use them all.
    subjects = counted.countable(choice.subjects) if choice.instructions else []
    if subjects:
        try:
            tick = told("counting", 0)
            outcome.findings += counted.compare(subjects, base, head, outcome, tick)
        except InstructionsError as error:
            say(f"Times only: {error}")
    pairs = [Pair(subject) for subject in choice.subjects]
    try:
        with server() as running:
            if running.pid is None:
                say("DATABASE_URL names the server: it is not pinned, and times are less sure.")
            with both(running, base, head) as (one, two):
                race(pairs, one, two, choice.rounds, told("timing", 1))
    finally:
        judge(pairs, outcome)
        progress.remove_task(task)


def judge(pairs: Sequence[Pair], outcome: Outcome) -> None:
    """Add what the rounds say, also those of a race that was interrupted."""
    instructions = {
        one.subject: one for one in outcome.findings if one.quantity is Quantity.INSTRUCTIONS
    }
    for pair in pairs:
        title = f"{pair.subject.operation} of {pair.subject.framework}"
        if "base" in pair.failures:
            # What base cannot do has nothing to be slower than.
            outcome.passed_over.append(f"{title}: base: {pair.failures['base']}")
        elif "head" in pair.failures:
            outcome.broken.append(f"{title}: head: {pair.failures['head']}")
        elif pair.usable:
            found: Sequence[Finding] = pair.findings(instructions.get(pair.subject))
            outcome.findings += found
