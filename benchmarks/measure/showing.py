"""A journal, printed: the operations as the comparison's table, the studies as their own."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from benchmarks.comparison import recording, table
from benchmarks.figure import Failure, Figure
from benchmarks.journal import Journal
from benchmarks.measure.phase import STUDIES
from benchmarks.studies import table as study_table

BY_NAME = {study.name: study for study in STUDIES}
FAILED = 1


def show(journal: Journal, remark: str = "") -> int:
    """Print a journal; returns the exit status, which tells whether something has no figures."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=table.FILE_WIDTH)
    run = journal.run
    console.print(Text(f"{run.commit[:8]} {run.subject}; repeated by: {run.command}"))
    if remark:
        console.print(Text(remark))
    if not journal.whole:
        console.print(
            Text(f"Not whole: the run was interrupted after {len(journal.done)} subjects.")
        )
    result = recording.replayed(journal)
    if any(series.usable for series in result.series):
        table.show(console, result)
    for study, subject in journal.done:
        if study != recording.STUDY:
            show_study(console, journal, study, subject)
    return FAILED if journal.failures else 0


def show_study(console: Console, journal: Journal, study: str, subject: str) -> None:
    """Print one subject of a study."""
    everything: Sequence[Figure | Failure] = [*journal.figures, *journal.failures]
    found = [one for one in everything if (one.study, one.subject) == (study, subject)]
    if study in BY_NAME:
        study_table.show(console, BY_NAME[study], subject, found)
    else:
        console.print(Text(f"There is no study {study} any more; {subject} is not shown."))


def failures(journal: Journal) -> list[str]:
    """What has no figures, and why: a line each."""
    found = []
    for one in journal.failures:
        words = [f"{name} {value}" for name, value in one.parameters.items()]
        who = " ".join(filter(None, (one.framework, one.way, *words)))
        found.append(f"{one.study} {one.subject}, {who}: {one.reason}")
    return found
