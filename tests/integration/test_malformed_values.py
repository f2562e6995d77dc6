"""Whatever bytes come as a value of whatever type, they are a value or a DecodeError."""

import random
from collections.abc import Iterator

import psycopg

from data_bridge import postgres
from data_bridge.postgres.errors import DecodeError
from tests.integration.scripted_server import (
    BOUND,
    READY,
    SELECTED,
    Session,
    described,
    row,
    scripted,
)

VALUES_OF_A_TYPE = 20
# Bytes that lengths, counts and signs are made of.
TELLING = b"\0\0\0\1\2\3\4\x08\x10\x20\x7f\x80\xff"


def malformed(numbers: random.Random, length: int) -> bytes:
    """Bytes for a type of a fixed length, now and then of another; any for others."""
    if length < 0 or numbers.random() < 0.1:
        length = numbers.randrange(40)
    pool = [*TELLING, *numbers.randbytes(10)]
    return bytes(numbers.choices(pool, k=length))


def values(types: list[tuple[int, int]]) -> Iterator[tuple[int, list[bytes]]]:
    numbers = random.Random(7)
    for oid, length in types:
        yield oid, [malformed(numbers, length) for _ in range(VALUES_OF_A_TYPE)]


async def test_bytes_are_a_value_or_a_decode_error(administrator: psycopg.Connection) -> None:
    rows = administrator.execute(
        "SELECT oid::int8, typlen FROM pg_type WHERE typtype = 'b' AND typrelid = 0 "
        "AND typnamespace = 'pg_catalog'::regnamespace AND typname !~ '^_pg_|range'"
    ).fetchall()
    types = [(oid, length) for oid, length in rows]
    assert len(types) > 100

    def talk(session: Session) -> None:
        for oid, raws in values(types):
            session.receive()
            session.send(described(b"a", oid=oid))
            for raw in raws:
                session.receive()
                session.send(BOUND + row(raw) + SELECTED + READY)
        session.receive()

    found = refused = 0
    with scripted(talk) as dsn:
        connection = await postgres.connect(dsn)
        for oid, raws in values(types):
            for _ in raws:
                try:
                    await connection.fetchval(f"SELECT {oid}")
                except DecodeError:
                    refused += 1
                else:
                    found += 1
        assert not connection.is_closed()
        await connection.close()
    assert found > len(types)
    assert refused > len(types)
