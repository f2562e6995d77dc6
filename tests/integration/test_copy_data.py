"""Data is copied in and out in COPY's own formats, from and to wherever it is."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from data_bridge.postgres import Connection, Pool, errors
from tests.integration.observation import assert_in_step

LINES = [f"{i}\tä{i}\n".encode() if i % 3 else f"{i}\t\\N\n".encode() for i in range(15_000)]
DATA = b"".join(LINES)


@pytest.fixture
async def table(connection: Connection) -> Connection:
    await connection.execute("CREATE TABLE t (a int, b text)")
    return connection


async def stored(connection: Connection | Pool) -> bytes:
    pieces = [piece async for piece in connection.copy_from_query("SELECT * FROM t ORDER BY a")]
    assert all(len(piece) < 1_000_000 for piece in pieces)
    return b"".join(pieces)


class Coroutines:
    """A file of an asynchronous library."""

    def __init__(self) -> None:
        self.file = io.BytesIO(DATA)

    async def read(self, size: int) -> bytes:
        await asyncio.sleep(0)
        return self.file.read(size)

    async def write(self, data: bytes) -> None:
        await asyncio.sleep(0)
        self.file.write(data)


async def parts() -> AsyncIterator[bytes]:
    for line in LINES:
        yield line


def sevens() -> Iterator[bytes]:
    for i in range(0, len(DATA), 7):
        yield DATA[i : i + 7]


@pytest.mark.parametrize(
    "source",
    [
        DATA,
        bytearray(DATA),
        memoryview(DATA),
        LINES,
        sevens(),
        parts(),
        io.BytesIO(DATA),
        Coroutines(),
        [DATA, b"", memoryview(b"")],
    ],
    ids=lambda source: type(source).__name__,
)
async def test_sources(table: Connection, source: Any) -> None:
    assert await table.copy_to_table("t", source=source) == "COPY 15000"
    assert await stored(table) == DATA


@pytest.mark.each_loop
async def test_files(table: Connection, tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(DATA)
    for source in (path, str(path)):
        await table.execute("TRUNCATE t")
        assert await table.copy_to_table("t", source=source) == "COPY 15000"
    with path.open("rb") as file:
        assert await table.copy_to_table("t", source=file, where="a < 0") == "COPY 0"
    copied = tmp_path / "copied"
    query = "SELECT * FROM t ORDER BY a"
    assert await table.copy_from_query(query, output=copied) == "COPY 15000"
    assert copied.read_bytes() == DATA
    with pytest.raises(errors.UndefinedTableError):
        await table.copy_from_table("nowhere", output=copied)
    assert copied.read_bytes() == DATA, "an error has emptied the file"
    assert await table.copy_from_query("SELECT 1 WHERE false", output=str(copied)) == "COPY 0"
    assert copied.read_bytes() == b""
    with pytest.raises(FileNotFoundError):
        await table.copy_to_table("t", source=tmp_path / "missing")
    with pytest.raises(FileNotFoundError):
        await table.copy_from_table("t", output=tmp_path / "missing" / "file")
    await assert_in_step(table)


async def test_outputs(table: Connection) -> None:
    await table.copy_to_table("t", source=DATA)
    query = "SELECT * FROM t ORDER BY a"
    file, coroutines, pieces = io.BytesIO(), Coroutines(), list[bytes]()
    coroutines.file.truncate(0)

    async def take(data: bytes) -> None:
        await asyncio.sleep(0)
        pieces.append(data)

    outputs = (file, coroutines, take, pieces.append)
    for output in outputs:
        assert await table.copy_from_query(query, output=output) == "COPY 15000"
    assert file.getvalue() == coroutines.file.getvalue() == DATA
    assert b"".join(pieces) == DATA + DATA
    assert await table.copy_from_table("t", columns=["b"], output=pieces.append) == "COPY 15000"

    def fail(data: bytes) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await table.copy_from_table("t", output=fail)
    await assert_in_step(table)


async def test_formats_and_options(table: Connection) -> None:
    text = 'a;b\n1;"x;""y"\n2;\n3;""\n'.encode("latin-1")
    options: dict[str, Any] = {"format": "csv", "delimiter": ";", "header": True}
    assert await table.copy_to_table("t", source=text, **options) == "COPY 3"
    rows = [tuple(row) for row in await table.fetch("SELECT * FROM t ORDER BY a")]
    assert rows == [(1, 'x;"y'), (2, None), (3, "")]
    assert b"".join([piece async for piece in table.copy_from_table("t", **options)]) == text
    quoted = table.copy_from_table(
        "t", columns=["b"], format="csv", quote="'", escape="\\", null="-", force_quote=["b"]
    )
    assert b"".join([piece async for piece in quoted]) == b"'x;\"y'\n-\n''\n"
    await table.copy_to_table(
        "t", source="4\té\n5\t?\n".encode("latin-1"), encoding="latin1", null="?"
    )
    assert await table.fetchval("SELECT b FROM t WHERE a = 4") == "é"
    assert await table.fetchval("SELECT b FROM t WHERE a = 5") is None
    binary = b"".join([piece async for piece in table.copy_from_table("t", format="binary")])
    await table.execute("TRUNCATE t")
    assert await table.copy_to_table("t", source=binary, format="binary") == "COPY 5"
    assert await table.fetchval("SELECT count(*) FROM t") == 5


async def test_rows_that_cannot_be_read_are_left_out_when_asked(table: Connection) -> None:
    if int((table.get_parameter("server_version") or "0").split(".")[0]) < 17:
        pytest.skip("on_error came with PostgreSQL 17")
    with pytest.raises(errors.InvalidTextRepresentationError):
        await table.copy_to_table("t", source=b"1\ta\nx\tb\n")
    assert await table.copy_to_table("t", source=b"1\ta\nx\tb\n", on_error="ignore") == "COPY 1"
    await assert_in_step(table)


async def test_bad_data_ends_a_long_copy_early(table: Connection) -> None:
    given = 0

    def endless() -> Iterator[bytes]:
        nonlocal given
        while True:
            given += 1
            yield b"x\n" if given == 1000 else b"1\ta\n"

    with pytest.raises(errors.PostgresError) as caught:
        await table.copy_to_table("t", source=endless())
    assert "line 1000" in (caught.value.context or "")
    await assert_in_step(table)


async def test_what_is_no_source_or_output(table: Connection) -> None:
    for source, message in (
        (["a"], "COPY takes bytes, not str; encode text"),
        (io.StringIO("1\ta\n"), "COPY takes bytes, not str"),
        ([1], "COPY takes bytes, not int"),
        (5, "COPY takes bytes, a path, a file, or an iterable of bytes, not int"),
    ):
        with pytest.raises(errors.InterfaceError, match=message):
            await table.copy_to_table("t", source=source)  # type: ignore[arg-type]
    with pytest.raises(errors.InterfaceError, match="output is a path, a file or a function"):
        await table.copy_from_table("t", output=5)  # type: ignore[call-overload]
    with pytest.raises(errors.InterfaceError, match="no option 'force_null' here"):
        table.copy_from_query("SELECT 1", force_null=["a"])  # type: ignore[call-overload]
    assert await stored(table) == b""
    await assert_in_step(table)


async def test_arguments_of_queries(table: Connection) -> None:
    async def copied(query: str, *args: object) -> list[tuple[Any, ...]]:
        return [tuple(row) async for row in table.copy_records_from_query(query, *args)]

    evil = "'; DROP TABLE t; -- \\' $1"
    assert await copied("SELECT $1::text, '$1', $2::int + $2", evil, 4) == [(evil, "$1", 8)]
    assert await copied("SELECT $1::text -- $1", None) == [(None,)]
    assert await copied("SELECT $1::bytea, $2::bpchar", b"\0\\'", "abc") == [(b"\0\\'", "abc")]
    assert await copied("SELECT a FROM unnest($1::text[]) AS a", ["a'b", None, "\\"]) == [
        ("a'b",),
        (None,),
        ("\\",),
    ]
    assert await copied("SELECT $1 = ANY($2::float8[])", 0.1, [0.1]) == [(True,)]
    with pytest.raises(errors.InterfaceError, match="takes 1 argument, and 2 were given"):
        await copied("SELECT $1::int", 1, 2)
    with pytest.raises(errors.InterfaceError, match="expected int"):
        await copied("SELECT $1::int", "1")
    with pytest.raises(errors.PostgresError):
        await copied("SELECT $1::int")
    await table.execute("SET standard_conforming_strings = off")
    with pytest.raises(errors.InterfaceError, match="standard_conforming_strings"):
        await copied("SELECT $1::int", 1)
    await assert_in_step(table)


async def test_several_statements_cannot_stand_in_a_query(table: Connection) -> None:
    with pytest.raises(errors.PostgresSyntaxError):
        await table.copy_from_query("SELECT 1; DROP TABLE t", output=print)
    assert await stored(table) == b""


@pytest.mark.each_loop
async def test_streams_are_left_at_any_piece(table: Connection) -> None:
    query = "SELECT repeat('x', 1000) FROM generate_series(1, 1000000)"
    async for piece in table.copy_from_query(query):
        assert piece
        break
    await assert_in_step(table)
    async with table.copy_from_query(query) as kept:
        assert await anext(kept)
    with pytest.raises(StopAsyncIteration):
        await anext(kept)
    await assert_in_step(table)
    # One that is kept is ended by what its task asks for next.
    left = table.copy_from_query(query)
    assert await anext(left)
    await assert_in_step(table)
    with pytest.raises(errors.InterfaceError, match="given up"):
        async for _ in left:
            pass
    with pytest.raises(KeyError):
        async with table.transaction():
            stream = table.copy_from_query(query)
            async for _ in stream:
                raise KeyError
    assert not table.is_in_transaction()
    await assert_in_step(table)


async def test_a_task_that_copies_in_cannot_ask_for_more(table: Connection) -> None:
    """It would wait for itself."""

    async def asking() -> AsyncIterator[bytes]:
        yield b"1\ta\n"
        await table.fetchval("SELECT 1")

    with pytest.raises(errors.InterfaceError, match="in use by a COPY, or an executemany, of this"):
        await table.copy_to_table("t", source=asking())
    assert await stored(table) == b""


@pytest.mark.each_loop
async def test_no_more_is_read_than_is_wanted(connection: Connection) -> None:
    """The server waits while a reader is slow: what it has sent is bounded."""
    seen: list[tuple[int, int | None]] = []
    query = "SELECT repeat('x', 1000) FROM generate_series(1, 30000)"
    async with connection.copy_from_query(query, progress=lambda *n: seen.append(n)) as stream:
        size = len(await anext(stream))
        await asyncio.sleep(0.1)
        # What has come meanwhile is the next piece: no more than was wanted, and one read.
        second = len(await anext(stream))
        assert second < 2_000_000
        size += second
        async for piece in stream:
            size += len(piece)
    assert size == 30_000 * 1001
    assert seen[-1] == (size, 30_000)


async def test_a_pool_lends_a_connection(pool: Pool) -> None:
    await pool.execute("CREATE TABLE t (a int, b text)")
    assert await pool.copy_to_table("t", source=DATA) == "COPY 15000"
    assert await stored(pool) == DATA
    async for _ in pool.copy_from_table("t"):
        break
    async with pool.copy_from_table("t") as stream:
        await anext(stream)
        assert pool.get_idle_size() < pool.get_size()
    size = pool.get_size()
    for _ in range(200):
        if pool.get_idle_size() == size:
            break
        await asyncio.sleep(0.01)
    assert (pool.get_idle_size(), pool.get_size()) == (size, size)
    await assert_in_step(pool)
