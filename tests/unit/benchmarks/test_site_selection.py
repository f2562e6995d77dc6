from dataclasses import replace
from pathlib import Path

from benchmarks.site.selection import newest
from tests.unit.benchmarks.journals import RUN, journal, write


def test_the_newest_of_each_machine_and_loop_is_shown(tmp_path: Path) -> None:
    old = replace(RUN, commit="a" * 40, date="2026-11-01T12:00:00+00:00")
    # Later by the clock of the wall, earlier in fact.
    east = replace(RUN, commit="b" * 40, date="2026-11-24T13:00:00+08:00")
    uvloop = replace(old, loop="uvloop")
    elsewhere = replace(RUN, machine="another", date="2026-11-23T12:00:00+00:00")
    for run in (RUN, old, east, uvloop, elsewhere):
        write(tmp_path, journal(run=run))
    found, remarks = newest(tmp_path)
    shown = [(one.run.machine, one.run.loop, one.run.commit[:1]) for one in found]
    assert shown == [
        ("made-up", "asyncio", "0"),
        ("made-up", "uvloop", "a"),
        ("another", "asyncio", "0"),
    ]
    assert remarks == []


def test_what_is_no_whole_journal_is_passed_over_and_named(tmp_path: Path) -> None:
    path = write(tmp_path, journal())
    whole = path.read_text()
    path.with_name("cut.jsonl").write_text(whole[:-5])
    path.with_name("other.jsonl").write_text("{}\n")
    path.with_name("undated.jsonl").write_text(whole.replace(RUN.date, "today"))
    path.with_name("begun.part").write_text(whole)
    found, remarks = newest(tmp_path)
    assert [one.run for one in found] == [journal().run]
    named = [remark.partition(" is passed over")[0] for remark in remarks]
    assert named == ["made-up/cut.jsonl", "made-up/other.jsonl", "made-up/undated.jsonl"]


def test_without_journals_there_is_nothing(tmp_path: Path) -> None:
    assert newest(tmp_path) == ([], [])
