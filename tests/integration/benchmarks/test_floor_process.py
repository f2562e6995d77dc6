"""The floor's two senders: they differ in speed only."""

from collections.abc import Iterator

import pytest

from benchmarks import floor_process
from benchmarks.adapters import wire
from benchmarks.floor_process import CompiledSender, FloorError, PythonSender, Sender


@pytest.fixture(scope="module")
def built() -> None:
    """The compiled floor."""
    reason = floor_process.build()
    if reason is not None:
        pytest.skip(reason)


@pytest.fixture(params=["compiled", "python"])
def sender(
    request: pytest.FixtureRequest, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sender]:
    if request.param == "compiled":
        request.getfixturevalue("built")
    else:
        monkeypatch.setattr(floor_process, "binary", lambda: floor_process.ROOT / "nowhere")
    opened = floor_process.connect(dsn)
    expected = CompiledSender if request.param == "compiled" else PythonSender
    assert isinstance(opened, expected)
    yield opened
    opened.close()


def statement(sender: Sender, sql: str) -> bytes:
    sender.exchange([[wire.parse("s", sql) + wire.SYNC]])
    return wire.execute("s", []) + wire.SYNC


def test_rows_and_tag_are_counted(sender: Sender) -> None:
    request = statement(sender, "SELECT i, repeat('x', 100) FROM generate_series(1, 5000) AS i")
    answer = sender.exchange([[request], [request]])
    assert (answer.rows, answer.tag) == (10_000, "SELECT 5000")
    assert answer.nanoseconds > 0


def test_a_call_may_need_several_requests(sender: Sender) -> None:
    request = statement(sender, "SELECT 1")
    assert sender.exchange([[request, request], [request]]).rows == 3


def test_time_is_the_servers(sender: Sender) -> None:
    request = statement(sender, "SELECT pg_sleep(0.02)")
    assert 20e6 < sender.exchange([[request]]).nanoseconds < 20e9


def test_an_error_is_told_and_the_connection_goes_on(sender: Sender) -> None:
    request = statement(sender, "SELECT 1 / (random() * 0)::int")
    with pytest.raises(FloorError, match="refused the floor's statement: division by zero"):
        sender.exchange([[request]])
    assert sender.exchange([[wire.parse("t", "SELECT 1") + wire.SYNC]]).rows == 0


def lose_the_server(sender: Sender) -> None:
    request = wire.parse("s", "SELECT pg_terminate_backend(pg_backend_pid())")
    sender.exchange([[request + wire.SYNC]])
    with pytest.raises(FloorError, match="lost its connection"):
        sender.exchange([[wire.execute("s", []) + wire.SYNC]])


def test_a_server_that_goes_is_an_error(sender: Sender) -> None:
    lose_the_server(sender)
    with pytest.raises(FloorError, match="lost its connection"):
        sender.exchange([[wire.SYNC]])


def test_a_server_that_goes_is_the_owners_to_tell(
    built: None, dsn: str, capfd: pytest.CaptureFixture[str]
) -> None:
    # Opened here: a process that a fixture starts writes past this test's capture.
    sender = floor_process.connect(dsn)
    lose_the_server(sender)
    sender.close()
    assert capfd.readouterr().err == ""
