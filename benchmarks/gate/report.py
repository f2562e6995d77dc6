"""What the gate found, printed: what is slower first, then what is faster, then what is equal."""

from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.gate.judging import Finding, Quantity, Subject
from benchmarks.gate.outcome import EVEN, INTERRUPTED, SLOWER, Outcome, subjects, verdict
from benchmarks.statistic import Verdict

FILE_WIDTH = 140
STYLES = {Verdict.SLOWER: "bold red", Verdict.FASTER: "green", Verdict.EQUAL: ""}
ORDER = (Verdict.SLOWER, Verdict.FASTER, Verdict.EQUAL)
UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"))


def show(console: Console, outcome: Outcome) -> None:
    """Print everything that was found; the last line says what the status means."""
    if outcome.findings:
        console.print(table(outcome))
    for line in remarks(outcome):
        say(console, line)
    for line in outcome.broken:
        say(console, f"Broken: {line}", style=STYLES[Verdict.SLOWER])
    say(console, summary(outcome))


def say(console: Console, line: str, style: str = "") -> None:
    """Print a line that stays one, however long it is."""
    console.print(Text(line, style=style), soft_wrap=True)


def remarks(outcome: Outcome) -> Iterator[str]:
    """What the table does not say."""
    slower = outcome.slower()
    for one in outcome.unconfirmed:
        if one.subject in slower:
            # By another quantity.
            continue
        yield (
            f"{name(one.subject)}: {one.quantity.value} seemed {one.ratio.value:.3f} times base's,"
            " and was not at the second look."
        )
    unclear = len(outcome.unclear())
    if unclear:
        yield (
            f"{unclear} not clear: by their wall times they may be equal or slower; measure again"
            " while the machine does nothing else."
        )
    for line in outcome.passed_over:
        yield f"Passed over: {line}"
    for line in outcome.lost:
        yield f"Not measured: {line}"


def table(outcome: Outcome) -> Table:
    """A row for each subject."""
    shown = Table(title="Head divided by base")
    for heading in ("operation", "framework"):
        shown.add_column(heading)
    for quantity in Quantity:
        shown.add_column(quantity.value, justify="right")
    shown.add_column("wall, base", justify="right")
    shown.add_column("")
    unclear = outcome.unclear()
    found = [(verdict(outcome.of(one)), one) for one in subjects(outcome.findings)]
    for kind in ORDER:
        for subject in [one for judged, one in found if judged is kind]:
            findings = outcome.of(subject)
            wall = findings.get(Quantity.WALL)
            shown.add_row(
                subject.operation,
                subject.framework,
                *(ratio(findings, quantity) for quantity in Quantity),
                duration(wall.base) if wall else "",
                Text("not clear" if subject in unclear else kind.value, style=STYLES[kind]),
            )
        shown.add_section()
    return shown


def ratio(findings: Mapping[Quantity, Finding], quantity: Quantity) -> Text:
    """A ratio and its interval, in the colour of what it means."""
    found = findings.get(quantity)
    if found is None:
        return Text("")
    style = STYLES[found.verdict]
    if quantity is Quantity.INSTRUCTIONS:
        return Text(f"{found.ratio.value:.4f}", style=style)
    one = found.ratio
    return Text(f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})", style=style)


def duration(seconds: float) -> str:
    """Seconds in the unit that leaves the fewest zeros."""
    size, unit = next((one for one in UNITS if seconds >= one[0]), UNITS[-1])
    return f"{seconds / size:.3g} {unit}"


def summary(outcome: Outcome) -> str:
    """The status and what it means, in one line."""
    status = outcome.status
    if status == EVEN:
        meaning = "nothing became slower"
    elif status == SLOWER:
        slower = ", ".join(map(name, outcome.slower()))
        parts = [f"slower: {slower}"] if slower else []
        parts += [f"{len(outcome.broken)} broken"] if outcome.broken else []
        meaning = "; ".join(parts)
    elif status == INTERRUPTED:
        meaning = "interrupted; what was measured by then stands above"
    else:
        lost = outcome.lost[0] if outcome.lost else "nothing could be compared"
        meaning = f"could not measure: {outcome.ended or lost}"
    return f"Status {status}: {meaning}."


def name(subject: Subject) -> str:
    """A subject, for people."""
    return f"{subject.operation} of {subject.framework}"
