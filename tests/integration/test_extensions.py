"""Types of extensions against a server: hstore, and pgvector's vector."""

import array
import struct
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, InterfaceError, sync

# A vector of whatever bytes, for those that pgvector never sends.
STAND_IN = """
CREATE TYPE vector;
CREATE FUNCTION vector_in(cstring) RETURNS vector LANGUAGE internal IMMUTABLE AS 'byteain';
CREATE FUNCTION vector_out(vector) RETURNS cstring LANGUAGE internal IMMUTABLE AS 'byteaout';
CREATE FUNCTION vector_recv(internal) RETURNS vector LANGUAGE internal IMMUTABLE AS 'bytearecv';
CREATE FUNCTION vector_send(vector) RETURNS bytea LANGUAGE internal IMMUTABLE AS 'byteasend';
CREATE TYPE vector (INPUT = vector_in, OUTPUT = vector_out, RECEIVE = vector_recv,
    SEND = vector_send, STORAGE = extended);
"""

MAPS: list[dict[str, str | None]] = [
    {},
    {"a": "1", "b": None, "": ""},
    {"a key of more than a few bytes": 'NULL "=>" \\ , é😀', "é": "é"},
    {str(i): None if i % 3 == 0 else "x" * i for i in range(200)},
]
VECTORS = [[1.0, -2.5, 0.0], [float(i) for i in range(2000)], [3.4028234663852886e38]]


@pytest.fixture
async def maps(own_database: Server) -> AsyncIterator[Connection]:
    """A connection to a database with hstore."""
    async with await postgres.connect(own_database.dsn) as connection:
        await create(connection, "hstore")
        yield connection


@pytest.fixture
async def vectors(own_database: Server) -> AsyncIterator[Connection]:
    """A connection to a database with pgvector's vectors."""
    async with await postgres.connect(own_database.dsn) as connection:
        await create(connection, "vector")
        yield connection


async def create(connection: Connection, extension: str) -> None:
    """Create an extension; the test is skipped where the server has none of that name."""
    known = "SELECT count(*) FROM pg_available_extensions WHERE name = $1"
    if not await connection.fetchval(known, extension):
        pytest.skip(f"the server has no extension {extension}")
    await connection.execute(f"CREATE EXTENSION {extension}")


@pytest.mark.parametrize("value", MAPS, ids=len)
async def test_maps_come_back_as_they_were_sent(
    maps: Connection, value: dict[str, str | None]
) -> None:
    assert await maps.fetchval("SELECT $1::hstore", value) == value
    # The server understands the same.
    keys, values = list(value), list(value.values())
    assert await maps.fetchval(
        "SELECT $1::hstore = hstore($2::text[], $3::text[])", value, keys, values
    )
    assert await maps.fetchval("SELECT hstore($1::text[], $2::text[])", keys, values) == value
    for key, held in value.items():
        assert await maps.fetchval("SELECT $1::hstore -> $2", value, key) == held


async def test_maps_inside_of_others(maps: Connection) -> None:
    await maps.execute("CREATE TYPE tagged AS (id int, tags hstore); CREATE DOMAIN tags AS hstore;")
    array_of_maps = [MAPS[1], None, {}]
    assert await maps.fetchval("SELECT $1::hstore[]", array_of_maps) == array_of_maps
    assert await maps.fetchval("SELECT $1::hstore[]", [[MAPS[1]], [{}]]) == [[MAPS[1]], [{}]]
    assert await maps.fetchval("SELECT $1::tagged", (1, MAPS[1])) == (1, MAPS[1])
    assert await maps.fetchval("SELECT $1::tags", MAPS[2]) == MAPS[2]
    assert await maps.fetchval("SELECT $1::hstore", None) is None
    assert await maps.fetchval("SELECT 'a=>1, b=>NULL'::hstore") == {"a": "1", "b": None}


async def test_maps_by_copy_and_many_at_once(maps: Connection) -> None:
    await maps.execute("CREATE TABLE t (id int, tags hstore, more hstore[])")
    rows: list[tuple[Any, ...]] = [(i, tags, [tags, None]) for i, tags in enumerate(MAPS)]
    rows.append((len(rows), None, None))
    assert await maps.copy_records_to_table("t", records=rows) == f"COPY {len(rows)}"
    found = await maps.fetch("SELECT * FROM t ORDER BY id")
    assert [tuple(row) for row in found] == rows
    copied = [tuple(row) async for row in maps.copy_records_from_table("t")]
    assert sorted(copied, key=lambda row: row[0]) == rows
    await maps.execute("TRUNCATE t")
    await maps.executemany("INSERT INTO t VALUES ($1, $2, $3)", rows)
    assert [tuple(row) for row in await maps.fetch("SELECT * FROM t ORDER BY id")] == rows
    portions = [tuple(row) async for row in maps.cursor("SELECT * FROM t ORDER BY id", prefetch=2)]
    assert portions == rows


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("a=>1", "expected dict of str to str or None, not str"),
        ([("a", "1")], "expected dict of str to str or None, not list"),
        ({1: "a"}, "expected str as key, not int"),
        ({"a": 1}, "expected str or None as value, not int"),
        ({"a": "\0"}, "NUL"),
    ],
    ids=str,
)
async def test_what_is_no_map_is_refused(maps: Connection, value: Any, reason: str) -> None:
    with pytest.raises(InterfaceError, match=reason):
        await maps.fetchval("SELECT $1::hstore", value)
    assert await maps.fetchval("SELECT $1::hstore", {}) == {}


@pytest.fixture(scope="module")
def map_client(server: Server) -> Iterator[sync.Connection]:
    """A connection for threads, to a database with hstore."""
    with psycopg.connect(server.dsn, autocommit=True) as administrator:
        administrator.execute("DROP DATABASE IF EXISTS mapped (FORCE)")
        administrator.execute("CREATE DATABASE mapped")
        with sync.connect(server.dsn, database="mapped") as connection:
            known = "SELECT count(*) FROM pg_available_extensions WHERE name = 'hstore'"
            if connection.fetchval(known):
                connection.execute("CREATE EXTENSION hstore")
                yield connection
        administrator.execute("DROP DATABASE mapped (FORCE)")


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(value=st.dictionaries(texts, st.none() | texts, max_size=8))
def test_any_map_comes_back(map_client: sync.Connection, value: dict[str, str | None]) -> None:
    assert map_client.fetchval("SELECT $1::hstore", value) == value
    assert map_client.fetchval("SELECT $1::hstore::text::hstore", value) == value


@pytest.mark.parametrize("value", VECTORS, ids=len)
async def test_vectors_come_back_as_they_were_sent(vectors: Connection, value: list[float]) -> None:
    assert await vectors.fetchval("SELECT $1::vector", value) == value
    for same in (tuple(value), array.array("f", value), array.array("d", value), iter(value)):
        assert await vectors.fetchval("SELECT $1::vector", same) == value
    # The length, two bytes without meaning, and a float4 for each element.
    wire = struct.pack(f">HH{len(value)}f", len(value), 0, *value)
    assert await vectors.fetchval("SELECT vector_send($1)", value) == wire


async def test_the_server_understands_vectors(vectors: Connection) -> None:
    assert await vectors.fetchval("SELECT '[1,-2.5,0]'::vector") == [1.0, -2.5, 0.0]
    assert await vectors.fetchval("SELECT $1::vector::text", [1, -2.5, 0]) == "[1,-2.5,0]"
    assert await vectors.fetchval("SELECT $1::vector <-> '[4,6]'", [1, 2]) == 5.0
    with pytest.raises(postgres.errors.DataError, match="expected 3 dimensions, not 2"):
        await vectors.fetchval("SELECT $1::vector::vector(3)", [1.0, 2.0])


async def test_vectors_inside_of_others(vectors: Connection) -> None:
    await vectors.execute("CREATE TYPE placed AS (id int, at vector)")
    several: Sequence[list[float] | None] = [[1.0, 2.0], None, [0.5]]
    assert await vectors.fetchval("SELECT $1::placed", (1, [1.0])) == (1, [1.0])
    assert await vectors.fetchval("SELECT $1::vector", None) is None
    # A list nests in an array, so that what holds a vector inside of one is no list.
    sent = [None if one is None else array.array("f", one) for one in several]
    assert await vectors.fetchval("SELECT $1::vector[]", sent) == several
    assert await vectors.fetchval("SELECT ARRAY[$1::vector, NULL]", [1.0]) == [[1.0], None]


async def test_vectors_by_copy_and_many_at_once(vectors: Connection) -> None:
    await vectors.execute("CREATE TABLE t (id int, at vector)")
    rows: list[tuple[int, list[float] | None]] = [*enumerate(VECTORS), (9, None)]
    assert await vectors.copy_records_to_table("t", records=rows) == "COPY 4"
    assert [tuple(row) for row in await vectors.fetch("SELECT * FROM t ORDER BY id")] == rows
    copied = [tuple(row) async for row in vectors.copy_records_from_table("t")]
    assert sorted(copied, key=lambda row: row[0]) == rows
    await vectors.execute("TRUNCATE t")
    await vectors.executemany("INSERT INTO t VALUES ($1, $2)", rows)
    assert [tuple(row) for row in await vectors.fetch("SELECT * FROM t ORDER BY id")] == rows


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("[1,2]", "expected list of float, not str"),
        (b"12", "expected list of float, not bytes"),
        ({1: 2}, "expected list of float, not dict"),
        (1.0, "expected list of float, not float"),
        (["a"], "not str"),
        ([1e39], "out of range for float4"),
        ([0.0] * 65_536, "vector holds no more than 65535 elements"),
    ],
    ids=lambda value: str(value)[:12],
)
async def test_what_is_no_vector_is_refused(vectors: Connection, value: Any, reason: str) -> None:
    with pytest.raises(InterfaceError, match=reason):
        await vectors.fetchval("SELECT $1::vector", value)
    assert await vectors.fetchval("SELECT $1::vector", [1.0]) == [1.0]


async def test_malformed_vectors_are_an_error(connection: Connection) -> None:
    await connection.execute(STAND_IN)
    assert await connection.fetchval(r"SELECT '\x000100003f800000'::vector") == [1.0]
    for raw in ("", "0001", "0002000000000000", "00010000000000000000", "000100013f800000"):
        with pytest.raises(postgres.errors.DecodeError, match="vector"):
            await connection.fetchval(rf"SELECT '\x{raw}'::vector")
    assert await connection.fetchval("SELECT $1::vector", [2.0]) == [2.0]
