"""Connecting by what stands in files: services and passwords; and what each attempt may take."""

import os
import pwd
import socket
from contextlib import closing
from pathlib import Path

import pytest

from data_bridge import postgres
from data_bridge.postgres import errors
from data_bridge.postgres.options import configure
from tests.integration.conftest import PASSWORD, PasswordServer

ROLE = "scram-sha-256"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith("PG"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


def write_passfile(path: Path, server: PasswordServer, host: str = "127.0.0.1") -> Path:
    escaped = PASSWORD.replace("\\", r"\\").replace(":", r"\:")
    port = server.server.port
    path.write_text(f"# for the tests\n{host}:{port}:*:{ROLE}:{escaped}\n", encoding="utf-8")
    path.chmod(0o600)
    return path


async def test_password_file(
    password_server: PasswordServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = password_server.dsn(ROLE, None)
    own = write_passfile(tmp_path / ".pgpass", password_server)
    for passfile in (None, own):
        async with await postgres.connect(dsn, passfile=passfile) as connection:
            assert await connection.fetchval("SELECT current_user::text") == ROLE
    own.chmod(0o644)
    with pytest.raises(errors.InterfaceError, match=r"none was given.*chmod 600"):
        await postgres.connect(dsn)
    other = write_passfile(tmp_path / "other", password_server)
    monkeypatch.setenv("PGPASSFILE", str(other))
    postgres.sync.connect(dsn).close()
    write_passfile(other, password_server, host="elsewhere")
    with pytest.raises(errors.InterfaceError, match="none was given"):
        postgres.sync.connect(dsn)


async def test_service(
    password_server: PasswordServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = password_server.server
    services = tmp_path / ".pg_service.conf"
    services.write_text(
        f"[shop]\nhost={server.host}\nport={server.port}\nuser=trust\n"
        f"dbname={server.database}\napplication_name=by service\n"
    )
    named = "SELECT current_setting('application_name')"
    async with await postgres.connect(service="shop") as connection:
        assert await connection.fetchval(named) == "by service"
    monkeypatch.setenv("PGAPPNAME", "by environment")
    monkeypatch.setenv("PGSERVICE", "shop")
    with postgres.sync.connect() as sync:
        assert sync.fetchval(named) == "by service"
    with postgres.sync.connect("application_name='by string'") as sync:
        assert sync.fetchval(named) == "by string"
    with pytest.raises(errors.InterfaceError, match='no service "nothing"'):
        await postgres.connect(service="nothing")
    elsewhere = tmp_path / "services"
    elsewhere.write_text(services.read_text().replace("by service", "by another file"))
    async with await postgres.connect(service="shop", servicefile=elsewhere) as connection:
        assert await connection.fetchval(named) == "by another file"
    services.write_text("[shop]\nhots=x\n")
    with pytest.raises(errors.InterfaceError, match='no connection option "hots"'):
        await postgres.connect()


@pytest.mark.parametrize("said", [None, "somebody else"])
def test_the_user_of_the_operating_system(
    monkeypatch: pytest.MonkeyPatch, said: str | None
) -> None:
    """It is the process's own: a container often has neither variable, and sudo leaves them."""
    for name in ("USER", "LOGNAME"):
        if said is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, said)
    own = pwd.getpwuid(os.geteuid()).pw_name
    configuration = configure("postgresql://db.example", {})
    assert repr(configuration.engine) == f"<ConnectionConfig {own}@db.example:5432/{own}>"


async def test_one_that_never_answers_leaves_time_for_the_next(
    password_server: PasswordServer,
) -> None:
    server = password_server.server
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        ports = f"{silent.getsockname()[1]},{server.port}"
        both = f"postgresql://trust@/{server.database}?host=127.0.0.1,{server.host}&port={ports}"
        # The first one's half of the time, or what each attempt may take.
        async with await postgres.connect(both, timeout=2) as connection:
            assert await connection.fetchval("SELECT 1") == 1
        async with await postgres.connect(both, connect_timeout=0.5) as connection:
            assert await connection.fetchval("SELECT 1") == 1
        alone = f"postgresql://trust@127.0.0.1:{silent.getsockname()[1]}/x?connect_timeout=0.05"
        with pytest.raises(errors.QueryTimeoutError, match=r"after 0\.05 s"):
            await postgres.connect(alone)
