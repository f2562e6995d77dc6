import io
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.history import __main__ as history
from benchmarks.history import commit as git
from benchmarks.history import results as measured
from benchmarks.history.commit import Commit, HistoryError
from benchmarks.history.results import Results, State, pattern
from benchmarks.history.run import follow
from benchmarks.statistic import Interval
from benchmarks.suites.profile import PROFILES

ENVIRONMENT = f"virtualenv:{sys.version_info.major}.{sys.version_info.minor}"
COMMITS = [Commit(f"{number}" * 40, f"Commit {number}") for number in range(9)]


class Known:
    """Results of commits by number; what is measured meanwhile comes to be known."""

    def __init__(self, **states: State) -> None:
        self.states = {name.removeprefix("c") * 40: state for name, state in states.items()}

    def state(self, commit: str) -> State:
        return self.states.get(commit, State(0, 0, 3))


COMPLETE, BROKEN, PARTLY = State(3, 3, 3), State(3, 0, 3), State(1, 1, 3)


def chosen(known: Known, *asked: Commit, outcome: State = COMPLETE) -> list[str]:
    found = []
    for commit in history.unmeasured(known, COMMITS, set(asked)):  # type: ignore[arg-type]
        found.append(commit.identifier[0])
        known.states[commit.identifier] = outcome
    return found


def test_the_newest_five_are_measured() -> None:
    assert chosen(Known()) == ["0", "1", "2", "3", "4"]


def test_those_with_results_are_not_measured_again() -> None:
    assert chosen(Known(c0=COMPLETE, c2=COMPLETE)) == ["1", "3", "4"]
    assert chosen(Known(**{f"c{number}": COMPLETE for number in range(5)})) == []


def test_an_interrupted_one_goes_on() -> None:
    assert chosen(Known(c0=COMPLETE, c1=PARTLY))[0] == "1"


def test_those_that_do_not_build_do_not_count_and_are_not_tried_again() -> None:
    assert chosen(Known(c1=BROKEN)) == ["0", "2", "3", "4", "5"]
    assert chosen(Known(), outcome=BROKEN) == [str(number) for number in range(9)]


def test_a_range_is_measured_whole() -> None:
    assert len(chosen(Known(c3=COMPLETE), *COMMITS)) == 8


def test_an_unknown_range_is_one_line() -> None:
    with pytest.raises(HistoryError, match=r"git does not know nowhere: fatal: bad revision"):
        git.list_commits("nowhere")


def test_a_range_of_nothing_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "ROOT", tmp_path)
    make_repository(tmp_path, "First")
    with pytest.raises(HistoryError, match=r"^there are no commits in HEAD\.\.HEAD$"):
        git.list_commits("HEAD..HEAD")


def make_repository(folder: Path, *subjects: str) -> None:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(folder)]
    subprocess.run([*command, "init", "-q"], check=True)
    for subject in subjects:
        subprocess.run([*command, "commit", "-q", "--allow-empty", "-m", subject], check=True)


def test_commits_come_with_their_subjects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "ROOT", tmp_path)
    with pytest.raises(HistoryError, match="git does not know HEAD"):
        git.list_commits(None)
    make_repository(tmp_path, "First", "Second of two")
    commits = git.list_commits(None)
    assert [commit.subject for commit in commits] == ["Second of two", "First"]
    assert str(commits[0]) == f"{commits[0].identifier[:8]} Second of two"


def test_what_measures_must_be_committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "ROOT", tmp_path)
    make_repository(tmp_path, "First")
    (tmp_path / "README.md").write_text("of no account")
    git.require_clean()
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "new.py").write_text("")
    (tmp_path / "asv.conf.json").write_text("")
    with pytest.raises(HistoryError, match=r"changes of asv\.conf\.json, benchmarks/: they"):
        git.require_clean()


def test_asvs_output_goes_to_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    log = io.StringIO()
    lines = ["[ 12.50%] ··· suites.find.FindOne.track_time  ok\n", "anything\n"]
    follow(COMMITS[1], lines, log)
    assert log.getvalue() == "".join(lines)
    assert capsys.readouterr().out == "11111111 Commit 1\n"


def results(folder: Path, wanted: dict[str, str]) -> Results:
    found = object.__new__(Results)
    found.folder, found.machine, found.environment = folder, "box", "env"
    found.versions = wanted
    return found


def write(folder: Path, commit: str, figures: dict[str, tuple[list[float | None], str]]) -> None:
    columns = ["result", "params", "version"]
    document = {
        "commit_hash": commit,
        "env_name": "env",
        "date": 1,
        "params": {"machine": "box"},
        "python": "3.13",
        "requirements": {},
        "env_vars": {},
        "result_columns": columns,
        "results": {name: [values, [], version] for name, (values, version) in figures.items()},
        "durations": {},
        "version": 2,
    }
    (folder / "box").mkdir(exist_ok=True)
    (folder / "box" / f"{commit[:8]}-env.json").write_text(json.dumps(document))


def test_results_of_the_present_versions_count(tmp_path: Path) -> None:
    found = results(tmp_path, {"a": "1", "b": "1", "c": "1"})
    commit = "0" * 40
    assert found.state(commit) == State(0, 0, 3)
    write(tmp_path, commit, {"a": ([1.5], "1"), "b": ([None], "1"), "c": ([1.5], "0")})
    assert found.state(commit) == State(2, 1, 3)
    assert not found.state(commit).complete
    assert found.state(commit).builds


def test_a_figure_has_its_interval(tmp_path: Path) -> None:
    found = results(tmp_path, {"a": "1", "b": "1"})
    write(tmp_path, "0" * 40, {"a": ([1.5], "1"), "b": ([None], "1")})
    path = tmp_path / "box" / "00000000-env.json"
    document = json.loads(path.read_text())
    assert found.intervals("0" * 40) == {("a", ()): Interval(1.5, 1.5, 1.5)}
    document["result_columns"] += ["stats_ci_99_a", "stats_ci_99_b"]
    document["results"]["a"] += [[1.25], [2.0]]
    path.write_text(json.dumps(document))
    assert found.intervals("0" * 40) == {("a", ()): Interval(1.5, 1.25, 2.0)}
    assert found.figures("0" * 40) == {("a", ()): 1.5}


def test_a_results_file_cut_short_counts_as_none(tmp_path: Path) -> None:
    found = results(tmp_path, {"a": "1"})
    write(tmp_path, "0" * 40, {"a": ([1.5], "1")})
    path = tmp_path / "box" / "00000000-env.json"
    path.write_text(path.read_text()[:100])
    assert found.state("0" * 40) == State(0, 0, 1)


def test_an_environment_that_cannot_be_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"no interpreter for virtualenv:9\.9"):
        measured.Results("box", "virtualenv:9.9", "quick")


def test_a_broken_file_is_set_aside_and_kept(tmp_path: Path) -> None:
    found = results(tmp_path, {"a": "1"})
    assert not found.known()
    write(tmp_path, "0" * 40, {"a": ([1.5], "1")})
    write(tmp_path, "1" * 40, {"a": ([1.5], "1")})
    path = tmp_path / "box" / "00000000-env.json"
    path.write_text(path.read_text()[:100])
    (aside,) = found.set_broken_aside()
    assert (aside.name, len(aside.read_text())) == ("00000000-env.broken", 100)
    assert [one.name for one in (tmp_path / "box").glob("*.json")] == ["11111111-env.json"]
    assert found.set_broken_aside() == []
    assert found.known()


def test_each_profile_holds_the_ones_before_it() -> None:
    wanted = [Results("box", ENVIRONMENT, profile).versions for profile in PROFILES]
    for smaller, larger in itertools.pairwise(wanted):
        assert smaller.items() < larger.items()
    assert wanted[-1] == measured.versions()
    assert re.search(pattern("quick"), "suites.find.FindOne.track_time")
    assert not re.search(pattern("quick"), "suites.find.Count.track_time")
