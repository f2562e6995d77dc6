from collections.abc import Callable

import pytest

from benchmarks.history import compare
from benchmarks.history.commit import Commit, HistoryError
from benchmarks.history.results import Results, Series
from benchmarks.statistic import Interval

COMMITS = [Commit(f"{number}" * 40, f"Commit {number}") for number in range(6)]
RATIO: Series = ("suites.find.FindOne.track_ratio", ("data_bridge_orm", "best peer"))
Run = Callable[..., int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, with results of some commits, of which the last one is slower."""
    measured = {1: 1.0, 3: 1.0, 4: 1.5}

    def intervals(_self: Results, commit: str) -> dict[Series, Interval]:
        number = int(commit[0])
        return {RATIO: Interval(*[measured[number]] * 3)} if number in measured else {}

    def list_commits(name: str, newest: int | None = None) -> list[Commit]:
        revision, _, back = name.partition("~")
        number = len(COMMITS) - 1 if revision == "HEAD" else int(revision[0])
        return COMMITS[number - int(back or 0) :: -1][:newest]

    monkeypatch.setattr(Results, "known", lambda _self: True)
    monkeypatch.setattr(Results, "intervals", intervals)
    monkeypatch.setattr(compare, "list_commits", list_commits)
    return lambda *arguments: compare.main(["--machine", "box", *arguments])


def test_the_newest_two_are_compared(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 1
    shown = capsys.readouterr().out
    assert shown.startswith("Base: 33333333 Commit 3\nHead: 44444444 Commit 4\n")
    assert "find.FindOne.track_ratio(data_bridge_orm, best peer)" in shown
    assert shown.endswith("1 figures: 0 faster, 0 equal, 1 slower.\n")


def test_the_one_before_another_is_found(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--head", "3") == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Base: 11111111 Commit 1\nHead: 33333333 Commit 3\n")
    assert run("--base", "1") == 1
    shown = capsys.readouterr().out
    assert shown.startswith("Base: 11111111 Commit 1\nHead: 44444444 Commit 4\n")


def test_a_commit_without_results_is_one_line(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--head", "5") == 2
    error = "error: 55555555 Commit 5 has no results on box; run make history RANGE=55555555^!\n"
    assert capsys.readouterr().err == error
    assert run("--head", "1") == 2
    assert "Commit 0 and those before it have no results on box" in capsys.readouterr().err


def test_an_unknown_commit_is_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unknown(name: str, _newest: int | None = None) -> list[Commit]:
        raise HistoryError(f"git does not know {name}")

    monkeypatch.setattr(compare, "list_commits", unknown)
    assert run("--base", "x") == 2
    assert capsys.readouterr().err == "error: git does not know HEAD\n"


def test_a_machine_that_cannot_be_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert compare.main(["--machine", "../box"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
