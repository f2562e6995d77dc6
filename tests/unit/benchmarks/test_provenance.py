import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from benchmarks import provenance
from benchmarks.provenance import UNKNOWN, changes, commit, one_line, outdated_build

from .comparisons import RUN

Git = Callable[..., None]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """Runs git in a repository of its own, with one commit of an engine and its documentation."""
    words = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(tmp_path)]

    def run(*command: str) -> None:
        subprocess.run([*words, *command], check=True)

    for name in ("crates/engine/lib.rs", "docs/page.md", "python/module.py", "Cargo.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    run("init", "-q")
    run("add", ".")
    run("commit", "-q", "-m", "Make it quick", "-m", "And say why.")
    return run


def test_a_commit_says_what_it_is(git: Git, tmp_path: Path) -> None:
    found = commit(tmp_path)
    assert len(found.identifier) == 40
    assert (found.subject, found.dirty) == ("Make it quick", False)
    assert found.date[:2] == "20"
    (tmp_path / "python" / "module.py").write_text("two")
    assert commit(tmp_path).dirty


def test_what_figures_depend_on_is_what_counts(git: Git, tmp_path: Path) -> None:
    (tmp_path / "docs" / "page.md").write_text("two")
    assert changes(tmp_path) == []
    (tmp_path / "crates" / "engine" / "lib.rs").write_text("two")
    (tmp_path / "python" / "new.py").write_text("two")
    assert changes(tmp_path) == ["crates/engine/lib.rs", "python/new.py"]
    git("add", ".")
    assert changes(tmp_path) == ["crates/engine/lib.rs", "python/new.py"]


def test_a_later_commit_is_a_change_where_it_changes_something(git: Git, tmp_path: Path) -> None:
    first = commit(tmp_path).identifier
    (tmp_path / "docs" / "page.md").write_text("two")
    git("commit", "-q", "-a", "-m", "Write")
    assert changes(tmp_path, first) == []
    (tmp_path / "python" / "module.py").write_text("two")
    git("commit", "-q", "-a", "-m", "Program")
    assert changes(tmp_path) == []
    assert changes(tmp_path, first) == ["python/module.py"]


def test_without_a_repository_there_is_no_commit(tmp_path: Path) -> None:
    assert commit(tmp_path) == provenance.Commit(UNKNOWN)


@pytest.fixture
def engine(git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A built engine, newer than its sources."""
    path = tmp_path / "python" / "_engine.so"
    path.write_text("machine code")
    for source in provenance.engine_sources(tmp_path):
        source.touch()
        os.utime(source, (1000, 1000))
    module = ModuleType("data_bridge._engine")
    module.__file__ = str(path)
    monkeypatch.setattr("data_bridge._engine", module)
    return path


def test_an_engine_older_than_its_sources_is_noticed(engine: Path, tmp_path: Path) -> None:
    for name in ("Cargo.lock", "pyproject.toml"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1000, 1000))
    os.utime(engine, (2000, 2000))
    assert not outdated_build(tmp_path)
    os.utime(tmp_path / "crates" / "engine" / "lib.rs", (3000, 3000))
    assert outdated_build(tmp_path)
    # A build that found nothing to compile.
    stamp = tmp_path / ".venv" / "built-release"
    stamp.parent.mkdir()
    stamp.touch()
    assert not outdated_build(tmp_path)


def test_an_engine_from_elsewhere_is_not_that_of_the_tree(engine: Path, tmp_path: Path) -> None:
    assert outdated_build(tmp_path / "crates")


def test_an_engine_that_does_not_say_so_is_no_debug_build(monkeypatch: pytest.MonkeyPatch) -> None:
    for engine, debug in (
        (SimpleNamespace(), False),
        (SimpleNamespace(debug_build=True), True),
        (SimpleNamespace(debug_build=False), False),
    ):
        monkeypatch.setattr("data_bridge._engine", engine)
        assert provenance.debug_build() is debug


def test_a_run_is_told_in_a_line() -> None:
    told = one_line(RUN)
    assert told == "Measured: commit 01234567, on some-machine (Linux), profile quick."
    assert "with changes that are not committed" in one_line(replace(RUN, dirty=True))
    assert "no commit, on" in one_line(replace(RUN, commit=UNKNOWN))
