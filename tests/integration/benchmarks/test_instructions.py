"""Instruction counts of the engine in the tree, with a real recording of a real server."""

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.instructions import (
    InstructionsError,
    LackingError,
    conversation,
    count,
    counting,
    counts,
)
from benchmarks.instructions.conversation import Turn, read, write
from benchmarks.instructions.counting import Count, Counter, Subject

pytestmark = pytest.mark.skipif(shutil.which("valgrind") is None, reason="needs valgrind")

ORM, DRIVER, SYNC = "data_bridge_orm", "data_bridge_driver", "data_bridge_sync"
# Between two runs of the same package.
SAME = 0.001


@pytest.fixture(scope="module")
def counter() -> Iterator[Counter]:
    with counting.recording_server() as server:
        yield Counter(server, None)


@pytest.fixture(scope="module")
def counted() -> dict[Subject, Count]:
    """What a run has counted, once for all tests: each count takes valgrind some seconds."""
    return counts([("find_one", DRIVER), ("update_one", SYNC)])


def test_two_runs_agree(counted: dict[Subject, Count]) -> None:
    again = counts([("find_one", DRIVER)])
    for subject, other in again.items():
        one = counted[subject]
        assert isinstance(one, int), one
        assert isinstance(other, int), other
        assert one == pytest.approx(other, rel=SAME)


def test_more_work_is_more_instructions(counter: Counter, counted: dict[Subject, Count]) -> None:
    less = counted["update_one", SYNC]
    assert isinstance(less, int), less
    assert counter.count("transaction", SYNC) > 2 * less


def test_a_package_without_the_driver_lacks_it(counter: Counter, tmp_path: Path) -> None:
    package = tmp_path / "data_bridge"
    package.mkdir()
    (package / "__init__.py").write_text("__version__ = '0'\n")
    with pytest.raises(LackingError, match="lacks it"):
        Counter(counter.server, tmp_path).count("find_one", SYNC)


def test_another_conversation_is_no_count(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends other bytes than were recorded is not given the answers to them."""

    def write_other(path: Path, conversations: list[list[Turn]]) -> None:
        write(path, conversations)
        (turns,) = read(path)
        request, answer = turns[-3]
        turns[-3] = Turn(request[:-1] + b"\x09", answer)
        write(path, [turns])

    monkeypatch.setattr(conversation, "write", write_other)
    with pytest.raises(InstructionsError, match="other bytes than were recorded in turn"):
        counter.count("find_one", SYNC)


def test_a_wrong_result_is_no_count(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Counter.client
    # The client of another operation checks by what this one must return.
    script = (
        "import sys; from benchmarks.instructions import client; "
        "from benchmarks.operations import BY_NAME; "
        "from dataclasses import replace; one = BY_NAME['find_one']; "
        "BY_NAME['find_one'] = replace(one, expected=lambda k: one.expected(k + 1)); "
        "sys.exit(client.main())"
    )
    monkeypatch.setattr(Counter, "client", lambda self: [client(self)[0], "-P", "-c", script])
    with pytest.raises(InstructionsError, match="WrongResultError: call 0 returned"):
        counter.count("find_one", SYNC)


def test_a_wrong_framework_is_told() -> None:
    with pytest.raises(InstructionsError, match="is not counted"):
        count("find_many", "psycopg")


def test_a_full_disk_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, _conversations: list[list[Turn]]) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(conversation, "write", refuse)
    (found,) = counts([("find_one", SYNC)]).values()
    assert isinstance(found, InstructionsError)
    assert str(found).startswith("No space left on device: ")
