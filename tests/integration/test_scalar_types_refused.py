"""What a rarer type cannot hold is an error that says so, and its relatives in Python serve."""

import enum
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from typing import Any, NamedTuple

import pytest

from data_bridge import postgres
from data_bridge._engine import Columns
from data_bridge.postgres import (
    LSN,
    Box,
    Circle,
    Connection,
    InterfaceError,
    Interval,
    Line,
    LineSegment,
    Path,
    Point,
    Polygon,
)
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

ORIGIN, CORNER = Point(0.0, 0.0), Point(1.0, 2.0)


class Place(NamedTuple):
    """A pair of one's own."""

    x: int
    y: int


class Block(enum.IntEnum):
    FIRST = 0


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("inet", "10.0.0.1", IPv4Address("10.0.0.1")),
        ("inet", "10.0.0.1/8", IPv4Interface("10.0.0.1/8")),
        ("inet", "::1/128", IPv6Address("::1")),
        ("inet", IPv4Network("10.0.0.0/8"), IPv4Interface("10.0.0.0/8")),
        ("inet", IPv4Interface("10.0.0.1/32"), IPv4Address("10.0.0.1")),
        ("inet", IPv6Interface("::1/64"), IPv6Interface("::1/64")),
        ("cidr", "10.0.0.0/8", IPv4Network("10.0.0.0/8")),
        ("cidr", IPv4Address("10.0.0.1"), IPv4Network("10.0.0.1/32")),
        ("cidr", IPv6Interface("ff00::/8"), IPv6Network("ff00::/8")),
        ("macaddr", "08002B-010203", "08:00:2b:01:02:03"),
        ("macaddr8", "0800.2B01.0203", "08:00:2b:ff:fe:01:02:03"),
        ("point", (1, 2), CORNER),
        ("point", Place(1, 2), CORNER),
        ("lseg", ((0, 0), (1, 2)), LineSegment(ORIGIN, CORNER)),
        ("box", (ORIGIN, CORNER), Box(CORNER, ORIGIN)),
        ("line", (1, 2, 3), Line(1.0, 2.0, 3.0)),
        ("path", ([(0, 0), (1, 2)], True), Path((ORIGIN, CORNER), True)),
        ("path", Path((ORIGIN,)), Path((ORIGIN,), False)),
        ("polygon", [(0, 0), (1, 2)], Polygon([ORIGIN, CORNER])),
        ("polygon", ((0, 0), (1, 2)), Polygon([ORIGIN, CORNER])),
        ("circle", ((0, 0), 1), Circle(ORIGIN, 1.0)),
        ("point[]", [(0, 0), (1, 2)], [ORIGIN, CORNER]),
        ("point[]", ((0, 0), (1, 2)), [ORIGIN, CORNER]),
        ("polygon[]", [((0, 0), (1, 2))], [Polygon([ORIGIN, CORNER])]),
        ("tid", (Block.FIRST, 7), (0, 7)),
        ("pg_lsn", "16/b374d848", LSN("16/B374D848")),
        ("pg_lsn", 10, LSN("0/A")),
        ("varbit", "", ""),
    ],
)
async def test_relatives_of_a_type_serve_too(
    connection: Connection, name: str, value: Any, expected: Any
) -> None:
    found = await connection.fetchval(f"SELECT $1::{name}", value)
    assert (type(found), found) == (type(expected), expected)


@pytest.mark.parametrize(
    ("name", "value", "expected", "given"),
    [
        ("inet", 1, "ipaddress address, interface or network, or str", "int"),
        ("macaddr", b"\0" * 6, "str", "bytes"),
        ("bit(1)", 1, "str", "int"),
        ("money", 1, "str", "int"),
        ("tsvector", ["a"], "str", "list"),
        ("regclass", 1259, "str", "int"),
        ("xid", "1", "int", "str"),
        ("xid8", True, "int", "bool"),
        ("pg_lsn", 1.0, "LSN, int or str", "float"),
        ("tid", [0, 1], "tuple of two ints", "list"),
        ("tid", (0, True), "tuple of two ints", "tuple"),
        ("point", [1, 2], "Point or tuple (x, y)", "list"),
        ("point", (1, 2, 3), "Point or tuple (x, y)", "tuple"),
        ("point", (1, "2"), "float or int", "str"),
        ("lseg", Box(CORNER, ORIGIN), "LineSegment or tuple of two points", "geometry.Box"),
        ("lseg", (1, 2), "LineSegment or tuple of two points", "tuple"),
        ("box", CORNER, "Box or tuple of two points", "geometry.Point"),
        ("path", [(0, 0)], "Path or tuple (points, closed)", "list"),
        ("path", ([(0, 0)], 1), "Path or tuple (points, closed)", "tuple"),
        ("polygon", Circle(ORIGIN, 1.0), "Polygon, tuple or list of points", "geometry.Circle"),
        ("polygon", "((0,0))", "Polygon, tuple or list of points", "str"),
        ("circle", (0, 1), "Circle or tuple (center, radius)", "tuple"),
        ("point[]", [[(0, 0)], [1]], "Point or tuple (x, y)", "int at [1][0]"),
        ("oidvector", [1, "2"], "int", "str at [1]"),
    ],
)
async def test_another_python_type_is_refused(
    connection: Connection, name: str, value: Any, expected: str, given: str
) -> None:
    with pytest.raises(InterfaceError) as refusal:
        await connection.fetchval(f"SELECT $1::{name}", value)
    expected = f"parameter $1 ({name.removesuffix('(1)')}): expected {expected}, not "
    message = str(refusal.value).replace("data_bridge.postgres.", "")
    assert message == expected + given
    assert await connection.fetchval("SELECT 1") == 1


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("inet", "10.0.0", "not an address"),
        ("inet", "10.0.0.1/33", "not an address"),
        ("inet", IPv6Address("fe80::1%eth0"), "keeps no scope"),
        ("cidr", "10.0.0.1/8", "not a network"),
        ("cidr", IPv4Interface("10.0.0.1/8"), "not a network"),
        ("macaddr", "08:00:2b:01:02", "not a hardware address of 6 bytes"),
        ("macaddr8", "08:00:2b:01:02", "not a hardware address of 8 bytes"),
        ("varbit", "012", "holds only the digits 0 and 1"),
        ("xid", 2**32, r"out of range for xid \(0 to 4294967295\)"),
        ("xid8", -1, "out of range for xid8"),
        ("pg_lsn", 2**64, "out of range for pg_lsn"),
        ("pg_lsn", "16", "not a position in the log"),
        ("tid", (0, 2**16), "out of range for tid"),
        ("point", (10**400, 0), "out of range for point"),
        ("path", ((), True), "a path has at least one point"),
        ("polygon", [], "a polygon has at least one point"),
        ("pg_snapshot", "10:20", "not a snapshot"),
        ("money", "1\0", "money cannot hold the NUL character"),
        ("jsonpath", "$\0", "jsonpath cannot hold the NUL character"),
        ("tsvector[]", [["a"], ["b", "c"]], "must all have the same length"),
        ("int2vector", [2**15], "out of range for int2"),
    ],
)
async def test_a_value_that_the_type_lacks_is_refused(
    connection: Connection, name: str, value: Any, reason: str
) -> None:
    with pytest.raises(InterfaceError, match=reason) as refusal:
        await connection.fetchval(f"SELECT $1::{name}", value)
    assert str(refusal.value).startswith(f"parameter $1 ({name}): ")
    assert await connection.fetchval("SELECT 1") == 1


async def test_the_server_refuses_what_it_alone_can_judge(connection: Connection) -> None:
    for name, text in [("tsquery", "a &"), ("money", "x"), ("regclass", "none"), ("jsonpath", "]")]:
        with pytest.raises(postgres.PostgresError):
            await connection.fetchval(f"SELECT $1::{name}", text)
    assert await connection.fetchval("SELECT 1") == 1


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        (869, b"\x02\x21\0\x04\x0a\0\0\x01"),
        (650, b"\x02\x08\1\x04\x0a\0\0\x01"),
        (602, b"\1\x7f\xff\xff\xff"),
        (1562, b"\0\0\0\x09\xff"),
        (3643, b"{a,{b}}"),
        (5038, b"\0\0\0\1" + bytes(16)),
        (22, b"\0\0\0\2" + bytes(24)),
        (1183, (b"\0\0\0\1\0\0\0\0\0\0\4\x3b\0\0\0\1\0\0\0\1\0\0\0\x08" + b"\xff" * 8)),
    ],
)
async def test_a_malformed_value_is_an_error(oid: int, value: bytes) -> None:
    def talk(session: Session) -> None:
        session.receive()
        session.send(described(b"a", oid=oid))
        session.receive()
        session.send(BOUND + row(value) + SELECTED + READY)
        session.receive()

    with scripted(talk) as dsn:
        connection = await postgres.connect(dsn)
        with pytest.raises(DecodeError):
            await connection.fetchval("SELECT a")
        assert not connection.is_closed()
        await connection.close()


async def test_many_rows_of_types_that_travel_as_text(connection: Connection) -> None:
    await connection.execute("CREATE TABLE t (id int, words tsvector, price money, valid interval)")
    rows = [(i, f"w{i}", f"${i}.50", Interval(months=i + 1)) for i in range(3)]
    await connection.executemany("INSERT INTO t VALUES ($1, $2, $3, $4)", rows)
    found = await connection.fetch("SELECT * FROM t ORDER BY id")
    assert [tuple(each) for each in found] == [(i, f"'{w}'", m, v) for i, w, m, v in rows]


async def test_columns_of_types_that_travel_as_text(connection: Connection) -> None:
    """As bulk statements send them: one array for all values of a column."""
    rows = [{"words": "'a \"b'", "at": Point(1.0, 2.0)}, {"words": None, "at": None}]
    columns = Columns(rows, ("words", "at"), None)
    sql = "SELECT * FROM unnest($1::tsvector[], $2::point[])"
    found = await connection._engine.fetch(sql, columns)
    assert [tuple(each) for each in found] == [("'a \"b'", Point(1.0, 2.0)), (None, None)]


def test_threads_get_the_same(sync_connection: postgres.sync.Connection) -> None:
    query = "SELECT $1::money, $2::inet, $3::date, $4::tsquery[]"
    values = ["$1.50", IPv4Address("10.0.0.1"), postgres.Infinity.POSITIVE, ["'a' & 'b'", None]]
    found = sync_connection.fetchrow(query, *values)
    assert list(found or ()) == values
