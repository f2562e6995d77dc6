"""PostgreSQL as a distribution packages it, with TLS, which the embedded server has not.

As a program (`python -S -m benchmarks.studies.distribution`) it is the process that keeps such a
server, as `benchmarks.keeper` keeps the embedded one.
"""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.keeper import Keeper, KeeperError, environment, main
from benchmarks.server import BENCHMARK_SETTINGS, TRUST, Server, ServerError, kept

FOLDERS = Path("/usr/lib/postgresql")
# Settings that an older server does not know.
NEWER = {"md5_password_warnings"}


class DistributionKeeper(Keeper):
    """A server with a certificate of its own; `package` is the folder of its programs."""

    # The builtin locale provider is PostgreSQL 17's.
    locale = ("--locale=C",)

    def program(self, name: str) -> Path:
        """The path of one of PostgreSQL's programs."""
        return self.package / name

    def reach_programs(self) -> None:
        """A distribution's programs are everybody's."""

    def run_initdb(self) -> None:
        """Create the database cluster, and a self-signed certificate in it."""
        super().run_initdb()
        command = ["openssl", "req", "-new", "-x509", "-nodes", "-days", "2", "-subj", "/CN=bench"]
        try:
            subprocess.run(
                [*command, "-keyout", "server.key", "-out", "server.crt"],
                check=True,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                cwd=self.data,
                env=environment(),
                **self.account,
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise KeeperError(f"openssl makes no certificate: {error}") from error


@contextlib.contextmanager
def tls_server() -> Iterator[Server]:
    """A new server with TLS over TCP, stopped and removed with the context.

    Raises:
        ServerError: no distribution's server is there, or it does not start, or has no TLS.
    """
    request = {
        "package": str(programs()),
        "settings": {
            **{name: value for name, value in BENCHMARK_SETTINGS.items() if name not in NEWER},
            "ssl": "on",
        },
        "hba": list(TRUST),
    }
    with kept(["-S", "-m", "benchmarks.studies.distribution"], request) as running:
        yield running


def programs() -> Path:
    """The folder with the programs of the newest server that a distribution has put here.

    Raises:
        ServerError: there is none.
    """
    found = [path.parent for path in FOLDERS.glob("*/bin/initdb")]
    numbered = [path for path in found if path.parent.name.isdecimal()]
    if not numbered:
        raise ServerError(f"there is no PostgreSQL with TLS under {FOLDERS}")
    return max(numbered, key=lambda path: int(path.parent.name))


if __name__ == "__main__":
    main(DistributionKeeper)
