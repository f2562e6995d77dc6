"""Connecting: by which arguments, as whom, and why it fails."""

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import errors
from tests.integration.conftest import PASSWORD, PasswordServer
from tests.integration.observation import assert_in_step

ENVIRONMENT = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGOPTIONS", "PGAPPNAME")


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("PG"):
            monkeypatch.delenv(name)


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of something that takes connections and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def refusing() -> int:
    """A port where nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
    return port


async def who(connection: postgres.Connection) -> tuple[Any, ...]:
    async with connection:
        row = await connection.fetchrow(
            "SELECT current_user::text, current_database()::text, "
            "current_setting('application_name'), current_setting('work_mem')"
        )
        assert row is not None
        return tuple(row)


@pytest.mark.each_loop
async def test_by_connection_string(server: Server) -> None:
    connection = await postgres.connect(server.uri(application_name="a b"))
    assert repr(connection) == "<Connection idle>"
    await assert_in_step(connection)
    assert (await who(connection))[:3] == (server.user, server.database, "a b")
    assert repr(connection) == "<Connection closed>"


async def test_by_keywords(own_database: Server) -> None:
    connection = await postgres.connect(
        host=own_database.host,
        port=own_database.port,
        user=own_database.user,
        password=own_database.password,
        database=own_database.database,
        server_settings={"application_name": r"a 'b' \c", "work_mem": "77MB"},
    )
    expected = (own_database.user, own_database.database, r"a 'b' \c", "77MB")
    assert await who(connection) == expected


async def test_keywords_go_before_the_connection_string(own_database: Server) -> None:
    dsn = own_database.uri(user="nobody", database="nothing")
    connection = await postgres.connect(dsn, user=own_database.user, database=own_database.database)
    assert (await who(connection))[:2] == (own_database.user, own_database.database)


async def test_by_environment(own_database: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    values = (
        own_database.host,
        str(own_database.port),
        own_database.user,
        own_database.password or "",
        own_database.database,
        "-c work_mem=77MB",
        "by environment",
    )
    for name, value in zip(ENVIRONMENT, values, strict=True):
        monkeypatch.setenv(name, value)
    expected = (own_database.user, own_database.database, "by environment", "77MB")
    assert await who(await postgres.connect()) == expected


async def test_reports_what_the_server_says_of_itself(server: Server) -> None:
    async with await postgres.connect(server.dsn) as connection:
        version = connection.get_parameter("server_version")
        assert version is not None
        assert await connection.fetchval("SHOW server_version") == version
        assert connection.get_parameter("client_encoding") == "UTF8"
        await connection.execute("SET TimeZone = 'Asia/Tokyo'")
        assert connection.get_parameter("TimeZone") == "Asia/Tokyo"
        assert connection.get_parameter("no such parameter") is None


# As whom


async def test_authentication(password_server: PasswordServer, authentication_method: str) -> None:
    connection = await postgres.connect(password_server.dsn(authentication_method))
    await assert_in_step(connection)
    assert (await who(connection))[0] == authentication_method
    with postgres.sync.connect(password_server.dsn(authentication_method)) as sync:
        assert sync.fetchval("SELECT current_user::text") == authentication_method


@pytest.mark.parametrize("method", ["password", "md5", "scram-sha-256"])
async def test_a_wrong_password(password_server: PasswordServer, method: str) -> None:
    dsn = password_server.dsn(method, "hunter2")
    with pytest.raises(errors.InvalidPasswordError) as raised:
        await postgres.connect(dsn)
    assert raised.value.sqlstate == "28P01"
    assert raised.value.severity == "FATAL"
    assert f'password authentication failed for user "{method}"' in str(raised.value)
    with pytest.raises(errors.InvalidPasswordError):
        postgres.sync.connect(dsn)
    # A keyword goes before what the string says.
    assert (await who(await postgres.connect(dsn, password=PASSWORD)))[0] == method


async def test_no_password(password_server: PasswordServer) -> None:
    with pytest.raises(errors.InterfaceError, match="asks for a password and none was given"):
        await postgres.connect(password_server.dsn("scram-sha-256", None))


async def test_not_admitted(password_server: PasswordServer) -> None:
    with pytest.raises(errors.InvalidAuthorizationSpecificationError, match="pg_hba") as raised:
        await postgres.connect(password_server.server.uri(host="127.0.0.1", user="stranger"))
    assert raised.value.sqlstate == "28000"


@pytest.mark.each_loop
async def test_a_missing_database(server: Server) -> None:
    with pytest.raises(errors.InvalidCatalogNameError, match='"nothing" does not exist') as raised:
        await postgres.connect(server.dsn, database="nothing")
    assert raised.value.sqlstate == "3D000"


async def test_a_missing_role(server: Server) -> None:
    with pytest.raises(errors.InvalidAuthorizationSpecificationError, match='"nobody"'):
        await postgres.connect(server.dsn, user="nobody")


# What is not there

UNREACHABLE = "is the server running there and accepting connections"


@pytest.mark.each_loop
async def test_nobody_listens(refusing: int) -> None:
    with pytest.raises(errors.PostgresConnectionError, match="refused") as raised:
        await postgres.connect(host="127.0.0.1", port=refusing, user="u")
    assert raised.value.sqlstate == "08001"
    assert UNREACHABLE in str(raised.value)
    assert "\n" not in str(raised.value)


async def test_no_such_socket(tmp_path: Path) -> None:
    with pytest.raises(errors.PostgresConnectionError, match=r"\.s\.PGSQL\.5432") as raised:
        await postgres.connect(host=str(tmp_path), user="u")
    assert UNREACHABLE in str(raised.value)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"target_session_attrs": "standby"}, "the server is no standby"),
        ({"sslmode": "require"}, "does not support TLS"),
    ],
)
async def test_who_answers_is_running(
    password_server: PasswordServer, option: dict[str, Any], said: str
) -> None:
    with pytest.raises(errors.PostgresConnectionError, match=said) as raised:
        await postgres.connect(password_server.dsn("trust"), **option)
    assert UNREACHABLE not in str(raised.value)


async def test_an_unknown_host() -> None:
    with pytest.raises(errors.PostgresConnectionError, match=r"no-such-host\.invalid") as raised:
        await postgres.connect(host="no-such-host.invalid", user="u")
    assert UNREACHABLE in str(raised.value)


async def test_several_hosts_are_tried_in_turn(password_server: PasswordServer) -> None:
    port = password_server.server.port
    hosts = f"/nowhere,127.0.0.1,{password_server.server.host}"
    connection = await postgres.connect(
        host=hosts, port=port, user="trust", database=password_server.server.database
    )
    assert (await who(connection))[0] == "trust"
    with pytest.raises(errors.PostgresConnectionError, match=r"(?s)nowhere.*nothing"):
        await postgres.connect(host="/nowhere,/nothing", port=port, user="u")


ANSWERS = {
    "another protocol": (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not a PostgreSQL server's"),
    "nothing": (b"", "connection closed"),
    "half a message": (b"R\0\0\0\x08\0", "ended the connection"),
    "an impossible length": (b"R\0\0\0\x03", "not a PostgreSQL server's"),
    "a lying length": (b"R\x7f\xff\xff\xff\0\0\0\0", "not a PostgreSQL server's"),
    "an unknown request": (b"R\0\0\0\x08\0\0\0\x7f", "authentication"),
    "out of turn": (b"Z\0\0\0\x05I", "unexpected message"),
}


@pytest.mark.parametrize("answer", ANSWERS)
async def test_something_else_listens(answer: str) -> None:
    said, expected = ANSWERS[answer]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(said)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        with pytest.raises(errors.PostgresConnectionError, match=expected) as raised:
            await postgres.connect(host="127.0.0.1", port=port, user="u", timeout=2)
    assert raised.value.sqlstate == "08001"


# How long


@pytest.mark.each_loop
async def test_a_server_that_never_answers(silent: int) -> None:
    start = time.monotonic()
    with pytest.raises(errors.QueryTimeoutError, match=r"no connection .* after 0\.05 s"):
        await postgres.connect(host="127.0.0.1", port=silent, user="u", timeout=0.05)
    assert time.monotonic() - start < 30
    with pytest.raises(TimeoutError):
        postgres.sync.connect(host="127.0.0.1", port=silent, user="u", timeout=0.05)
    pool = postgres.create_pool(host="127.0.0.1", port=silent, user="u", timeout=0.05)
    with pytest.raises(TimeoutError):
        await pool


@pytest.mark.each_loop
async def test_cancelled_while_connecting() -> None:
    """The attempt ends then, and not at its own timeout."""
    reached = asyncio.Event()
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        reached.set()
        await reader.read()
        ended.set()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        task = asyncio.create_task(
            postgres.connect(host="127.0.0.1", port=port, user="u", timeout=None)
        )
        async with asyncio.timeout(30):
            await reached.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await ended.wait()


async def test_cancelled_at_any_turn(server: Server) -> None:
    """Whether the connection was made by then or not, none stays open."""
    name = f"cancelled_{os.getpid()}"
    dsn = server.uri(application_name=name)
    made = 0
    for turn in range(40):
        task = asyncio.create_task(postgres.connect(dsn))
        await asyncio.sleep(turn * 0.0002)
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            made += 1
            await task.result().close()
    async with await postgres.connect(server.dsn) as connection:
        count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1"
        for _ in range(200):
            if await connection.fetchval(count, name) == 0:
                break
            await asyncio.sleep(0.005)
        else:
            pytest.fail(f"connections stay open ({made} were made)")


def test_the_loop_ends_while_it_connects(silent: int) -> None:
    """Nobody is told then, and nothing is said about that."""

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await postgres.connect(host="127.0.0.1", port=silent, user="u", timeout=0.03)

    asyncio.run(main())
    time.sleep(0.03)


def test_interrupted_while_connecting(silent: int) -> None:
    """Ctrl-C ends the synchronous wait, too."""
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from data_bridge import postgres\nprint('ready', flush=True)\n"
        f"postgres.sync.connect(host='127.0.0.1', port={silent}, user='u', timeout=None)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, problems = process.communicate(timeout=30)
    assert problems.rstrip().endswith("KeyboardInterrupt")


# Arguments


@pytest.mark.parametrize(
    "arguments",
    [
        {"port": 70_000},
        {"port": -1},
        {"timeout": -1},
        {"timeout": float("nan")},
        {"statement_cache_size": -1},
        {"server_settings": {"a b": "c"}},
        {"server_settings": {"a": "b\0"}},
        {"dsn": "postgresql://u@h1,h2:1:2/d"},
        {"dsn": "postgresql://u@h/d?sslmode=sometimes"},
        {"dsn": "postgresql://u@h/d?sslmode=verify-full&sslrootcert=/no/such/file"},
        {"dsn": "postgresql://u@h/d?channel_binding=always"},
        {"dsn": "postgresql://u@h/d?target_session_attrs=master"},
        {"dsn": "postgresql://u@h/d?nothing=x"},
        {"sslmode": "sometimes"},
        {"dsn": "mysql://u@h/d"},
        {"user": "nul\0"},
        {"database": "nul\0"},
        {"password": "nul\0"},
    ],
    ids=str,
)
async def test_arguments_that_make_no_sense(server: Server, arguments: dict[str, Any]) -> None:
    given = {"dsn": server.dsn, **arguments}
    with pytest.raises(errors.InterfaceError) as raised:
        await postgres.connect(**given)
    assert len(str(raised.value)) > 10
    with pytest.raises(errors.InterfaceError):
        postgres.sync.connect(**given)
    with pytest.raises(errors.InterfaceError):
        postgres.create_pool(**given)
    with pytest.raises(errors.InterfaceError):
        postgres.sync.create_pool(**given)


async def test_no_bound_at_all(server: Server) -> None:
    for timeout in (None, float("inf"), 1e300):
        async with await postgres.connect(server.dsn, timeout=timeout) as connection:
            assert await connection.fetchval("SELECT 1") == 1


@pytest.mark.parametrize("size", [1, 10**15])
async def test_any_size_of_the_statement_cache(server: Server, size: int) -> None:
    async with await postgres.connect(server.dsn, statement_cache_size=size) as connection:
        await assert_in_step(connection)


# Secrets

BROKEN = [
    "postgresql://ann:hunter2@host:port/db",
    "postgresql://ann:hunter2@host/db?sslmode=hunter2",
    "postgresql://ann:hunter2@h1,h2:1:2/db",
    "host=h password=hunter2 bogus=1",
    "host=h password='hunter2",
    "postgres//ann:hunter2@host/db",
    "ann:hunter2@host",
    "postgresql://ann:hunter2@[::1/db",
    "postgresql://ann:hunter2@host/db?hunter2",
]


@pytest.mark.parametrize("dsn", BROKEN)
async def test_a_broken_connection_string_does_not_tell_the_password(dsn: str) -> None:
    with pytest.raises(errors.InterfaceError) as raised:
        await postgres.connect(dsn)
    assert "hunter2" not in f"{raised.value} {raised.value!r} {raised.value.args}"


async def test_nothing_tells_the_password(
    password_server: PasswordServer, refusing: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    dsn = password_server.dsn("scram-sha-256", "hunter2")
    for arguments in (
        {"dsn": dsn},
        {"dsn": dsn, "port": refusing},
        {"dsn": dsn, "port": -1},
        {"dsn": dsn, "database": "nothing"},
        {"dsn": dsn, "timeout": 0},
    ):
        try:
            await postgres.connect(**arguments)
        except errors.Error as error:
            said += [str(error), repr(error)]
            said += traceback.format_exception(error, chain=True)
    pool = postgres.create_pool(password_server.dsn("scram-sha-256"))
    said += [repr(pool), repr(pool._configuration), str(pool._configuration)]
    async with pool, pool.acquire() as connection:
        said += [repr(connection), repr(connection._engine)]
    assert len(said) > 10
    assert [text for text in [*said, caplog.text] if "hunter2" in text or PASSWORD in text] == []


# From where


def test_from_many_threads_and_loops(server: Server) -> None:
    def by_loop(i: int) -> int:
        async def main() -> int:
            async with await postgres.connect(server.dsn) as connection:
                value: int = await connection.fetchval("SELECT $1::int", i)
                return value

        return asyncio.run(main())

    def by_thread(i: int) -> int:
        with postgres.sync.connect(server.dsn) as connection:
            value: int = connection.fetchval("SELECT $1::int", i)
            return value

    work: list[Callable[[int], int]] = [by_loop, by_thread]
    with ThreadPoolExecutor(8) as threads:
        futures = [threads.submit(work[i % 2], i) for i in range(24)]
        assert [future.result(30) for future in futures] == list(range(24))


def test_from_a_forked_process(server: Server) -> None:
    """The background thread is the parent's: the child starts one of its own."""
    code = f"""
import os, sys, warnings
warnings.simplefilter("ignore")
from data_bridge import postgres
with postgres.sync.connect({server.dsn!r}) as connection:
    child = os.fork()
    if child == 0:
        with postgres.sync.connect({server.dsn!r}) as own:
            os._exit(own.fetchval("SELECT 7"))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.exit(status + connection.fetchval("SELECT 70"))
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 77


async def test_the_process_ends_while_it_connects(silent: int) -> None:
    """Nothing waits for the background thread, and it says nothing."""
    code = (
        "import asyncio\nfrom data_bridge import postgres\n"
        "async def main():\n"
        f"    connecting = postgres.connect(host='127.0.0.1', port={silent}, user='u')\n"
        "    await asyncio.wait([asyncio.create_task(connecting)], timeout=0.05)\n"
        "asyncio.run(main())"
    )
    result = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code], capture_output=True, timeout=30, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
