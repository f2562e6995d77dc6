from pathlib import Path

import pytest

from benchmarks.history import regressions
from benchmarks.history.commit import Commit
from benchmarks.history.results import Results, Series
from benchmarks.history.showing import show, titled
from benchmarks.history.step import Regression

COMMITS = [Commit(f"{number}" * 40, f"Commit {number}") for number in range(6)]
RATIO: Series = ("suites.find.FindOne.track_ratio", ("data_bridge_orm", "best peer"))


def known(monkeypatch: pytest.MonkeyPatch, folder: Path, ratios: dict[int, float]) -> None:
    """Results of some of the commits, the oldest first."""

    def figures(_self: Results, commit: str) -> dict[Series, float]:
        number = int(commit[0])
        return {RATIO: ratios[number]} if number in ratios else {}

    (folder / "box").mkdir(exist_ok=True)
    (folder / "box" / "machine.json").touch()
    original = Results.__init__

    def elsewhere(self: Results, *arguments: str) -> None:
        original(self, *arguments)
        self.folder = folder

    monkeypatch.setattr(Results, "__init__", elsewhere)
    monkeypatch.setattr(Results, "figures", figures)
    monkeypatch.setattr(regressions, "list_commits", lambda _span: COMMITS[::-1])


def test_the_commit_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known(monkeypatch, tmp_path, {0: 0.8, 1: 0.8, 2: 0.8, 4: 1.2, 5: 1.2})
    assert regressions.main(["--machine", "box"]) == 1
    shown = capsys.readouterr().out
    assert "5 commits with results, 00000000 Commit 0 to 55555555 Commit 5." in shown
    assert "44444444 Commit 4, or one of 1 before it" not in shown
    assert "find.FindOne.track_ratio(data_bridge_orm, best peer)" in shown
    assert "1.500" in shown


def test_nothing_slower_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known(monkeypatch, tmp_path, dict.fromkeys(range(6), 0.8))
    assert regressions.main(["--machine", "box"]) == 0
    assert capsys.readouterr().out.endswith("Nothing became slower.\n")


def test_an_unknown_machine_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known(monkeypatch, tmp_path, {})
    assert regressions.main(["--machine", "other"]) == 2
    expected = "error: machine other has no results; choose one by --machine: box\n"
    assert capsys.readouterr().err == expected


def test_too_few_results_are_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known(monkeypatch, tmp_path, {3: 0.8})
    assert regressions.main(["--machine", "box"]) == 2
    assert "fewer than two of these commits have results" in capsys.readouterr().err


def test_a_long_name_is_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    series = ("suites.instructions.Instructions.track_instructions", ("find_many", "data_bridge"))
    one = Regression(series, good=1, bad=2, before=1, after=2)
    long = [Commit("0" * 40, f"{'Words and more ' * 9}{number}") for number in range(3)]
    show(regressions.table(long, [one]))
    rows = [line.split("│") for line in capsys.readouterr().out.splitlines() if "│" in line]
    named = "".join(row[2].strip() for row in rows)
    assert named.replace(" ", "") == titled(series).replace(" ", "")


def test_several_commits_may_be_to_blame() -> None:
    shown = regressions.table(COMMITS, [Regression(RATIO, good=1, bad=4, before=0.8, after=1.2)])
    assert "or one of 2 before it" in str(next(iter(shown.columns[0].cells)))
