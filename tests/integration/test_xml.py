"""Values of xml, on a server that was built with it: the distribution's."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest

from data_bridge import postgres
from data_bridge.postgres import Connection, InterfaceError, errors
from tests.integration.system_server import system_server

DOCUMENTS = [
    "",
    "text",
    "<a/>",
    '<a b="1 &lt; 2">é 😀</a>',
    "<a>1</a><b/>, and a text",
    "<a>" + "x" * 100_000 + "</a>",
    "<!-- no more -->",
    "<![CDATA[<>]]>",
]


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    with system_server() as system:
        system.create()
        system.start({})
        yield system.server.dsn


@pytest.fixture
async def connection(dsn: str) -> AsyncIterator[Connection]:
    async with await postgres.connect(dsn) as connection:
        # Without libxml the server knows the type and takes no value of it.
        with suppress(errors.FeatureNotSupportedError):
            await connection.execute("SELECT '<a/>'::xml; DROP TABLE IF EXISTS t")
            yield connection
            return
        pytest.skip("the distribution's PostgreSQL was built without libxml")


@pytest.mark.parametrize("value", DOCUMENTS, ids=lambda value: value[:12])
async def test_documents_come_back_as_they_were_sent(connection: Connection, value: str) -> None:
    assert await connection.fetchval("SELECT $1::xml", value) == value
    assert await connection.fetchval("SELECT $1::xml::text", value) == value
    assert await connection.fetchval("SELECT $1::text::xml", value) == value


async def test_a_declaration_names_no_other_encoding_than_the_connections(
    connection: Connection,
) -> None:
    """A string has no encoding: what a declaration says of one is not believed."""
    for name in ("UTF-8", "ISO-8859-1", "UTF-16"):
        document = f'<?xml version="1.0" encoding="{name}"?><a>é</a>'
        assert await connection.fetchval("SELECT $1::xml", document) == "<a>é</a>"
        found = await connection.fetchval("SELECT xpath('/a/text()', $1)::text", document)
        assert found == "{é}"
    alone = '<?xml version="1.0" standalone="yes"?><a/>'
    assert await connection.fetchval("SELECT $1::xml", alone) == alone


async def test_documents_inside_of_others(connection: Connection) -> None:
    several = ["<a/>", None, '<b c="{,}">"é"</b>']
    assert await connection.fetchval("SELECT $1::xml[]", several) == several
    assert await connection.fetchval("SELECT $1::xml", None) is None
    assert await connection.fetchval("SELECT ROW(1, '<a/>'::xml)") == (1, "<a/>")
    await connection.execute("DROP TYPE IF EXISTS held; CREATE TYPE held AS (id int, x xml)")
    assert await connection.fetchval("SELECT $1::held", (1, "<é/>")) == (1, "<é/>")


async def test_many_documents_at_once(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (id int, x xml)")
    rows = [*enumerate(DOCUMENTS), (99, None)]
    await connection.executemany("INSERT INTO t VALUES ($1, $2)", rows)
    assert [tuple(row) for row in await connection.fetch("SELECT * FROM t ORDER BY id")] == rows
    data = "".join(f"{number}\t<a>{number}</a>\n" for number in range(100, 103)).encode()
    assert await connection.copy_to_table("t", source=data) == "COPY 3"
    # As records it would travel in binary, where the server believes what a declaration says.
    with pytest.raises(InterfaceError, match="cast it to text"):
        await connection.copy_records_to_table("t", records=rows)
    with pytest.raises(InterfaceError, match="cast it to text"):
        _ = [row async for row in connection.copy_records_from_table("t")]
    query = "SELECT id, x::text FROM t WHERE id > 100 ORDER BY id"
    copied = [tuple(row) async for row in connection.copy_records_from_query(query)]
    assert copied == [(101, "<a>101</a>"), (102, "<a>102</a>")]


async def test_what_is_no_document_is_refused(connection: Connection) -> None:
    with pytest.raises(InterfaceError, match="expected str, not bytes"):
        await connection.fetchval("SELECT $1::xml", b"<a/>")
    with pytest.raises(errors.InvalidXmlContentError):
        await connection.fetchval("SELECT $1::xml", "<a>")
    assert await connection.fetchval("SELECT $1::xml", "<a/>") == "<a/>"
