"""Types read and written in a way of the program's own."""

import json
from typing import Any

import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, InterfaceError, Pool, Unknown, sync


def dumps(value: Any) -> str:
    return "7" if value == "seven" else json.dumps(value)


def loads(text: str) -> Any:
    assert isinstance(text, str)
    return ("own", json.loads(text))


@pytest.mark.parametrize("name", ["json", "jsonb"])
async def test_a_text_codec_is_used_everywhere(connection: Connection, name: str) -> None:
    read = f"SELECT '[1]'::{name}"
    await connection.execute(f"CREATE TYPE holder AS (j {name}, i int)")
    assert await connection.fetchval(read) == [1]
    await connection.set_type_codec(name, encoder=dumps, decoder=loads)
    # The statement that was prepared before is described anew.
    assert await connection.fetchval(read) == ("own", [1])
    assert await connection.fetchval(f"SELECT $1::{name}", "seven") == ("own", 7)
    assert await connection.fetchval(f"SELECT $1::{name}[]", [["a"], None]) == [
        ("own", ["a"]),
        None,
    ]
    holder = await connection.fetchval("SELECT $1::holder", ("seven", 1))
    assert (holder["j"], holder["i"]) == (("own", 7), 1)
    await connection.reset_type_codec(name)
    assert await connection.fetchval(read) == [1]


async def test_a_codec_of_a_type_whose_text_is_another(connection: Connection) -> None:
    await connection.set_type_codec("numeric", encoder=str, decoder=float)
    assert await connection.fetchval("SELECT 1.5") == 1.5
    assert await connection.fetchval("SELECT $1::numeric[]", [1.5, None]) == [1.5, None]
    # Inside a range only binary values are found: the whole comes as text.
    assert await connection.fetchval("SELECT numrange(1, 2)") == Unknown("[1,2)", "numrange")


async def test_a_binary_codec(connection: Connection) -> None:
    def encode(value: int) -> bytes:
        return (value + 1).to_bytes(4, signed=True)

    def decode(raw: bytes) -> int:
        return int.from_bytes(raw, signed=True) - 1

    await connection.set_type_codec(
        "int4", schema="pg_catalog", encoder=encode, decoder=decode, format="binary"
    )
    assert await connection.fetchval("SELECT 7") == 6
    assert await connection.fetchval("SELECT $1::int4", 7) == 7
    assert await connection.fetchval("SELECT $1::int4[]::text", [1, 2]) == "{2,3}"
    await connection.execute("CREATE TABLE numbers (n int4)")
    await connection.copy_records_to_table("numbers", records=[(1,), (2,)])
    assert await connection.fetchval("SELECT sum(n)::int8 FROM numbers") == 5


async def test_what_a_codec_raises_is_raised(connection: Connection) -> None:
    def fail(_: Any) -> Any:
        raise LookupError("no")

    await connection.set_type_codec("text", encoder=fail, decoder=fail)
    with pytest.raises(LookupError):
        await connection.fetchval("SELECT 'a'::text")
    with pytest.raises(LookupError):
        await connection.fetchval("SELECT 1 WHERE $1::text IS NULL", "a")
    await connection.set_type_codec("text", encoder=lambda _: 7, decoder=str)
    with pytest.raises(InterfaceError, match="not int"):
        await connection.fetchval("SELECT $1::text", "a")
    assert await connection.fetchval("SELECT 1") == 1


async def test_types_that_have_no_codec_of_ones_own(connection: Connection) -> None:
    await connection.execute("CREATE DOMAIN low AS int")
    for name, reason in (("nothing", "there is no type 'nothing'"), ("low", "is a domain")):
        with pytest.raises(InterfaceError, match=reason):
            await connection.set_type_codec(name, encoder=str, decoder=str)
    wrong: Any = "json"
    with pytest.raises(InterfaceError, match="expected 'text' or 'binary'"):
        await connection.set_type_codec("text", encoder=str, decoder=str, format=wrong)


async def test_a_pools_codec_is_that_of_all_its_connections(pool: Pool) -> None:
    async with pool.acquire() as first:
        await pool.set_type_codec("jsonb", encoder=dumps, decoder=loads)
        async with pool.acquire() as second:
            for connection in (first, second):
                assert await connection.fetchval("SELECT '1'::jsonb") == ("own", 1)


def test_the_same_from_threads(sync_connection: sync.Connection) -> None:
    sync_connection.set_type_codec("jsonb", encoder=dumps, decoder=loads)
    assert sync_connection.fetchval("SELECT $1::jsonb", "seven") == ("own", 7)
    sync_connection.reset_type_codec("jsonb")
    assert sync_connection.fetchval("SELECT '7'::jsonb") == 7


async def test_a_codec_ends_with_its_use(database: Server) -> None:
    """One of a borrower's own is no business of the next; the pool's is everybody's."""
    read = "SELECT '[1]'::jsonb, '2'::json"
    async with postgres.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        await pool.set_type_codec("json", encoder=str, decoder=str)
        async with pool.acquire() as connection:
            await connection.fetchrow(read)
            await connection.set_type_codec("jsonb", encoder=dumps, decoder=loads)
            await connection.reset_type_codec("json")
            assert tuple(await connection.fetchrow(read) or ()) == (("own", [1]), 2)
        async with pool.acquire() as connection:
            assert tuple(await connection.fetchrow(read) or ()) == ([1], "2")
            # It need not be undone again: the statements stay prepared.
            await connection.execute("SET work_mem = '1MB'")
        assert tuple(await pool.fetchrow(read) or ()) == ([1], "2")


def test_a_codec_ends_with_its_use_for_threads(database: Server) -> None:
    with sync.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        with pool.acquire() as connection:
            connection.set_type_codec("jsonb", encoder=dumps, decoder=loads)
            assert connection.fetchval("SELECT '[1]'::jsonb") == ("own", [1])
        assert pool.fetchval("SELECT '[1]'::jsonb") == [1]


async def test_a_codec_of_the_pools_init_stays(database: Server) -> None:
    async def init(connection: Connection) -> None:
        await connection.set_type_codec("jsonb", encoder=dumps, decoder=loads)

    async with postgres.create_pool(database.dsn, min_size=1, max_size=1, init=init) as pool:
        for statement in ("SELECT 1", "SET work_mem = '1MB'", "SELECT 2"):
            async with pool.acquire() as connection:
                await connection.execute(statement)
            assert await pool.fetchval("SELECT '[1]'::jsonb") == ("own", [1])


async def test_records_are_copied_with_codecs(connection: Connection) -> None:
    await connection.execute(
        "CREATE DOMAIN small AS int; CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t "
        '(a small, b mood, c jsonb, "to\nse" text, twice int GENERATED ALWAYS AS (7) STORED)'
    )
    await connection.set_type_codec("jsonb", encoder=dumps, decoder=loads)
    await connection.set_type_codec("name", encoder=str, decoder=str.upper)
    for _ in range(2):
        await connection.copy_records_to_table("t", records=[(1, "ok", "seven", "é")])
        found = [tuple(record) async for record in connection.copy_records_from_table("t")]
        assert found[-1] == (1, "ok", ("own", 7), "é")
    assert connection._engine.columns([("a", 23)]) is not None
    assert connection._engine.columns([("a", 4_000_000_000)]) is None
