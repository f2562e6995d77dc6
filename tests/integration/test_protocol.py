"""What a server may not say, and how it may vanish: whoever waits is told."""

import asyncio

import pytest

from data_bridge import postgres
from data_bridge.postgres import errors
from tests.integration.scripted_server import (
    BOUND,
    FATAL,
    READY,
    SELECTED,
    Session,
    described,
    message,
    row,
    scripted,
)

ONE = row(b"\0\0\0\x01")


@pytest.mark.each_loop
async def test_an_ordinary_answer() -> None:
    """The scripted server is no better than this."""

    def script(session: Session) -> None:
        assert b"SELECT 1" in session.receive()
        session.send(described(b"a"))
        session.receive()
        session.send(BOUND + ONE + SELECTED + READY)
        assert session.receive().endswith(b"X\0\0\0\x04")

    with scripted(script) as dsn:
        async with await postgres.connect(dsn) as connection:
            assert await connection.fetchval("SELECT 1") == 1


#: What a server says last, and whether it then closes the connection or resets it.
ENDINGS = {
    "closed": (b"", False),
    "reset": (b"", True),
    "fatal and closed": (FATAL, False),
    "fatal and reset": (FATAL, True),
    "half a message and reset": (ONE[:-2], True),
    "a row and reset": (ONE, True),
}


def end(session: Session, ending: str) -> None:
    last, reset = ENDINGS[ending]
    session.send(last)
    if reset:
        session.reset()


@pytest.mark.each_loop
@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_server_that_vanishes(ending: str) -> None:
    """libuv tells of a reset once, with the last bytes: nothing may wait for another event."""

    def script(session: Session) -> None:
        session.receive()
        session.send(described(b"a"))
        session.receive()
        session.send(BOUND)
        end(session, ending)

    with scripted(script) as dsn:
        async with await postgres.connect(dsn) as connection, asyncio.timeout(5):
            statements = [connection.fetch("SELECT 1") for _ in range(3)]
            results = await asyncio.gather(*statements, return_exceptions=True)
            assert connection.is_closed()
    for result in results:
        assert isinstance(result, errors.PostgresConnectionError | errors.AdminShutdownError)
        # A reset may overtake what was said before it.
        assert result.sqlstate in {"57P01", "08006"}


@pytest.mark.each_loop
@pytest.mark.parametrize("ending", ["closed", "reset", "fatal and closed", "fatal and reset"])
async def test_a_server_that_vanishes_while_idle(ending: str) -> None:
    with scripted(lambda session: end(session, ending)) as dsn:
        connection = await postgres.connect(dsn)
        async with connection, asyncio.timeout(5):
            with pytest.raises((errors.PostgresConnectionError, errors.AdminShutdownError)):
                await connection.fetch("SELECT 1")
            assert connection.is_closed()


@pytest.mark.each_loop
async def test_written_to_a_socket_that_is_gone() -> None:
    """Before the loop has had its say: writing finds it out."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def script(session: Session) -> None:
        session.reset()
        loop.call_soon_threadsafe(ended.set)

    with scripted(script) as dsn:
        connection = await postgres.connect(dsn)
        await ended.wait()
        async with connection, asyncio.timeout(5):
            with pytest.raises(errors.PostgresConnectionError):
                await connection.fetch("SELECT 1")


WRONG = {
    "a row that nobody asked for": BOUND + ONE + SELECTED + READY + ONE,
    "an answer too many": BOUND + ONE + SELECTED + READY + READY,
    "a command too many": BOUND + ONE + SELECTED + READY + SELECTED,
    "an unknown message": message(b"!"),
    "an unknown status": BOUND + ONE + SELECTED + message(b"Z", b"X"),
    "an impossible length": b"D\0\0\0\x03",
    "a lying length": b"D\x7f\xff\xff\xff\0\0",
    "no answer to the statement": READY,
    "a description that nobody asked for": message(b"t", b"\0\0"),
    "a row of another width": BOUND + row(b"\0\0\0\x01", b"x") + SELECTED + READY,
    "a row cut short": BOUND + message(b"D", b"\0\x01\0\0") + SELECTED + READY,
    "a value cut short": BOUND + message(b"D", b"\0\x01\0\0\0\x04x") + SELECTED + READY,
    "a malformed error": message(b"E", b"S"),
}
"""What is no protocol at all, instead of the answer to a statement of one column."""


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_server_that_is_out_of_step(wrong: str) -> None:
    def script(session: Session) -> None:
        session.receive()
        session.send(described(b"a"))
        session.receive()
        session.send(WRONG[wrong])
        while session.receive():
            pass

    with scripted(script) as dsn:
        connection = await postgres.connect(dsn)
        async with connection, asyncio.timeout(5):
            # What comes after a whole answer belongs to nobody, and is seen by the next.
            with pytest.raises(errors.PostgresConnectionError, match="protocol error") as raised:
                await connection.fetch("SELECT 1")
                await connection.fetch("SELECT 1")
            assert raised.value.sqlstate == "08P01"
