"""A run as JSON, and what is no run."""

import json
from pathlib import Path

import pytest

from data_bridge.test.comparison import Entry
from data_bridge.test.memory import Memory
from data_bridge.test.parameters import Combination
from data_bridge.test.report.against import Earlier
from data_bridge.test.report.record import INTERRUPTED, Report
from data_bridge.test.report.saved import SavedRunError, dump, load
from tests.unit.test.report.example import group, report


def saved() -> Report:
    comparison = group("asyncpg", asyncpg=2.0, ours=1.0)
    comparison.combination = Combination({"rows": 10}, {"rows": "10"})
    comparison.entries[0].memory = Memory(100, None)
    comparison.entries[1].measurement.rounds[2] = [900_000, 1_100_000]
    comparison.entries += [Entry("bad", failure="ValueError: no"), Entry("none", skipped="why")]
    comparison.interrupted = True
    run = report(comparison, state=INTERRUPTED)
    run.errors.append("bench_broken.py: SyntaxError")
    return run


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    run = saved()
    path.write_text(dump(run))
    found = load(str(path))
    assert found.started == run.started
    assert found.environment == run.environment
    assert (found.state, found.errors) == (run.state, run.errors)
    (before,), (after,) = run.comparisons, found.comparisons
    assert after.entries == before.entries
    assert (after.title, after.schedule, after.file) == (
        before.title,
        before.schedule,
        before.file,
    )
    assert after.interrupted
    assert dump(found) == dump(run)


def test_it_holds_what_other_readers_need() -> None:
    run = saved()
    run.against = Earlier("base.json", report(*run.comparisons))
    read = json.loads(dump(run))
    assert (read["format"], read["version"], read["state"]) == ("dbtest", 1, "interrupted")
    (one,) = read["groups"]
    assert (one["title"], one["parameters"]) == ("Insert One[rows=10]", {"rows": "10"})
    assert (one["baseline"], one["first"]) == ("asyncpg", ["ours"])
    theirs, ours, bad, skipped = one["implementations"]
    assert theirs["memory"] == {"python": 100, "process": None}
    assert ours["speedup"] == {
        "value": 2.0,
        "low": pytest.approx(2.0, 0.2),
        "high": pytest.approx(2.0, 0.2),
    }
    assert ours["verdict"] == "faster"
    assert ours["milliseconds"]["median"] == 1.0
    assert ours["samples_ns"][2] == [900_000, 1_100_000]
    assert ours["against"]["verdict"] == "equal"
    assert (bad["failure"], bad["milliseconds"]) == ("ValueError: no", None)
    assert (skipped["skipped"], skipped["speedup"]) == ("why", None)


def test_a_round_is_a_line() -> None:
    assert "            [900000, 1100000],\n" in dump(saved())


def test_no_time_at_all_is_no_number_that_json_lacks() -> None:
    (one,) = json.loads(dump(report(group("b", a=0.0, b=1.0))))["groups"]
    assert one["implementations"][0]["speedup"]["value"] is None


WHOLE = dump(saved())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (WHOLE[: len(WHOLE) // 2], "is cut short, or no JSON (*line *): save one with dbtest"),
        ("", "is cut short, or no JSON"),
        ("<html>", "is cut short, or no JSON"),
        ("[]", "is no run of dbtest: save one with dbtest --format json -o FILE"),
        ('{"format": "asv"}', "is no run of dbtest"),
        (WHOLE.replace('"version": 1', '"version": 2'), "has version 2 of the format, not 1"),
        (WHOLE.replace('"schedule"', '"sched"'), "is damaged: 'schedule' is missing"),
        (WHOLE.replace("2000000", '"2 ms"', 1), "is damaged: 'samples_ns' holds other things"),
        (WHOLE.replace("[900000, 1100000]", "[]"), "is damaged: 'samples_ns' holds an empty"),
        (WHOLE.replace('"groups": [', '"groups": [3, '), "is damaged: "),
        (WHOLE.replace("2026-11-24T", "yesterday"), "is damaged: "),
    ],
)
def test_what_is_no_run_is_said_in_a_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(SavedRunError) as caught:
        load(str(path))
    message = str(caught.value)
    assert message.startswith(f"{path} ")
    for part in words.split("*"):
        assert part in message
    assert "\n" not in message


def test_what_cannot_be_read_is_said_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(SavedRunError, match=r"cannot read .*: No such file or directory"):
        load(str(tmp_path / "none.json"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SavedRunError, match="is no JSON"):
        load(str(tmp_path / "binary"))
