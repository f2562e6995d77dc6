"""Recording, replaying and reading counts, without a server and without valgrind."""

import json
import socket
import threading
from pathlib import Path

import pytest

from benchmarks.instructions import FRAMEWORKS, PLANS, InstructionsError, count
from benchmarks.instructions.__main__ import main
from benchmarks.instructions.client import POOL, SIZES, make_small, settle_pools
from benchmarks.instructions.client_request import RUNNING_ON_VALGRIND, Valgrind
from benchmarks.instructions.conversation import Turn, read, write
from benchmarks.instructions.recorder import Pending, message_kinds, record
from benchmarks.instructions.replayer import ReplayError, receive
from benchmarks.instructions.valgrind import command, per_call

STARTUP = b"\x00\x00\x00\x08\x00\x03\x00\x00"
TLS_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
SYNC = b"S\x00\x00\x00\x04"
READY = b"Z\x00\x00\x00\x05I"
ROW = b"D\x00\x00\x00\x06\x00\x00"
COPY_IN = b"G\x00\x00\x00\x04"


def test_a_conversation_comes_back_from_its_file(tmp_path: Path) -> None:
    conversations = [[Turn(b"\x00ask", b"\xffanswer"), Turn(b"bye", b"")], []]
    write(tmp_path / "file", conversations)
    assert read(tmp_path / "file") == conversations


def test_messages_end_where_the_stream_does() -> None:
    assert message_kinds(ROW + READY + READY[:3]) == [b"D", b"Z"]


def test_each_sync_is_owed_an_answer() -> None:
    pending = Pending()
    pending.sent(STARTUP)
    assert not pending.answered(b"")
    assert pending.answered(READY)
    pending.sent(SYNC + SYNC)
    assert not pending.answered(ROW + READY + ROW)
    assert pending.answered(ROW + READY + ROW + READY)


def test_tls_is_refused_in_one_byte_and_before_the_startup() -> None:
    pending = Pending()
    pending.sent(TLS_REQUEST)
    assert not pending.answered(b"")
    assert pending.answered(b"N")
    pending.sent(STARTUP)
    assert not pending.answered(b"N")


def test_a_copy_waits_for_its_rows() -> None:
    pending = Pending()
    pending.sent(STARTUP)
    assert pending.answered(READY)
    pending.sent(SYNC)
    assert pending.answered(COPY_IN)
    pending.sent(b"d\x00\x00\x00\x04c\x00\x00\x00\x04")
    assert not pending.answered(b"")
    assert pending.answered(READY)


def test_what_is_sent_in_pieces_is_one_turn() -> None:
    (client, client_end), (server, server_end) = socket.socketpair(), socket.socketpair()
    conversation: list[Turn] = []
    thread = threading.Thread(target=record, args=(client_end, server_end, conversation))
    thread.start()
    client.sendall(STARTUP)
    assert server.recv(100) == STARTUP
    server.sendall(ROW)
    server.sendall(READY)
    assert client.recv(100) == ROW + READY
    client.close()
    thread.join()
    for one in (server, client_end, server_end):
        one.close()
    assert conversation == [Turn(STARTUP, ROW + READY)]


@pytest.mark.parametrize(
    ("sent", "words"), [(b"other", "other bytes"), (b"ask", None), (b"as", "gone")]
)
def test_other_bytes_are_not_replayed(sent: bytes, words: str | None) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        with ours:
            ours.sendall(sent)
        if words is None:
            receive(theirs, b"ask", "turn 1")
            return
        with pytest.raises(ReplayError, match=words):
            receive(theirs, b"ask", "turn 1")


def test_a_session_names_its_statements_as_it_likes() -> None:
    recorded = b"P\0\0\0\x1cdb_0123456789abcdef_1\0SELECT 1"
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for sent in (recorded.replace(b"0123456789abcdef", b"fedcba9876543210"), recorded):
            thread = threading.Thread(target=receive, args=(theirs, recorded, "turn 1"))
            thread.start()
            for start in range(0, len(sent), 7):
                ours.sendall(sent[start : start + 7])
            thread.join()
        ours.sendall(recorded.replace(b"f_1", b"f_2"))
        with pytest.raises(ReplayError, match="other bytes"):
            receive(theirs, recorded, "turn 1")


def test_nobody_answers_without_valgrind() -> None:
    assert Valgrind().request(RUNNING_ON_VALGRIND) == 0


def test_small_objects_are_as_large_as_they_say() -> None:
    assert [type(make_small(size)).__name__ for size in (16, 32, 48)] == [
        "object",
        "float",
        "bytes",
    ]
    assert all(make_small(size).__sizeof__() in range(size - 15, size + 1) for size in SIZES)


def test_each_size_gets_a_pool_of_its_own() -> None:
    kept = settle_pools()
    # The last ones of a size lie one behind the other, the largest of them in one half of a pool.
    last = [id(one) for one in kept[-(POOL // 512 // 2) :]]
    assert len({address // POOL for address in last}) == 1


def test_every_plan_has_batches_that_follow_each_other() -> None:
    for plan in PLANS.values():
        batches = list(plan.batches())
        assert [batch.first for batch in batches] == [0, *(one.last for one in batches[:-1])]
        assert batches[-1].last == plan.total


def test_a_count_is_what_a_call_adds(tmp_path: Path) -> None:
    plan = PLANS["find_one"]
    for number, batch in enumerate(plan.batches(), start=1):
        # Once in a while something costs more: of a growing table, say.
        total = 1000 * (batch.last - batch.first) + 77 + (50 if number == 2 else 0)
        (tmp_path / f"out.{number}").write_text(f"events: Ir\n1 2\n\ntotals: {total}\n")
    assert per_call(tmp_path / "out", plan) == 1000


def test_a_missing_dump_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InstructionsError, match="did not write"):
        per_call(tmp_path / "out", PLANS["find_one"])


def test_valgrind_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(InstructionsError, match=r"apt-get install valgrind"):
        command(Path("out"))
    with pytest.raises(InstructionsError, match=r"apt-get install valgrind"):
        count("find_one", FRAMEWORKS[0])


def test_the_command_ends_in_one_line_without_valgrind(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["--json", str(tmp_path / "file")]) == 1
    assert "apt-get install valgrind" in capsys.readouterr().err
    assert json.loads((tmp_path / "file").read_text()) == {}


@pytest.mark.parametrize("option", ["--operations=fly", "--frameworks=asyncpg"])
def test_an_unknown_name_is_told(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([option])
    assert caught.value.code == 2
    assert "choose from" in capsys.readouterr().err


def test_what_is_not_counted_is_told() -> None:
    with pytest.raises(InstructionsError, match="is not counted"):
        count("find_one", "asyncpg")
