"""Which journals the first page shows: of each machine and event loop the newest that is whole."""

from datetime import datetime
from pathlib import Path

from benchmarks.journal import SUFFIX, Journal, JournalError, load


def newest(results: Path) -> tuple[list[Journal], list[str]]:
    """The journals to show: the machine with the newest commit first, asyncio before uvloop.

    Returns:
        the journals, and a line for each file that was passed over.
    """
    found: dict[tuple[str, str], Journal] = {}
    remarks = []
    for path in sorted(results.glob(f"*/*{SUFFIX}")):
        try:
            journal = load(path)
            age(journal)
        except (JournalError, ValueError) as error:
            remarks.append(f"{path.parent.name}/{path.name} is passed over: {error}")
            continue
        if not journal.whole:
            remarks.append(f"{path.parent.name}/{path.name} is passed over: it is not whole")
            continue
        place = (journal.run.machine, journal.run.loop)
        if place not in found or age(found[place]) <= age(journal):
            found[place] = journal
    latest: dict[str, datetime] = {}
    for (machine, _), journal in found.items():
        latest[machine] = max(age(journal), latest.get(machine, age(journal)))
    places = sorted(found)
    places.sort(key=lambda place: latest[place[0]], reverse=True)
    return [found[place] for place in places], remarks


def age(journal: Journal) -> datetime:
    """The date of the commit that was measured.

    Raises:
        ValueError: it is no date.
    """
    return datetime.fromisoformat(journal.run.date).astimezone()
