"""The package of a commit: built as a wheel for measuring, and installed in a folder of its own.

Nothing of the checkout is touched. Both sides are built in the same folder, one after the other,
and installed in folders with names of one length: a path is part of what is compiled, and moves
what lies behind it in memory.
"""

import hashlib
import os
import platform
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from benchmarks.gate.revision import Revision
from benchmarks.history.commit import ROOT, last_line

FOLDER = ROOT / ".asv" / "gate"
# As asv builds, which has it as well: most of a build is the same for all commits.
CARGO_TARGET = ROOT / ".asv" / "cargo-target"
# A first build on a small machine takes a tenth of it.
BUILD_SECONDS = 3600.0
# Wheels and folders that are kept, the newest.
KEPT = 20
# What cargo says after the error itself.
SUMMARIES = ("error: could not compile", "error: aborting due to")


class PackageError(Exception):
    """There is no package to measure. The message is one line that says what to do."""


def install(revision: Revision, say: Callable[[str], None], folder: Path = FOLDER) -> Path:
    """The folder in which a commit's package lies; built and installed unless it is there.

    Args:
        revision: the commit.
        say: told before what takes minutes.
        folder: where everything lies that is made.

    Raises:
        PackageError: it cannot be built or installed.
        OSError: the disk is full, or not to be written.
    """
    key = build_key(revision)
    place = folder / "installed" / key
    if not place.exists():
        wheel = build(revision, key, say, folder)
        part = emptied(folder / "installing")
        # An interpreter and its pip: what uv would do, without a tool that may be missing.
        command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index"]
        command += ["--disable-pip-version-check", "--quiet", "--target", str(part), str(wheel)]
        log = folder / f"install-{revision.commit.identifier[:8]}.log"
        if run(command, ROOT, log) != 0:
            raise PackageError(f"pip failed: {last_line(log.read_text())} ({shown(log)})")
        place.parent.mkdir(exist_ok=True)
        part.rename(place)
    place.touch()
    prune(place.parent)
    return place


def build(revision: Revision, key: str, say: Callable[[str], None], folder: Path) -> Path:
    """The wheel of a commit, built unless it is there.

    Raises:
        PackageError: it cannot be built.
    """
    place = folder / "wheels" / key
    if not place.exists():
        say(f"Building {revision.commit}")
        part = emptied(folder / "building")
        source = emptied(folder / "source")
        export(revision, source)
        command = [sys.executable, "-m", "maturin", "build", "--release", "--locked"]
        command += ["-i", sys.executable, "-o", str(part)]
        log = folder / f"build-{revision.commit.identifier[:8]}.log"
        if run(command, source, log) != 0:
            reason = cargo_error(log.read_text())
            raise PackageError(f"{revision.commit} does not build: {reason} ({shown(log)})")
        place.parent.mkdir(exist_ok=True)
        part.rename(place)
        shutil.rmtree(source)
    place.touch()
    prune(place.parent)
    (wheel,) = place.glob("*.whl")
    return wheel


def build_key(revision: Revision) -> str:
    """What tells one build from another: the sources, the compiler, and the interpreter.

    Raises:
        PackageError: there is no compiler.
    """
    for tool in ("cargo", "rustc"):
        if shutil.which(tool) is None:
            raise PackageError(f"{tool} is not installed; install Rust (https://rustup.rs)")
    compiler = subprocess.run(["rustc", "-vV"], check=False, capture_output=True, text=True)  # noqa: S607 - the one on PATH is what cargo takes
    if compiler.returncode != 0:
        raise PackageError(f"rustc does not run: {last_line(compiler.stderr)}")
    parts = (revision.package, compiler.stdout, sys.version, platform.platform())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def export(revision: Revision, folder: Path) -> None:
    """Write the files of a commit into a folder.

    Raises:
        PackageError: git does not give them.
    """
    now = time.time()

    def written_now(member: tarfile.TarInfo, path: str) -> tarfile.TarInfo:
        # With the commit's own time, cargo would take what it has built last for newer.
        return tarfile.data_filter(member, path).replace(mtime=now, deep=False)

    command = ["git", "archive", "--format=tar", revision.commit.identifier]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
                archive.extractall(folder, filter=written_now)  # noqa: S202 - data_filter keeps it inside
        except tarfile.TarError as error:
            raise PackageError(f"git does not export {revision.commit}: {error}") from error


def run(command: Sequence[str], folder: Path, log: Path) -> int:
    """Run a command, its words in a log; returns its status.

    Raises:
        PackageError: it does not end.
    """
    target = Path(os.environ.get("CARGO_TARGET_DIR", CARGO_TARGET)).resolve()
    # maturin says it itself; another value would build the binding anew.
    kept = {name: value for name, value in os.environ.items() if name != "PYO3_PYTHON"}
    with (
        log.open("w") as output,
        # A session of its own, so that cargo and its compilers can be ended with it.
        subprocess.Popen(
            command,
            cwd=folder,
            env={**kept, "CARGO_TARGET_DIR": str(target)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            return process.wait(BUILD_SECONDS)
        except subprocess.TimeoutExpired:
            raise PackageError(f"the build did not end in an hour ({shown(log)})") from None
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def cargo_error(text: str) -> str:
    """The last error that cargo names, in one line."""
    errors = [line.strip() for line in text.splitlines() if line.startswith("error")]
    telling = [line for line in errors if not line.startswith(SUMMARIES)]
    return (telling or errors or [last_line(text).strip()])[-1]


def emptied(folder: Path) -> Path:
    """A folder with nothing in it."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def prune(folder: Path) -> None:
    """Remove what was used longest ago."""
    found = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in found[KEPT:]:
        shutil.rmtree(path)


def shown(path: Path) -> Path:
    """A path as a person in the checkout calls it."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
