"""Records are copied into tables, and out of them, as they are."""

import asyncio
import datetime as dt
import decimal
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_bridge.postgres import Connection, Pool, errors, sync
from tests.integration.observation import assert_in_step, eventually

TABLE = "CREATE TABLE t (a int, b text, c float8)"
ROWS: list[tuple[Any, ...]] = [(i, f"ä{i}" if i % 3 else None, i / 4) for i in range(8_000)]


@pytest.fixture
async def table(connection: Connection) -> Connection:
    await connection.execute(TABLE)
    return connection


async def stored(connection: Connection | Pool) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await connection.fetch("SELECT * FROM t ORDER BY a, b")]


@pytest.mark.each_loop
async def test_a_list(table: Connection) -> None:
    assert await table.copy_records_to_table("t", records=ROWS) == "COPY 8000"
    assert await stored(table) == ROWS
    await assert_in_step(table)


@pytest.mark.each_loop
async def test_whatever_gives_records(table: Connection) -> None:
    async def slowly() -> AsyncIterator[tuple[Any, ...]]:
        for row in ROWS[:500]:
            if row[0] % 100 == 0:
                await asyncio.sleep(0)
            yield row

    def generated() -> Iterator[list[Any]]:
        for row in ROWS[500:1000]:
            yield list(row)

    records = await table.fetch("SELECT i, NULL::text, i::float8 FROM generate_series(1, 3) AS i")
    assert await table.copy_records_to_table("t", records=slowly()) == "COPY 500"
    assert await table.copy_records_to_table("t", records=generated()) == "COPY 500"
    assert await stored(table) == ROWS[:1000]
    assert await table.copy_records_to_table("t", records=records) == "COPY 3"
    assert await table.copy_records_to_table("t", records=()) == "COPY 0"
    assert await table.copy_records_to_table("t", records=iter(())) == "COPY 0"


async def test_columns_schemas_and_conditions(
    connection: Connection, administrator: psycopg.Connection
) -> None:
    schema = await connection.fetchval("SELECT current_schema()")
    await connection.execute(
        """CREATE TABLE "T.t" (a int, "b""c" text DEFAULT 'x',
        d int GENERATED ALWAYS AS (a * 2) STORED)"""
    )
    copy = connection.copy_records_to_table
    # Generated columns are not among those that are copied when none are named.
    await copy("T.t", records=[(1, "one"), (2, "two")])
    await copy("T.t", records=[("three", 3)], columns=iter(['b"c', "a"]), schema_name=schema)
    await copy("T.t", records=[(4,), (5,), (6,)], columns=["a"], where="a <> 5")
    rows = await connection.fetch('SELECT * FROM "T.t" ORDER BY a')
    assert [tuple(row) for row in rows] == [
        (1, "one", 2),
        (2, "two", 4),
        (3, "three", 6),
        (4, "x", 8),
        (6, "x", 12),
    ]
    found = [tuple(row) async for row in connection.copy_records_from_table("T.t")]
    assert found == [(1, "one"), (2, "two"), (3, "three"), (4, "x"), (6, "x")]
    stream = connection.copy_records_from_table("T.t", columns=['b"c'], schema_name=schema)
    assert [row['b"c'] async for row in stream] == ["one", "two", "three", "x", "x"]


async def test_types_and_nulls(connection: Connection) -> None:
    await connection.execute(
        "CREATE TYPE mood AS ENUM ('ok', 'so so'); CREATE TABLE t (a bool, b bytea, c numeric, "
        "d uuid, e jsonb, f timestamptz, g date, h int[], i mood, j interval)"
    )
    now = dt.datetime(2026, 2, 3, 4, 5, 6, 7, dt.UTC)
    rows = [
        (
            True,
            b"\0\xff",
            decimal.Decimal("12345678901234567890.123"),
            uuid.UUID(int=5),
            {"a": [1, None]},
            now,
            now.date(),
            [1, None, 3],
            "so so",
            dt.timedelta(days=2, microseconds=3),
        ),
        (None,) * 10,
    ]
    assert await connection.copy_records_to_table("t", records=rows) == "COPY 2"
    assert [tuple(row) for row in await connection.fetch("SELECT * FROM t")] == rows
    assert [tuple(row) async for row in connection.copy_records_from_table("t")] == rows


async def test_columns_without_a_binary_form_are_refused(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (a int, b aclitem)")
    with pytest.raises(errors.InterfaceError, match=r'column "b" \(aclitem\) travels as text'):
        await connection.copy_records_to_table("t", records=[(1, "a")])
    with pytest.raises(errors.InterfaceError, match='column "b"'):
        await anext(connection.copy_records_from_table("t"))


VALUES = st.tuples(
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    st.none() | st.binary(max_size=40),
    st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=3),
    st.none() | st.lists(st.none() | st.booleans()),
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=st.lists(VALUES, max_size=30), data=st.booleans())
def test_any_records_come_back(
    sync_connection: sync.Connection, rows: list[tuple[Any, ...]], data: bool
) -> None:
    """By COPY as records, and by COPY out and in again as text."""
    sync_connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS r "
        "(n serial, a int8, b text, c bytea, d numeric, e bool[]); TRUNCATE r"
    )
    columns = ["a", "b", "c", "d", "e"]
    sync_connection.copy_records_to_table("r", records=rows, columns=columns)
    if data:
        text = b"".join(sync_connection.copy_from_table("r"))
        sync_connection.execute("TRUNCATE r")
        sync_connection.copy_to_table("r", source=text)
    query = "SELECT a, b, c, d, e FROM r ORDER BY n"
    assert [tuple(row) for row in sync_connection.fetch(query)] == rows
    assert [tuple(row) for row in sync_connection.copy_records_from_query(query)] == rows


REFUSED: list[tuple[Any, str]] = [
    ([(1, "a", 1.0), (2, 3, 1.0)], r'row 2, column "b" \(text\): expected str, not int'),
    ([(1, "a", 1.0)] * 6000 + [(2**40, "a", 1.0)], 'row 6001, column "a" .*range'),
    ([(1, "a")], "row 1: 2 values for 3 columns"),
    (["abc"], "row 1 is a str"),
    (7, "records are an iterable of tuples, not int"),
]


@pytest.mark.parametrize(("records", "message"), REFUSED)
async def test_what_cannot_be_encoded_stores_nothing(
    table: Connection, records: Any, message: str
) -> None:
    with pytest.raises(errors.InterfaceError, match=message):
        await table.copy_records_to_table("t", records=records)
    assert await table.fetchval("SELECT count(*) FROM t") == 0
    await assert_in_step(table)


async def test_an_error_of_who_gives_the_records(table: Connection) -> None:
    def failing() -> Iterator[tuple[Any, ...]]:
        yield from ROWS
        raise KeyError("mine")

    async def failing_later() -> AsyncIterator[tuple[Any, ...]]:
        for row in failing():
            yield row

    for records in (failing(), failing_later()):
        with pytest.raises(KeyError, match="mine"):
            await table.copy_records_to_table("t", records=records)
        assert await stored(table) == []
        await assert_in_step(table)


async def test_in_a_transaction_a_failure_is_the_transactions(table: Connection) -> None:
    with pytest.raises(errors.InterfaceError, match="row 1"):
        async with table.transaction():
            await table.copy_records_to_table("t", records=ROWS)
            async with table.transaction():
                await table.copy_records_to_table("t", records=[(1, 2, 3)])
    assert await stored(table) == []
    async with table.transaction():
        await table.copy_records_to_table("t", records=ROWS[:3])
        with pytest.raises(errors.InterfaceError, match="row 1"):
            async with table.transaction():
                await table.copy_records_to_table("t", records=[(1, 2, 3)])
    assert await stored(table) == ROWS[:3]


async def test_errors_of_the_server(connection: Connection) -> None:
    await connection.execute(
        "CREATE TABLE t (a int PRIMARY KEY, b text, c float8 CHECK (c < 1500))"
    )
    copy = connection.copy_records_to_table
    with pytest.raises(errors.UndefinedTableError):
        await copy("nowhere", records=[])
    with pytest.raises(errors.UndefinedColumnError):
        await copy("t", records=[], columns=["z"])
    with pytest.raises(errors.UniqueViolationError) as caught:
        await copy("t", records=[*ROWS[:100], ROWS[7], *ROWS[100:]])
    assert caught.value.constraint == "t_pkey"
    with pytest.raises(errors.CheckViolationError):
        await copy("t", records=ROWS)
    assert await stored(connection) == []
    await assert_in_step(connection)


async def test_a_schema_that_changed_is_seen(table: Connection) -> None:
    """What is known of a table is of this moment: bytes of another type would be stored as such."""
    await table.copy_records_to_table("t", records=[(1, "a", 1.0)])
    await table.execute("ALTER TABLE t ALTER a TYPE float4, DROP c, ADD c date")
    today = dt.date(2026, 1, 2)
    await table.copy_records_to_table("t", records=[(2.5, "b", today)])
    assert await stored(table) == [(1.0, "a", None), (2.5, "b", today)]
    with pytest.raises(errors.InterfaceError, match=r'column "c" \(date\)'):
        await table.copy_records_to_table("t", records=[(1.0, "a", 1.0)])


async def test_progress(table: Connection) -> None:
    seen: list[tuple[int, int | None]] = []
    await table.copy_records_to_table("t", records=ROWS, progress=lambda *sent: seen.append(sent))
    assert seen == sorted(seen)
    assert len(seen) > 1
    assert seen[-1][1] == len(ROWS)
    received: list[tuple[int, int | None]] = []
    stream = table.copy_records_from_table("t", progress=lambda *so_far: received.append(so_far))
    assert len([row async for row in stream]) == len(ROWS)
    assert received[-1] == (seen[-1][0], len(ROWS))
    with pytest.raises(ZeroDivisionError):
        await table.copy_records_to_table("t", records=ROWS, progress=lambda *_: 1 // 0)
    assert await table.fetchval("SELECT count(*) FROM t") == len(ROWS)


async def test_a_pool_lends_a_connection(pool: Pool) -> None:
    await pool.execute(TABLE)
    half = len(ROWS) // 2
    copies = [pool.copy_records_to_table("t", records=part) for part in (ROWS[:half], ROWS[half:])]
    assert await asyncio.gather(*copies) == [f"COPY {half}"] * 2
    assert await stored(pool) == ROWS
    stream = pool.copy_records_from_query("SELECT * FROM t WHERE a < $1 ORDER BY a", 5)
    assert [tuple(row) async for row in stream] == ROWS[:5]
    with pytest.raises(errors.InterfaceError):
        await pool.copy_records_to_table("t", records=[(1, 2, 3)])
    assert await stored(pool) == ROWS
    await eventually(lambda: pool.get_idle_size() == pool.get_size())


@pytest.mark.each_loop
async def test_the_event_loop_is_not_held(table: Connection) -> None:
    """Others run while a long list is copied."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await table.copy_records_to_table("t", records=ROWS * 5)
    counting.cancel()
    # A piece of data is some two thousand of these records.
    assert turns > 20


@pytest.mark.each_loop
async def test_statements_of_others_wait(table: Connection) -> None:
    counts = [asyncio.create_task(table.fetchval("SELECT count(*) FROM t")) for _ in range(2)]
    copying = asyncio.create_task(table.copy_records_to_table("t", records=ROWS))
    await asyncio.sleep(0.001)
    counts += [asyncio.create_task(table.fetchval("SELECT count(*) FROM t")) for _ in range(2)]
    second = asyncio.create_task(table.copy_records_to_table("t", records=ROWS))
    assert await copying == await second == f"COPY {len(ROWS)}"
    assert sorted(await asyncio.gather(*counts))[:2] == [0, 0]
    assert await table.fetchval("SELECT count(*) FROM t") == 2 * len(ROWS)
