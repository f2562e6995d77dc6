"""What the command says to bad input, and what it measures by default."""

import errno
import signal
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from benchmarks import exclusive
from benchmarks.gate import __main__, command, package, revision
from benchmarks.gate.outcome import Outcome
from benchmarks.gate.package import PackageError
from benchmarks.gate.racing import Rounds
from benchmarks.gate.revision import Revision
from benchmarks.gate.side import Side
from benchmarks.history.commit import Commit
from benchmarks.suites.suite import OURS

BASE = Revision(Commit("a" * 40, "Base"), "one")
HEAD = Revision(Commit("b" * 40, "Head"), "two")

Raise = Callable[[BaseException], Callable[..., object]]


@pytest.fixture(autouse=True)
def _commits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two commits in a clean tree, whose packages are built, and nobody else who measures."""
    monkeypatch.setattr(command, "find_revision", {"main": BASE, "HEAD": HEAD}.__getitem__)
    monkeypatch.setattr(command, "exclusive", lambda _purpose: nullcontext())
    monkeypatch.setattr(revision, "changed", lambda _paths: [])
    monkeypatch.setattr(package, "install", lambda *_: tmp_path)
    # The command takes SIGTERM for Ctrl-C, which pytest's process need not.
    monkeypatch.setattr(signal, "signal", lambda *_: None)


@pytest.fixture
def raising() -> Raise:
    """Make a function that raises something."""

    def make(error: BaseException) -> Callable[..., object]:
        def function(*_: object) -> object:
            raise error

        return function

    return make


def gate(*words: str) -> int:
    return __main__.main(["--base", "main", *words])


def errors(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def test_the_choice_is_what_the_client_has_a_share_in() -> None:
    choice = command.chosen(__main__.parser().parse_args(["--base", "main"]))
    names = {one.operation for one in choice.subjects}
    assert {"find_one", "find_many", "insert_1000", "transaction"} <= names
    assert not names & command.LEFT_OUT
    assert {one.framework for one in choice.subjects} == set(OURS)
    assert choice.rounds == Rounds()
    assert choice.instructions


def test_the_choice_of_a_person() -> None:
    words = ["--base", "main", "--operations", "count", "--frameworks", "data-bridge-sync"]
    words += ["--rounds", "7", "--no-instructions"]
    choice = command.chosen(__main__.parser().parse_args(words))
    assert choice.subjects == [("count", "data_bridge_sync")]
    assert choice.rounds == Rounds(7, 7)
    assert not choice.instructions


def test_the_same_package_needs_no_measurement(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "find_revision", lambda _name: BASE)
    assert gate() == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "Status 0: the package is the same: nothing to measure."


def test_the_same_package_is_measured_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_revision", lambda _name: BASE)
    sides: list[Side] = []

    def compare(base: Side, head: Side, *_: object) -> Outcome:
        sides.extend((base, head))
        return Outcome(broken=["something"])

    monkeypatch.setattr(command, "compare", compare)
    assert gate("--even-if-same") == 1
    assert [one.label for one in sides] == ["base", "head"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--operations", "nothing"), "error: there is no operation 'nothing'; choose from "),
        (("--frameworks", "nothing"), "error: there is no framework 'nothing'; choose from "),
        (("--frameworks", "asyncpg"), "error: no commit changes asyncpg; choose from "),
    ],
)
def test_what_there_is_not(
    words: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gate(*words) == 2
    found = errors(capsys)
    assert found.startswith(expected)
    assert found.count("\n") == 1


def test_a_number_of_rounds_is_one() -> None:
    for word in ("0", "-1", "many"):
        with pytest.raises(SystemExit) as caught:
            gate("--rounds", word)
        assert caught.value.code == 2


def test_an_unknown_commit_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "find_revision", revision.find_revision)
    assert __main__.main(["--base", "no-such-commit"]) == 2
    expected = "error: there is no commit 'no-such-commit' here; fetch it, or name another one\n"
    assert errors(capsys) == expected


def test_a_commit_that_does_not_build_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], raising: Raise
) -> None:
    error = PackageError("bbbbbbbb Head does not build: error: oh (build-bbbbbbbb.log)")
    monkeypatch.setattr(package, "install", raising(error))
    assert gate() == 2
    assert errors(capsys) == f"error: {error}\n"


def test_a_full_disk_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], raising: Raise
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "a.whl")
    monkeypatch.setattr(package, "install", raising(full))
    assert gate() == 2
    assert errors(capsys) == "error: No space left on device: a.whl\n"


def test_ctrl_c_before_the_measurement(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], raising: Raise
) -> None:
    monkeypatch.setattr(package, "install", raising(KeyboardInterrupt()))
    assert gate() == 130
    assert errors(capsys) == "interrupted before anything was measured\n"


def test_two_at_once_are_one_too_many(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lock = tmp_path / "lock"
    monkeypatch.setattr(command, "exclusive", lambda purpose: exclusive.exclusive(purpose, lock))
    with exclusive.exclusive("the history", lock):
        assert gate() == 2
    assert "the history (process " in errors(capsys)


def test_changed_sources_are_refused_unless_head_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        revision,
        "changed",
        lambda paths: ["crates/lib.rs"] if paths == revision.SOURCES else [],
    )
    monkeypatch.setattr(command, "compare", lambda *_: Outcome(broken=["something"]))
    assert gate() == 2
    assert errors(capsys) == (
        "error: crates/lib.rs differ from HEAD, which would be measured without them;"
        " commit first, or ask for it by --head HEAD\n"
    )
    assert gate("--head", "HEAD") == 1
    assert errors(capsys) == "warning: crates/lib.rs: not committed, and not measured\n"


def test_changed_benchmarks_measure_both_sides(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        revision,
        "changed",
        lambda paths: ["benchmarks/data.py"] if paths == revision.MEASURING else [],
    )
    monkeypatch.setattr(command, "compare", lambda *_: Outcome(broken=["something"]))
    assert gate() == 1
    expected = "warning: benchmarks/data.py: not committed, and both sides are measured with it\n"
    assert errors(capsys) == expected
