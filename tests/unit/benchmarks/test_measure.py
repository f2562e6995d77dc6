"""The command that measures everything, with phases that measure nothing."""

import argparse
import resource
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from benchmarks import exclusive, provenance
from benchmarks.comparison.race import ServerGoneError
from benchmarks.figure import Failure, Figure
from benchmarks.journal import Journal, Run, Subject, Writer, load, path_of
from benchmarks.measure import __main__ as script
from benchmarks.measure import command, refusal, showing
from benchmarks.measure.choice import chosen_phases
from benchmarks.measure.phase import STUDIES, Found, Measure, Place
from benchmarks.operations import OPERATIONS
from benchmarks.suites.profile import PROFILES

from .comparisons import RUN

SUBJECTS = [("operations", "find_one"), ("operations", "count"), ("growth", "insert")]


class Fake:
    """A phase whose subjects have one figure each, and which can be made to stop at one."""

    def __init__(self) -> None:
        self.subjects: Sequence[Subject] = SUBJECTS
        self.measured: list[Subject] = []
        self.stop: dict[Subject, BaseException | Failure | Callable[[], None]] = {}

    @contextmanager
    def opened(self, place: Place) -> Iterator[Measure]:
        def measure(subject: Subject) -> list[Found]:
            self.measured.append(subject)
            place.tell(f"measuring {subject}", 0.5)
            match self.stop.get(subject):
                case BaseException() as error:
                    raise error
                case Failure() as failure:
                    return [failure]
                case None:
                    pass
                case function:
                    function()
            return [Figure(*subject, "asyncpg", "", "wall", "s", [1.0, 2.0])]

        yield measure


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return tmp_path / "results"


@pytest.fixture
def phase(results: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """The only phase; nothing is refused, and there is no server."""
    fake = Fake()
    for name in ("server", "Tables", "pinned"):
        monkeypatch.setattr(command, name, lambda *_: nullcontext(argparse.Namespace(dsn="")))
    lock = results.with_name("lock")
    monkeypatch.setattr(command, "exclusive", partial(exclusive.exclusive, lock=lock))
    monkeypatch.setattr(command, "RESULTS", results)
    monkeypatch.setattr(command, "chosen_phases", lambda *_: [fake])
    monkeypatch.setattr(command, "require_recordable", lambda: None)
    monkeypatch.setattr(command, "require_unchanged", lambda _commit: None)
    of_run(monkeypatch, RUN)
    return fake


def of_run(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """Let the command find that this is measured."""
    place = Place(None, None, [], run, "quick")  # type: ignore[arg-type]
    monkeypatch.setattr(command, "place_of", lambda *_: place)


def path(results: Path) -> Path:
    return path_of(results, RUN)


def test_a_whole_run_is_kept_under_its_name(
    phase: Fake, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main([]) == 0
    found = load(path(results))
    assert (found.run, found.done, found.whole) == (RUN, SUBJECTS, True)
    assert len(found.figures) == 3
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("This machine has no results yet; they will be kept in results/some-m")
    shown = "results/some-machine/01234567-asyncio.jsonl"
    assert last == f"{shown} is whole; --show {shown} prints it."


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (ServerGoneError("the server is gone"), 1, "error: the server is gone"),
        (ValueError("any\nthing"), 1, "error: ValueError: any thing"),
    ],
)
def test_what_comes_in_between_keeps_what_was_measured_and_the_next_run_goes_on(
    phase: Fake,
    results: Path,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    status: int,
    line: str,
) -> None:
    phase.stop[SUBJECTS[1]] = error
    assert script.main([]) == status
    assert capsys.readouterr().err == (
        f"{line}; 1 of 3 subjects are measured and kept, and the next run goes on from there\n"
    )
    assert not path(results).exists()
    phase.measured.clear()
    phase.stop.clear()
    assert script.main([]) == 0
    assert phase.measured == SUBJECTS[1:]
    assert load(path(results)).done == SUBJECTS
    out = capsys.readouterr().out
    assert out.startswith("Going on with a run that was interrupted: 1 of 3 subjects are measured")


def test_what_is_measured_already_is_not_measured_again_unless_asked(
    phase: Fake, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main([]) == 0
    phase.measured.clear()
    assert script.main([]) == 0
    assert phase.measured == []
    assert "is there already; --again measures this commit anew" in capsys.readouterr().out
    assert script.main(["--again"]) == 0
    assert phase.measured == SUBJECTS


def test_an_unfinished_run_under_other_conditions_is_set_aside(
    phase: Fake,
    results: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    phase.stop[SUBJECTS[1]] = KeyboardInterrupt()
    assert script.main([]) == 130
    phase.stop.clear()
    of_run(monkeypatch, replace(RUN, server="19.1"))
    phase.measured.clear()
    assert script.main([]) == 0
    assert phase.measured == SUBJECTS
    assert "set aside as 01234567-asyncio.part.aside." in capsys.readouterr().out
    aside = load(path(results).with_name("01234567-asyncio.part.aside"))
    assert (aside.run, aside.done) == (RUN, SUBJECTS[:1])


def test_a_file_cut_short_is_gone_on_with(phase: Fake, results: Path) -> None:
    assert script.main([]) == 0
    text = path(results).read_text()
    path(results).write_text(text[: text.index('"count"')])
    phase.measured.clear()
    assert script.main([]) == 0
    assert phase.measured == SUBJECTS[1:]
    assert load(path(results)).whole


def test_a_full_disk_at_the_start_is_one_line(
    phase: Fake, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path(results).parent.mkdir(parents=True)
    path(results).with_suffix(".new").symlink_to("/dev/full")
    assert script.main([]) == 1
    errors = capsys.readouterr().err
    assert errors == "error: 01234567-asyncio.part cannot be written: No space left on device\n"


def test_a_disk_that_fills_up_in_between_keeps_what_was_measured(
    phase: Fake, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill() -> None:
        size = path(results).with_suffix(".part").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, limit[1]))

    phase.stop[SUBJECTS[2]] = fill
    try:
        assert script.main([]) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    errors = capsys.readouterr().err
    assert errors.startswith("error: 01234567-asyncio.part cannot be written: File too large; 2 of")
    assert load(path(results).with_suffix(".part")).done == SUBJECTS[:2]
    phase.stop.clear()
    phase.measured.clear()
    assert script.main([]) == 0
    assert phase.measured == SUBJECTS[2:]


def test_a_framework_without_figures_is_told_and_the_run_is_whole(
    phase: Fake, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    phase.stop[SUBJECTS[2]] = Failure("growth", "insert", "fastpg", "copy", "slow", {"rows": 10})
    assert script.main([]) == 1
    assert capsys.readouterr().err == (
        "error: no figures: growth insert, fastpg copy rows 10: slow\n"
    )
    assert load(path(results)).whole


def test_a_tree_that_changes_meanwhile_ends_the_run(
    phase: Fake,
    results: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(command, "require_unchanged", refusal.require_unchanged)
    found: list[list[str]] = [[], ["python/a.py"]]
    monkeypatch.setattr(provenance, "changes", lambda since: found.pop(0))
    assert script.main([]) == 1
    assert capsys.readouterr().err.startswith(
        "error: python/a.py changed while 01234567 was measured; undo that; 1 of 3 subjects"
    )


def test_two_at_once_are_one_too_many(
    phase: Fake, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with exclusive.exclusive("somebody", results.with_name("lock")):
        assert script.main([]) == 1
    assert capsys.readouterr().err.startswith("error: somebody (process ")
    assert phase.measured == []


@pytest.mark.parametrize("option", ["--operations", "--studies", "--frameworks"])
def test_a_part_is_shown_and_never_kept(
    phase: Fake, results: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    word = {"--frameworks": "asyncpg"}.get(option, "all")
    assert script.main([option, word]) == 0
    out = capsys.readouterr().out
    assert "A part of the benchmarks, which is not kept." in out
    assert "Find one by id" in out
    assert not results.exists()


def test_an_interrupted_part_shows_what_it_has(
    phase: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    phase.stop[SUBJECTS[1]] = KeyboardInterrupt()
    assert script.main(["--operations", "all"]) == 130
    out, err = capsys.readouterr()
    assert "Not whole: the run was interrupted after 1 subjects." in out
    assert "Find one by id" in out
    assert err.splitlines()[-1] == "interrupted; 1 of 3 subjects are measured"


def test_what_was_kept_is_shown(
    phase: Fake, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main([]) == 0
    assert script.main(["--show", str(path(results))]) == 0
    out = capsys.readouterr().out
    assert "01234567 Make it quick; repeated by: make measure" in out
    assert "Growth" in out or "insert" in out
    assert "Not whole" not in out
    text = path(results).read_text()
    path(results).write_text(text[: text.index('"count"')])
    assert script.main(["--show", str(path(results))]) == 0
    assert "Not whole: the run was interrupted after 1 subjects." in capsys.readouterr().out


def test_what_cannot_be_shown_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main(["--show", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err == "error: none cannot be read: No such file or directory\n"


def test_misuse_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--operations", "fly"], ["--studies", "fly"], ["--frameworks", "pg8000"]):
        assert script.main(words) == 2
        errors = capsys.readouterr().err
        assert errors.startswith("error: there is no ")
        assert errors.count("\n") == 1


@pytest.mark.parametrize("name", ["../up", "A", "", "a b"])
def test_a_machine_is_named_as_a_folder_can_be(name: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        script.machine_name(name)
    assert script.machine_name("amd-epyc-2-cores") == "amd-epyc-2-cores"


def chosen(operations: str = "", studies: str = "") -> list[Subject]:
    phases = chosen_phases(operations, studies, "quick")
    return [subject for phase in phases for subject in phase.subjects]


def test_a_whole_run_is_everything() -> None:
    everything = chosen()
    assert len(set(everything)) == len(everything)
    assert [name for study, name in everything if study == "operations"] == [
        operation.name for operation in OPERATIONS
    ]
    assert {study for study, _ in everything} == {"operations", *(one.name for one in STUDIES)}
    assert tuple(PROFILES) == script.PROFILES


def test_a_part_is_what_was_asked_for() -> None:
    assert chosen("count") == [("operations", "count")]
    assert {study for study, _ in chosen(studies="growth")} == {"growth"}
    both = {study for study, _ in chosen("count", "startup,growth")}
    assert both == {"operations", "growth", "startup"}
    assert {study for study, _ in chosen(studies="all")} == {one.name for one in STUDIES}


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"commit": lambda: provenance.Commit(provenance.UNKNOWN)}, "there is no commit"),
        ({"changes": lambda: ["a", "b", "c", "d"]}, "a, b, c, ... differ from the commit"),
        ({"debug_build": lambda: True}, "data-bridge is built for tests"),
        ({"outdated_build": lambda: True}, "data-bridge is older than its sources"),
    ],
)
def test_what_would_not_belong_to_its_commit_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    change: dict[str, Callable[[], object]],
    line: str,
) -> None:
    good: dict[str, Callable[[], object]] = {
        "commit": lambda: provenance.Commit("0" * 40),
        "changes": list,
        "debug_build": lambda: False,
        "outdated_build": lambda: False,
    }
    for name, function in good.items():
        monkeypatch.setattr(provenance, name, function)
    refusal.require_recordable()
    for name, function in change.items():
        monkeypatch.setattr(provenance, name, function)
    lock = tmp_path / "lock"
    monkeypatch.setattr(command, "exclusive", partial(exclusive.exclusive, lock=lock))
    assert script.main([]) == 1
    errors = capsys.readouterr().err
    assert errors.startswith(f"error: {line}")
    assert errors.count("\n") == 1


def test_an_engine_that_was_not_built_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> bool:
        raise ImportError

    monkeypatch.setattr(provenance, "commit", lambda: provenance.Commit("0" * 40))
    monkeypatch.setattr(provenance, "changes", list)
    monkeypatch.setattr(provenance, "debug_build", missing)
    with pytest.raises(refusal.RefusalError, match="is not built; run make build-release"):
        refusal.require_recordable()


def test_a_study_that_is_gone_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figure = Figure("flight", "height", "asyncpg", "", "wall", "s", [1.0])
    journal = Journal(RUN, [figure], done=[("flight", "height")], whole=True)
    assert showing.show(journal) == 0
    assert "There is no study flight any more" in capsys.readouterr().out


def test_a_short_write_is_finished(tmp_path: Path) -> None:
    with Writer(tmp_path, RUN) as writer:
        file = writer.file

        class Short:
            """A file that takes ten bytes at a time."""

            def write(self, line: bytes) -> int:
                return file.write(line[:10]) or 0

            def close(self) -> None:
                file.close()

        writer.file = Short()  # type: ignore[assignment]
        writer.keep(("growth", "insert"), [])
        assert load(writer.path).done == [("growth", "insert")]
