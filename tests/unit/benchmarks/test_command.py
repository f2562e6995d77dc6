import json
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import bench_postgres_comparison as script
from benchmarks.comparison import export
from benchmarks.comparison.command import (
    UnknownOperationError,
    chosen_frameworks,
    chosen_operations,
    report,
)
from benchmarks.comparison.result import Result, Series
from benchmarks.operations import BASIC

from .comparisons import result, series


def names(words: str) -> list[str]:
    return [operation.name for operation in chosen_operations(words)]


def test_operations_are_chosen_by_name_or_by_a_part_of_it() -> None:
    assert names("") == [operation.name for operation in BASIC]
    assert names("find") == ["find_one", "find_many"]
    assert names("insert_1000, count") == ["insert_1000", "count"]


def test_an_unknown_operation_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownOperationError, match=r"no operation 'fly'; choose from insert_one"):
        chosen_operations("find,fly")


def test_a_framework_asked_for_by_name_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.frameworks.load", lambda name: name)
    assert chosen_frameworks("asyncpg") == ["asyncpg"]
    assert len(chosen_frameworks("")) > 5


def test_quick_is_a_number_of_rounds() -> None:
    parse = script.parser().parse_args
    assert parse([]).rounds is None
    assert parse(["--quick"]).rounds == script.QUICK_ROUNDS
    assert parse(["--rounds", "7"]).rounds == 7


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
    assert status(found, tmp_path / "out.json") == 1
    document = json.loads((tmp_path / "out.json").read_text())
    assert document == json.loads(json.dumps(export.document(found)))
    ours, sqlalchemy, fastpg = document["series"]
    assert len(ours["walls"]) == len(ours["cpus"]) == 3
    assert ours["ratio"] == 1
    assert sqlalchemy["ratio"] == pytest.approx(20)
    assert (fastpg["wall"], fastpg["failure"]) == (None, "wrong")
    reached = {(one["ours"], one["peer"]): one["reached"] for one in document["targets"]}
    assert reached["data_bridge_orm", "SQLAlchemy"] is True
