"""A real pgbouncer between the tests and their server."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.keeper import unprivileged_account
from benchmarks.server import Server

#: Debian puts it where only root's PATH leads.
PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
START_SECONDS = 30
#: From this version on it can keep prepared statements itself.
KEEPS_STATEMENTS = (1, 21)


def version() -> tuple[int, ...]:
    """The version of the pgbouncer that is installed."""
    if PROGRAM is None:
        pytest.skip("pgbouncer is not installed: run .ci/install-tools")
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    assert found is not None, said
    return tuple(int(part) for part in found.groups())


@contextmanager
def pgbouncer(server: Server, *, sessions: int, statements: int | None) -> Iterator[Server]:
    """A pgbouncer in transaction mode, while the context lasts.

    Args:
        server: Where it leads.
        sessions: How many it opens there.
        statements: How many prepared statements it keeps for each session; None: what it does
            when nothing is said.
    """
    newer = version() >= KEEPS_STATEMENTS
    if statements and not newer:
        pytest.skip("this pgbouncer keeps no prepared statements: that came with 1.21")
    account = unprivileged_account()
    directory = Path(tempfile.mkdtemp(prefix="data-bridge-pooler-"))
    settings = {
        "listen_port": 6432,
        "unix_socket_dir": directory,
        "auth_type": "trust",
        "auth_file": directory / "users",
        "pool_mode": "transaction",
        "default_pool_size": sessions,
        "max_client_conn": 100,
    }
    if newer and statements is not None:
        settings["max_prepared_statements"] = statements
    lines = [f"{name} = {value}" for name, value in settings.items()]
    target = f"host={server.host} port={server.port}"
    if server.password:
        target += f" password={server.password}"
    (directory / "users").write_text(f'"{server.user}" ""\n')
    configuration = directory / "pgbouncer.ini"
    configuration.write_text("\n".join(["[databases]", f"* = {target}", "[pgbouncer]", *lines]))
    if "user" in account:
        for path in (directory, *directory.iterdir()):
            shutil.chown(path, account["user"])
    process = subprocess.Popen(
        [str(PROGRAM), "-q", str(configuration)],
        cwd=directory,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **account,
    )
    try:
        await_socket(directory / ".s.PGSQL.6432", process)
        yield replace(server, host=str(directory), port=6432, password=None, parameters={})
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(directory, ignore_errors=True)


def await_socket(path: Path, process: "subprocess.Popen[bytes]") -> None:
    """Wait until somebody answers at a socket."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, "pgbouncer has ended"
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(path))
                return
        except OSError:
            assert time.monotonic() < deadline, "pgbouncer does not answer"
            time.sleep(0.01)
