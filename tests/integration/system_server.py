"""A server of the distribution's PostgreSQL, which has TLS and replication."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.server import Server

#: For a server that nobody misses.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "listen_addresses": "127.0.0.1"}

#: What is needed of it.
COMMANDS = ("initdb", "pg_ctl", "pg_basebackup")

#: A start that takes longer has failed.
SECONDS = 60

#: Another process may take the free port before the server binds it.
PORT_ATTEMPTS = 3


def find_binaries() -> Path:
    """The directory of PostgreSQL's commands; the test is skipped where there is none."""
    directories = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    on_path = shutil.which("initdb")
    if on_path is not None:
        directories.append(Path(on_path).resolve().parent)
    for directory in directories:
        if all((directory / command).exists() for command in COMMANDS):
            return directory
    pytest.skip(f"no PostgreSQL of the distribution is installed ({', '.join(COMMANDS)})")


def find_account() -> str | None:
    """Whom PostgreSQL runs as: it refuses to run as root. None: whoever runs the tests."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    pytest.skip("PostgreSQL does not run as root, and there is nobody else")


class SystemServer:
    """A server in a directory of its own, with its port on 127.0.0.1 and its socket in there."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = _free_port()
        self._binaries = find_binaries()
        self._account = find_account()

    @property
    def data(self) -> Path:
        """Where the server keeps what it knows."""
        return self.directory / "data"

    @property
    def server(self) -> Server:
        """How to reach it by its socket, as its superuser."""
        return Server(str(self.directory), self.port, "postgres", "postgres")

    def create(self) -> None:
        """Make the database cluster."""
        self.run("initdb", "-D", self.data, "-U", "postgres", "--no-sync", "-A", "trust")

    def copy(self, other: "SystemServer") -> None:
        """Be a standby of another server."""
        where = ("-D", self.data, "-h", other.directory, "-p", str(other.port), "-U", "postgres")
        self.run("pg_basebackup", *where, "-R", "-X", "stream", "-c", "fast", "--no-sync")

    def start(self, settings: Mapping[str, str], hba: Sequence[str] = ()) -> None:
        """Start, and wait until it takes connections."""
        told = {**SETTINGS, **settings, "unix_socket_directories": str(self.directory)}
        if hba:
            (self.data / "pg_hba.conf").write_text("\n".join((*hba, "")))
        log = ("-l", self.directory / "log", "-t", str(SECONDS))
        for attempt in range(PORT_ATTEMPTS):
            with (self.data / "postgresql.auto.conf").open("a") as file:
                file.writelines(f"{name} = '{value}'\n" for name, value in told.items())
                file.write(f"port = {self.port}\n")
            last = attempt == PORT_ATTEMPTS - 1
            if self.run("pg_ctl", "start", "-w", "-D", self.data, *log, check=last):
                return
            self.port = _free_port()

    def stop(self) -> None:
        """End at once, as in a crash."""
        self.run("pg_ctl", "stop", "-D", self.data, "-m", "immediate", check=False)

    def adopt(self, path: Path) -> None:
        """Give a file to whom the server runs as, for nobody else to read."""
        path.chmod(0o700 if path.is_dir() else 0o600)
        if self._account is not None:
            shutil.chown(path, self._account)

    def run(self, command: str, *arguments: str | Path, check: bool = True) -> bool:
        """Run one of PostgreSQL's commands; whether it succeeded, where it need not."""
        other: dict[str, Any] = {}
        if self._account is not None:
            other = {"user": self._account, "group": pwd.getpwnam(self._account).pw_gid}
            other["extra_groups"] = []
        # No pipes: a server that was started would keep them open.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [self._binaries / command, *arguments],
                cwd=self.directory,
                check=False,
                stdout=subprocess.DEVNULL,
                stderr=output,
                timeout=2 * SECONDS,
                **other,
            )
            output.seek(0)
            assert not check or done.returncode == 0, output.read()
        return done.returncode == 0


@contextlib.contextmanager
def system_server() -> Iterator[SystemServer]:
    """A server that is not yet made; it is stopped and removed with the context."""
    directory = Path(tempfile.mkdtemp(prefix="data-bridge-server-"))
    server = SystemServer(directory)
    server.adopt(directory)
    try:
        yield server
    finally:
        if server.data.exists():
            server.stop()
        shutil.rmtree(directory)


def _free_port() -> int:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
    return port
