"""What is built, what its digest is made of, and what is said when it cannot be."""

import os
import subprocess
from pathlib import Path

import pytest

from benchmarks.gate import package, revision
from benchmarks.gate.package import PackageError, cargo_error, prune
from benchmarks.gate.revision import Revision, RevisionError, find_revision
from benchmarks.history import commit
from benchmarks.history.commit import Commit, listed

FAILED = """\
   Compiling data-bridge-postgres v0.1.0
error[E0308]: mismatched types
 --> crates/data-bridge-postgres/src/lib.rs:3:5
error: could not compile `data-bridge-postgres` (lib) due to 1 previous error
maturin failed
  Caused by: Failed to build a native library through cargo
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in place of ours: a commit with a package, and what comes after it."""
    folder = tmp_path / "repository"
    (folder / "crates").mkdir(parents=True)
    (folder / "crates" / "lib.rs").write_text("one")
    (folder / "notes").write_text("one")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    keep(folder, "first")
    monkeypatch.setattr(commit, "ROOT", folder)
    monkeypatch.setattr(package, "ROOT", folder)
    return folder


def git(folder: Path, *words: str) -> None:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


def keep(folder: Path, subject: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", subject)


def test_only_what_is_built_makes_another_package(repository: Path) -> None:
    first = find_revision("main")
    assert first.commit.subject == "first"
    (repository / "notes").write_text("two")
    keep(repository, "second")
    second = find_revision("HEAD")
    assert second.commit != first.commit
    assert second.package == first.package
    (repository / "crates" / "lib.rs").write_text("two")
    keep(repository, "third")
    assert find_revision("main").package != first.package
    assert find_revision("main~1") == second


@pytest.mark.parametrize("name", ["elsewhere", "--all", "main~9", ""])
def test_an_unknown_commit_is_one_line(repository: Path, name: str) -> None:
    with pytest.raises(RevisionError) as caught:
        find_revision(name)
    assert str(caught.value) == f"there is no commit {name!r} here; fetch it, or name another one"


def test_a_commit_without_a_package_is_one_line(repository: Path) -> None:
    git(repository, "rm", "-r", "--quiet", "crates")
    keep(repository, "nothing left")
    with pytest.raises(RevisionError, match="nothing left has no package that could be built"):
        find_revision("main")


def test_what_no_commit_has(repository: Path) -> None:
    assert revision.changed_sources() == []
    (repository / "notes").write_text("two")
    (repository / "crates" / "lib.rs").write_text("two")
    (repository / "crates" / "new.rs").write_text("new")
    assert revision.changed_sources() == ["crates/lib.rs", "crates/new.rs"]
    assert listed(["a", "b", "c", "d"]) == "a, b, c, ..."


def test_an_export_has_the_files_of_its_commit_with_the_time_of_now(
    repository: Path, tmp_path: Path
) -> None:
    os.utime(repository / "crates" / "lib.rs", (0, 0))
    first = find_revision("main")
    (repository / "crates" / "lib.rs").write_text("two")
    folder = package.emptied(tmp_path / "export")
    before = (tmp_path / "repository").stat().st_mtime
    package.export(first, folder)
    assert (folder / "crates" / "lib.rs").read_text() == "one"
    # An older one would pass for built.
    assert (folder / "crates" / "lib.rs").stat().st_mtime >= before


def test_what_cannot_be_exported_is_one_line(repository: Path, tmp_path: Path) -> None:
    missing = Revision(Commit("0" * 40, "Missing"), "")
    with pytest.raises(PackageError, match="git does not export 00000000 Missing"):
        package.export(missing, package.emptied(tmp_path / "export"))


def test_without_cargo_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PackageError, match=r"^cargo is not installed; install Rust"):
        package.build_key(Revision(Commit("0" * 40, ""), ""))


def test_a_build_that_fails_names_the_error_and_the_log(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No Cargo.toml: maturin ends at once.
    monkeypatch.setattr(package, "build_key", lambda _revision: "key")
    told: list[str] = []
    with pytest.raises(PackageError) as caught:
        package.install(find_revision("main"), told.append, tmp_path / "gate")
    message = str(caught.value)
    identifier = find_revision("main").commit.identifier[:8]
    assert message.startswith(f"{identifier} first does not build: ")
    assert message.endswith(f"build-{identifier}.log)")
    assert "\n" not in message
    assert told == [f"Building {identifier} first"]


def test_the_error_of_cargo_is_the_one_that_tells() -> None:
    assert cargo_error(FAILED) == "error[E0308]: mismatched types"
    assert cargo_error("error: could not compile `x`\n") == "error: could not compile `x`"
    assert cargo_error("maturin failed\n  Caused by: nothing\n") == "Caused by: nothing"


def test_what_was_used_longest_ago_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "KEPT", 2)
    for number in range(4):
        (tmp_path / str(number)).mkdir()
        os.utime(tmp_path / str(number), (number, number))
    prune(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2", "3"]
