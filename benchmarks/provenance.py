"""Where figures come from: commit, machine, server and versions, as every result says it.

Nothing of it names a person's machine: no host, no user, no path.
"""

import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks import floor_process, frameworks, machine
from benchmarks.adapters.adapter import Adapter
from benchmarks.journal import Run

ROOT = Path(__file__).resolve().parent.parent
# What a figure depends on: change one of these, and it belongs to no commit.
SOURCES = (
    "benchmarks",
    "crates",
    "python",
    "Cargo.lock",
    "Cargo.toml",
    "pyproject.toml",
    "requirements.lock",
)
UNKNOWN = "unknown"

# Neither paths nor addresses nor passwords: of the settings that are text, only what is loaded.
SETTINGS = """
SELECT name, current_setting(name) FROM pg_settings
WHERE source NOT IN ('default', 'override', 'client', 'session') AND setting <> boot_val
  AND (vartype <> 'string' OR name = 'shared_preload_libraries')
  AND name NOT IN ('port', 'unix_socket_permissions')
ORDER BY name
"""


@dataclass(frozen=True)
class Commit:
    """The commit that the working tree stands on.

    Attributes:
        identifier: all forty digits, or "unknown" where there is no repository.
        subject: the first line of its message.
        date: when it was made, ISO 8601.
        dirty: whether what figures depend on differs from it.
    """

    identifier: str
    subject: str = ""
    date: str = ""
    dirty: bool = False


def commit(root: Path = ROOT) -> Commit:
    """The commit of a working tree."""
    head = git(root, "log", "-1", "--format=%H%n%cI%n%s")
    if head is None:
        return Commit(UNKNOWN)
    identifier, date, subject = head.split("\n", 2)
    return Commit(identifier, subject, date, dirty=bool(changes(root)))


def changes(root: Path = ROOT, since: str = "HEAD") -> list[str]:
    """The files that figures depend on and that differ from a commit, or are in none."""
    present = [name for name in SOURCES if (root / name).exists()]
    changed = git(root, "diff", "--name-only", since, "--", *present)
    unknown = git(root, "ls-files", "--others", "--exclude-standard", "--", *present)
    return [name for listed in (changed, unknown) for name in (listed or "").splitlines()]


def git(root: Path, *words: str) -> str | None:
    """What a git command prints; None where it fails."""
    command = ["git", "-C", str(root), *words]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return done.stdout.rstrip("\n") if done.returncode == 0 else None


def settings(connection: "psycopg.Connection[tuple[object, ...]]") -> dict[str, str]:
    """The server's settings that somebody chose, by name."""
    return {str(name): str(value) for name, value in connection.execute(SETTINGS)}


def version_of(name: str, kind: type[Adapter]) -> str:
    """The version of a framework; of the floor, whether it is the compiled one or Python's."""
    if name == "floor":
        return "compiled" if floor_process.binary().exists() else "python"
    return frameworks.package_version(kind)


def describe(
    connection: "psycopg.Connection[tuple[object, ...]]",
    *,
    loop: str,
    profile: str,
    pinned: bool,
    command: str,
    name: str | None = None,
) -> Run:
    """What is measured here and now; the frameworks' versions come to it later.

    Args:
        connection: to the server that is measured with.
        loop: event loop of the async frameworks.
        profile: how thorough.
        pinned: whether server and client share one core.
        command: what repeats the run.
        name: the machine's neutral name, if somebody gave it one.
    """
    found = commit()
    return Run(
        commit=found.identifier,
        subject=found.subject,
        date=found.date,
        dirty=found.dirty,
        machine=name or machine.neutral_name(),
        hardware=machine.description(),
        loop=loop,
        profile=profile,
        pinned=pinned,
        server=connection.info.parameter_status("server_version") or "",
        settings=settings(connection),
        python=platform.python_version(),
        versions={},
        left_out={},
        command=command,
    )


def debug_build() -> bool:
    """Whether the engine was built for tests: its times say nothing.

    Raises:
        ImportError: it was not built at all.
    """
    from data_bridge import _engine

    # What was built before the engine said so was built for measuring.
    return bool(getattr(_engine, "debug_build", False))


def outdated_build(root: Path = ROOT) -> bool:
    """Whether the engine that is imported was built before its sources were changed last.

    Raises:
        ImportError: it was not built at all.
    """
    from data_bridge import _engine

    built = [Path(str(_engine.__file__))]
    if not built[0].is_relative_to(root):
        return True
    # A build that finds nothing to compile leaves the engine as it is.
    built.append(root / ".venv" / "built-release")
    newest = max(path.stat().st_mtime for path in built if path.exists())
    return any(path.stat().st_mtime > newest for path in engine_sources(root))


def engine_sources(root: Path) -> list[Path]:
    """What the engine is built from, as the Makefile has it."""
    found = [path for path in (root / "crates").rglob("*") if path.is_file()]
    return [*found, *(root / name for name in ("Cargo.toml", "Cargo.lock", "pyproject.toml"))]


def one_line(run: Run) -> str:
    """Commit and machine as a note below a table has them."""
    hardware: Mapping[str, str] = run.hardware
    dirty = " with changes that are not committed" if run.dirty else ""
    told = f"commit {run.commit[:8]}{dirty}" if run.commit != UNKNOWN else "no commit"
    return f"Measured: {told}, on {run.machine} ({hardware['os']}), profile {run.profile}."
