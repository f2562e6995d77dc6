"""The processes of studies: what they say, and that they end."""

import ast
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from benchmarks import frameworks
from benchmarks.server import Server, ServerError
from benchmarks.studies import child, distribution, startup, transport
from benchmarks.studies.child import ChildError

HERE = Server("127.0.0.1", 1, "postgres", "postgres")


def test_the_answer_is_what_was_printed_last() -> None:
    assert child.answer(["-c", "print('noise'); print('{\"a\": 1}')"], 30) == {"a": 1}


def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(ChildError, match=r"^ValueError: no$"):
        child.answer(["-c", "raise ValueError('no')"], 30)
    with pytest.raises(ChildError, match="ended with 3"):
        child.answer(["-c", "raise SystemExit(3)"], 30)
    with pytest.raises(ChildError, match="printed no answer"):
        child.answer(["-c", "print('noise')"], 30)


def test_a_process_that_does_not_end_is_ended() -> None:
    with pytest.raises(ChildError, match="more than 1 s"):
        child.answer(["-c", "import time; time.sleep(60)"], 1)


def echo(listener: socket.socket) -> None:
    """Return everything to the first who connects, then close."""
    stream, _ = listener.accept()
    with stream:
        while chunk := stream.recv(65536):
            stream.sendall(chunk)


def test_the_proxy_hands_on_every_byte_later_and_ends_with_its_owner() -> None:
    sent = bytes(range(256)) * 1000
    with socket.create_server(("127.0.0.1", 0)) as listener:
        echoing = threading.Thread(target=echo, args=(listener,))
        echoing.start()
        server = Server("127.0.0.1", listener.getsockname()[1], "", "")
        with (
            transport.delayed(server) as port,
            socket.create_connection(("127.0.0.1", port)) as stream,
        ):
            begin = time.monotonic()
            stream.sendall(b"x")
            assert stream.recv(1) == b"x"
            assert time.monotonic() - begin >= 2 * transport.EACH_WAY
            writing = threading.Thread(target=stream.sendall, args=(sent,))
            writing.start()
            received = b""
            while len(received) < len(sent):
                received += stream.recv(65536)
            writing.join()
            assert received == sent
            stream.shutdown(socket.SHUT_WR)
            assert stream.recv(1) == b""
        echoing.join()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)


def test_the_proxy_outlives_a_server_that_refuses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = closed.getsockname()[1]
    with transport.delayed(Server("127.0.0.1", nobody, "", "")) as port:
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", port), timeout=5) as stream:
                assert stream.recv(1) == b""


def test_transports_are_those_that_lead_to_the_server() -> None:
    embedded = Server("/run/somewhere", 5433, "postgres", "postgres", pid=1)
    with transport.transports(embedded) as found:
        assert list(found) == ["unix", "tcp", "tcp 1 ms"]
        assert found["tcp"] == "postgresql://postgres@127.0.0.1:5433/postgres"
    with transport.transports(HERE) as found:
        assert list(found) == ["tcp", "tcp 1 ms"]
        assert found["tcp 1 ms"] != HERE.dsn


def test_the_newest_server_of_the_distribution_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distribution, "FOLDERS", tmp_path)
    with pytest.raises(ServerError, match="no PostgreSQL with TLS"):
        distribution.programs()
    for version in ("9", "17", "old"):
        programs = tmp_path / version / "bin"
        programs.mkdir(parents=True)
        (programs / "initdb").touch()
    assert distribution.programs() == tmp_path / "17" / "bin"


@pytest.mark.parametrize("name", [name for name in frameworks.names() if name != "floor"])
def test_each_framework_has_a_script_for_its_start(name: str) -> None:
    """As a user would write it: nothing of ours is imported, and its own table is read."""
    text = (startup.FOLDER / f"{name}.py").read_text()
    imported = {
        alias.name if isinstance(node, ast.Import) else node.module or ""
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert not [module for module in imported if module.startswith("benchmarks")]
    assert f"bench_{name}" in text


def test_a_process_imports_nothing_before_the_script(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "def main(dsn, show):\n"
        "    heavy = {'asyncio', 'json', 'typing', 'pathlib'} & set(sys.modules)\n"
        "    show(dsn, sorted(heavy), __name__ in sys.modules)\n"
    )
    arguments = ["-I", "-S", str(startup.PROCESS), "asyncio", str(script), "there", "2"]
    answer = child.answer(arguments, 30)
    assert answer["row"] == ["there", [], True]
    assert len(answer["again"]) == 2
    assert answer["ready"] <= answer["imported"] <= answer["first"]


def test_the_memory_of_a_process_is_read_by_its_name() -> None:
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("this system does not tell")
    code = (
        "from benchmarks.studies.memory_process import forget_peak, resident\n"
        "big = bytearray(50_000_000); del big\n"
        "before = resident('VmHWM'); forget_peak(); after = resident('VmHWM')\n"
        "print([before - after > 40_000_000, resident('VmRSS') <= after + 1_000_000])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=child.ROOT
    )
    assert done.stdout.strip() == "[True, True]"
