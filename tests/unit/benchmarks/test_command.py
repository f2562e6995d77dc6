import json
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import bench_postgres_comparison as script
from benchmarks import provenance
from benchmarks.comparison import command, export
from benchmarks.comparison.command import (
    compare,
    preferably_alone,
    repeating,
    report,
    warn_of_debug_build,
)
from benchmarks.comparison.result import Result, Series
from benchmarks.exclusive import BusyError, exclusive
from benchmarks.suites.profile import PROFILES

from .comparisons import control, result, series


def test_the_profiles_are_those_of_the_history() -> None:
    parse = script.parser().parse_args
    assert tuple(PROFILES) == script.PROFILES
    assert parse([]).profile == "full"
    assert parse(["--quick"]).profile == "quick"
    assert (parse([]).rounds, parse(["--rounds", "7"]).rounds) == (None, 7)


def test_what_repeats_a_run_names_no_path() -> None:
    words = ["-k", "find_one", "--json", "/somewhere/out.json", "--loop", "uvloop"]
    assert repeating(script.parser().parse_args(words)) == (
        "python benchmarks/bench_postgres_comparison.py --operations find_one --profile full "
        "--loop uvloop"
    )


def test_a_debug_build_is_said_in_one_line_where_ours_are_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for debug, names, lines in (
        (True, ["data_bridge_sync", "asyncpg"], 1),
        (True, ["asyncpg"], 0),
        (False, ["data_bridge_sync"], 0),
    ):
        monkeypatch.setattr(provenance, "debug_build", lambda debug=debug: debug)
        warn_of_debug_build(names)
        errors = capsys.readouterr().err
        assert errors.count("run make build-release\n") == errors.count("\n") == lines


def test_a_comparison_beside_a_measurement_is_said_and_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tmp_path / "lock"
    monkeypatch.setattr(command, "exclusive", partial(exclusive, lock=lock))
    with preferably_alone(), pytest.raises(BusyError, match="the comparison"), exclusive("x", lock):
        pass
    assert capsys.readouterr().err == ""
    with exclusive("benchmarks.measure", lock), preferably_alone():
        pass
    assert capsys.readouterr().err.startswith("warning: benchmarks.measure (process ")


def test_a_file_that_cannot_be_is_said_before_anything_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--json", str(tmp_path / "none" / "out.json")]
    assert compare(script.parser().parse_args(words)) == 2
    assert capsys.readouterr().err.startswith("error: there is no folder for ")


def status(found: Result, path: Path | None = None) -> int:
    return report(Console(quiet=True), found, path)


def test_the_exit_status_tells_whether_all_went_well() -> None:
    good = series("find_one", "asyncpg", 20)
    assert status(result(good)) == 0
    assert status(result()) == 1
    failed = Series("find_one", "fastpg", "fastpg", "", failure="wrong")
    assert status(result(good, failed)) == 1


def test_a_run_that_ended_early_shows_what_it_has(capsys: pytest.CaptureFixture[str]) -> None:
    found = result(series("find_one", "asyncpg", 20))
    found.ended = "the server stopped answering during 'Count'"
    assert status(found) == 1
    assert "ended early: the server stopped answering" in capsys.readouterr().err
    found.ended = "interrupted"
    assert status(found) == 130


def test_every_sample_is_exported(tmp_path: Path) -> None:
    found = result(
        series("find_one", "data_bridge_orm", 16, cpu=8),
        series("find_one", "sqlalchemy", 320, cpu=250),
        Series("find_one", "fastpg", "fastpg", "", failure="wrong"),
    )
    found.controls.append(control(found.series[1], 1.05))
    assert status(found, tmp_path / "out.json") == 1
    document = json.loads((tmp_path / "out.json").read_text())
    assert document == json.loads(json.dumps(export.document(found)))
    assert document["run"]["commit"] == found.run.commit
    assert document["run"]["settings"] == {"fsync": "off"}
    assert document["noise"] == pytest.approx(0.05)
    ours, sqlalchemy, fastpg = document["series"]
    assert len(ours["walls"]) == len(ours["cpus"]) == 3
    assert (ours["ratio"]["value"], ours["verdict"]) == (1, "equal")
    ratio = sqlalchemy["ratio"]
    assert ratio["low"] <= ratio["value"] <= ratio["high"]
    assert ratio["value"] == pytest.approx(20)
    assert sqlalchemy["verdict"] == "slower"
    assert (fastpg["wall"], fastpg["failure"]) == (None, "wrong")
    outcomes = {(one["ours"], one["peer"]): one["outcome"] for one in document["targets"]}
    assert outcomes["data_bridge_orm", "SQLAlchemy"] == "reached"


def test_a_full_disk_takes_the_file_and_not_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "out.json"
    path.symlink_to("/dev/full")
    assert status(result(series("find_one", "asyncpg", 20)), path) == 1
    assert capsys.readouterr().err.endswith("cannot be written: No space left on device\n")
