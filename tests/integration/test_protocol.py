"""What a server may not say, and how it may vanish: whoever waits is told."""

import asyncio
import threading
from contextlib import suppress

import pytest

from data_bridge import postgres
from data_bridge.postgres import errors
from tests.integration.observation import eventually
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
SYNC = b"S\0\0\0\x04"
#: Sent together by a test: each is described before the first is executed.
STATEMENTS = 3


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
        said = session.receive()
        while said.count(SYNC) < STATEMENTS:
            said += session.receive()
        session.send(described(b"a") * STATEMENTS)
        session.receive()
        session.send(BOUND)
        end(session, ending)

    with scripted(script) as dsn:
        async with await postgres.connect(dsn) as connection, asyncio.timeout(30):
            statements = [connection.fetch("SELECT 1") for _ in range(STATEMENTS)]
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
        async with connection, asyncio.timeout(30):
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
        async with connection, asyncio.timeout(30):
            with pytest.raises(errors.PostgresConnectionError):
                await connection.fetch("SELECT 1")


@pytest.mark.each_loop
async def test_reset_together_with_a_notice() -> None:
    """The reader was told of both at once, and has read the notice: writing finds out the rest."""
    ended = threading.Event()

    def script(session: Session) -> None:
        session.send(message(b"N", b"SNOTICE\0\0"))
        session.reset()
        ended.set()

    with scripted(script) as dsn:
        connection = await postgres.connect(dsn)
        # The loop stands still until both have come.
        assert ended.wait(30)
        await asyncio.sleep(0.01)
        async with connection, asyncio.timeout(30):
            with pytest.raises(errors.PostgresConnectionError):
                await connection.fetch("SELECT 1")
            assert connection.is_closed()


# Cancel requests

CANCELED = message(b"E", b"SERROR\0VERROR\0C57014\0Mcanceling statement\0\0")
#: The process and its key, as the greeting said them.
CANCEL = b"\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\x01\0\0\0\x02"


@pytest.mark.each_loop
async def test_a_cancel_request_that_comes_too_early_is_repeated() -> None:
    """The server has not read the statement yet when it is asked to stop it."""
    requests: list[bytes] = []
    asked = threading.Event()

    def script(session: Session) -> None:
        session.receive()
        session.send(described(b"a"))
        session.receive()
        asked.set()
        requests.extend(session.take_cancel_request() for _ in range(3))
        session.send(BOUND + CANCELED + READY)
        session.receive()
        session.send(BOUND + ONE + SELECTED + READY)
        session.receive()

    with scripted(script) as dsn:
        async with await postgres.connect(dsn) as connection, asyncio.timeout(30):
            task = asyncio.create_task(connection.fetch("SELECT 1"))
            await eventually(asked.is_set)
            task.cancel()
            await asyncio.wait([task])
            assert await connection.fetchval("SELECT 1") == 1
    assert requests == [CANCEL] * 3


def test_a_cancel_request_is_repeated_for_threads_too() -> None:
    requests: list[bytes] = []

    def script(session: Session) -> None:
        session.receive()
        session.send(described(b"a"))
        session.receive()
        requests.extend(session.take_cancel_request() for _ in range(3))
        session.send(BOUND + CANCELED + READY)
        session.receive()
        session.send(BOUND + ONE + SELECTED + READY)
        session.receive()

    with scripted(script) as dsn, postgres.sync.connect(dsn) as connection:
        with pytest.raises(errors.QueryTimeoutError):
            connection.fetch("SELECT 1", timeout=0.3)
        assert connection.fetchval("SELECT 1") == 1
    assert requests == [CANCEL] * 3


@pytest.mark.each_loop
async def test_a_cancel_request_that_cannot_be_sent() -> None:
    """Nobody knows how long the statement goes on: the connection is given up."""
    asked = threading.Event()

    def script(session: Session) -> None:
        session.receive()
        session.send(described(b"a"))
        session.receive()
        session.refuse_connections()
        asked.set()
        while session.receive():
            pass

    with scripted(script) as dsn:
        async with await postgres.connect(dsn) as connection, asyncio.timeout(30):
            task = asyncio.create_task(connection.fetch("SELECT 1"))
            await eventually(asked.is_set)
            task.cancel()
            await asyncio.wait([task])
            with pytest.raises(errors.PostgresConnectionError, match="could not be cancelled"):
                await connection.fetch("SELECT 1")
            assert connection.is_closed()


async def test_a_server_that_heeds_no_cancel_request() -> None:
    """After five seconds, of both kinds of connections, nobody waits any more."""
    asked: list[Session] = []

    def script(session: Session) -> None:
        session.receive()
        session.send(described(b"a"))
        session.receive()
        requests = threading.Thread(target=take_all, args=[session], daemon=True)
        requests.start()
        asked.append(session)
        while session.receive():
            pass
        session.refuse_connections()

    def take_all(session: Session) -> None:
        with suppress(OSError):
            while session.take_cancel_request():
                pass

    def by_thread(dsn: str) -> None:
        with postgres.sync.connect(dsn) as connection:
            with pytest.raises(errors.QueryTimeoutError):
                connection.fetch("SELECT 1", timeout=0.3)
            with pytest.raises(errors.PostgresConnectionError, match="did not end within 5"):
                connection.fetch("SELECT 1")

    with scripted(script) as dsn, scripted(script) as other:
        thread = asyncio.create_task(asyncio.to_thread(by_thread, other))
        async with await postgres.connect(dsn) as connection, asyncio.timeout(30):
            task = asyncio.create_task(connection.fetch("SELECT 1"))
            await eventually(lambda: len(asked) == 2)
            task.cancel()
            await asyncio.wait([task])
            with pytest.raises(errors.PostgresConnectionError, match="did not end within 5"):
                await connection.fetch("SELECT 1")
            assert connection.is_closed()
            await thread


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
        async with connection, asyncio.timeout(30):
            # What comes after a whole answer belongs to nobody, and is seen by the next.
            with pytest.raises(errors.PostgresConnectionError, match="protocol error") as raised:
                await connection.fetch("SELECT 1")
                await connection.fetch("SELECT 1")
            assert raised.value.sqlstate == "08P01"
