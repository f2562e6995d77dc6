from dataclasses import replace

import pytest

from data_bridge.test.parameters import Combination
from data_bridge.test.report.against import Earlier, all_moved, slower_than
from tests.unit.test.report.example import group, report


def test_groups_are_the_same_by_title_and_the_files_name() -> None:
    earlier = Earlier("base.json", report(group(ours=1.0)))
    elsewhere = replace(group(ours=2.0), file="there/bench_insert.py")
    other_file = replace(group(ours=2.0), file="here/bench_update.py")
    other_rows = replace(group(ours=2.0), combination=Combination({}, {"rows": "10"}))
    assert [change.speedup.value for change in earlier.changes(elsewhere)] == [0.5]
    assert earlier.changes(other_file) == []
    assert earlier.unmatched([elsewhere, other_file, other_rows]) == [
        "bench_update.py::Insert One",
        "bench_insert.py::Insert One[rows=10]",
    ]


def test_of_two_files_of_a_name_the_one_in_the_same_place_counts() -> None:
    here, there = (
        replace(group(ours=time), file=f"{folder}/bench_insert.py")
        for folder, time in (("here", 1.0), ("there", 4.0))
    )
    earlier = Earlier("base.json", report(here, there))
    assert [change.speedup.value for change in earlier.changes(there)] == [1.0]
    elsewhere = replace(there, file="elsewhere/bench_insert.py")
    assert earlier.changes(elsewhere) == []
    assert earlier.unmatched([here, elsewhere]) == ["bench_insert.py::Insert One"]


def test_only_what_both_runs_measured_is_compared() -> None:
    before = group(ours=1.0, failed=1.0, gone=1.0)
    before.entries[1].failure = "ValueError"
    now = group(ours=1.0, failed=1.0, new=1.0)
    assert [change.name for change in Earlier("", report(before)).changes(now)] == ["ours"]


def test_slower_means_the_whole_interval() -> None:
    changes = Earlier("", report(group(a=1.0, b=1.0, c=1.0))).changes(group(a=1.2, b=1.05, c=0.5))
    assert [change.name for change in slower_than(changes, 10)] == ["a"]
    assert [change.name for change in slower_than(changes, 0)] == ["b", "a"]
    assert slower_than(changes, 25) == []


def test_what_may_be_noise_is_not_slower() -> None:
    now = group(a=1.3)
    now.entries[0].measurement.rounds[:2] = [[1_000_000], [1_010_000]]
    (change,) = Earlier("", report(group(a=1.0))).changes(now)
    assert change.speedup.inverse.value == pytest.approx(1.3)
    assert change.speedup.verdict == "equal"
    assert slower_than([change], 10) == []


def test_a_machine_moves_all_at_once() -> None:
    earlier = Earlier("", report(group(a=1.0, b=1.0)))
    assert all_moved(earlier.changes(group(a=2.0, b=2.0))) == "slower"
    assert all_moved(earlier.changes(group(a=0.5, b=0.5))) == "faster"
    assert all_moved(earlier.changes(group(a=0.5, b=2.0))) is None
    assert all_moved(earlier.changes(group(a=1.0, b=1.0))) is None
    # One alone says nothing about the machine.
    assert all_moved(earlier.changes(group(a=2.0))) is None
