"""Values of the rarer built-in types go to the server and come back the same, as it has them."""

import ipaddress
import math
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_bridge.postgres import (
    LSN,
    Box,
    Circle,
    Connection,
    Line,
    LineSegment,
    Path,
    Point,
    Polygon,
)

one_connection = settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

ADDRESSES = st.ip_addresses()
COORDINATES = st.floats(allow_nan=False, allow_infinity=False) | st.just(math.inf)
POINTS = st.builds(Point, COORDINATES, COORDINATES)
CORNERS = st.lists(POINTS, min_size=1, max_size=4)


def hosts_and_networks(address: Any) -> st.SearchStrategy[Any]:
    """An address alone, and in each network that it can be in."""
    prefixes = st.integers(0, address.max_prefixlen - 1)
    return st.just(address) | prefixes.map(
        lambda prefix: (
            ipaddress.ip_interface((int(address), prefix))
            if address.version == 4
            else ipaddress.IPv6Interface((int(address), prefix))
        )
    )


def networks(address: Any) -> st.SearchStrategy[Any]:
    kind = ipaddress.IPv4Network if address.version == 4 else ipaddress.IPv6Network
    prefixes = st.integers(0, address.max_prefixlen)
    return prefixes.map(lambda prefix: kind((int(address), prefix), strict=False))


def hardware(length: int) -> st.SearchStrategy[str]:
    return st.binary(min_size=length, max_size=length).map(lambda raw: raw.hex(":"))


def box(first: Point, second: Point) -> Box:
    upper = Point(max(first.x, second.x), max(first.y, second.y))
    return Box(upper, Point(min(first.x, second.x), min(first.y, second.y)))


def snapshot(first: int, running: set[int], gap: int) -> str:
    listed = sorted(first + each for each in running)
    end = max([first, *(each + 1 for each in listed)]) + gap
    return f"{first}:{end}:{','.join(map(str, listed))}"


U32 = st.integers(0, 2**32 - 1)
U64 = st.integers(0, 2**64 - 1)
# The lower half of a transaction's number is never zero.
TRANSACTIONS = st.builds(
    lambda epoch, number: epoch << 32 | number, st.integers(0, 2**30), st.integers(3, 2**31)
)
SNAPSHOTS = st.builds(
    snapshot, TRANSACTIONS, st.sets(st.integers(0, 99), max_size=5), st.integers(0, 9)
)
BITS = st.text("01", max_size=70)

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "inet": ADDRESSES.flatmap(hosts_and_networks),
    "cidr": ADDRESSES.flatmap(networks),
    "macaddr": hardware(6),
    "macaddr8": hardware(8),
    "varbit": BITS,
    "bit(7)": st.text("01", min_size=7, max_size=7),
    "point": POINTS,
    # The server's zero is anything up to a millionth.
    "line": st.builds(Line, st.floats(1, 1e300), COORDINATES, COORDINATES),
    "lseg": st.builds(LineSegment, POINTS, POINTS),
    "box": st.builds(box, POINTS, POINTS),
    "path": st.builds(Path, CORNERS.map(tuple), st.booleans()),
    "polygon": CORNERS.map(Polygon),
    "circle": st.builds(Circle, POINTS, st.floats(0)),
    "xid": U32,
    "cid": U32,
    "xid8": U64,
    "tid": st.tuples(U32, st.integers(0, 2**16 - 1)),
    "pg_lsn": U64.map(LSN),
    "pg_snapshot": SNAPSHOTS,
    "txid_snapshot": SNAPSHOTS,
    "refcursor": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    "int2vector": st.lists(st.integers(-(2**15), 2**15 - 1), min_size=1),
    "oidvector": st.lists(U32, min_size=1),
}


def numbers(value: Any) -> list[float]:
    """The coordinates of a geometric value, one after the other."""
    if isinstance(value, bool):
        return []
    if isinstance(value, tuple):
        return [number for part in value for number in numbers(part)]
    return [value]


def numbers_of_text(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"[-+.\deE]+|-?Infinity", text)]


def path(value: Path) -> str:
    return "(" if value.closed else "["


# What the server's own text says, and what it should.
TEXTS: dict[str, tuple[Callable[[str], Any], Callable[[Any], Any]]] = {
    "inet": (ipaddress.ip_interface, ipaddress.ip_interface),
    "cidr": (ipaddress.ip_network, lambda value: value),
    "tid": (str, lambda value: f"({value[0]},{value[1]})"),
    "path": (
        lambda text: (text[0], numbers_of_text(text)),
        lambda value: (path(value), numbers(value)),
    ),
    "int2vector": (str, lambda value: " ".join(map(str, value))),
    "oidvector": (str, lambda value: " ".join(map(str, value))),
    **dict.fromkeys(
        ["point", "line", "lseg", "box", "polygon", "circle"], (numbers_of_text, numbers)
    ),
}


@pytest.mark.parametrize("name", VALUES)
@one_connection
@given(data=st.data())
async def test_a_value_comes_back_the_same(
    connection: Connection, name: str, data: st.DataObject
) -> None:
    value = data.draw(VALUES[name])
    several = data.draw(st.lists(VALUES[name] | st.none(), max_size=3))
    row = await connection.fetchrow(
        f"SELECT $1::{name}, $1::{name}::text, $2::{name}[]", value, several
    )
    assert row is not None
    once, text, array = row
    assert (type(once), once, array) == (type(value), value, several)
    assert [type(item) for item in array] == [type(item) for item in several]
    said, expected = TEXTS.get(name, (str, str))
    assert said(text) == expected(value)


@pytest.mark.parametrize("name", ["inet", "point", "path", "tid", "pg_lsn", "varbit"])
@one_connection
@given(data=st.data())
async def test_arrays_of_many_dimensions_come_back_the_same(
    connection: Connection, name: str, data: st.DataObject
) -> None:
    pair = st.lists(VALUES[name] | st.none(), min_size=2, max_size=2)
    value = data.draw(st.lists(pair, min_size=1, max_size=3))
    assert await connection.fetchval(f"SELECT $1::{name}[]", value) == value


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("money", "$1,234.50", "$1,234.50"),
        ("money", "-0.01", "-$0.01"),
        ("tsvector", "fat:2B cat 'it''s':1A", "'cat' 'fat':2B 'it''s':1A"),
        ("tsquery", "fat & (rat | !cat:*)", "'fat' & ( 'rat' | !'cat':* )"),
        ("jsonpath", "$.a[*]?(@>1)", '$."a"[*]?(@ > 1)'),
        ("regclass", "pg_catalog.pg_class", "pg_class"),
        ("regclass", "1259", "pg_class"),
        ("regtype", "timestamptz", "timestamp with time zone"),
        ("regproc", "pg_backend_pid", "pg_backend_pid"),
        ("regprocedure", "lower(text)", "lower(text)"),
        ("regoper", "pg_catalog.||/", "||/"),
        ("regoperator", "+(int4,int4)", "+(integer,integer)"),
        ("regconfig", "pg_catalog.simple", "simple"),
        ("regdictionary", "simple", "simple"),
        ("regnamespace", "pg_catalog", "pg_catalog"),
        ("regrole", "postgres", "postgres"),
        ("regcollation", '"C"', '"C"'),
        ("aclitem", "postgres=r/postgres", "postgres=r/postgres"),
    ],
)
async def test_what_travels_as_text_is_the_servers_text(
    connection: Connection, name: str, given: str, expected: str
) -> None:
    query = f"SELECT $1::{name}, $1::{name}::text, $2::{name}[], 7::int4"
    if name in ("regrole", "aclitem"):
        user = await connection.fetchval("SELECT current_user")
        given, expected = given.replace("postgres", user), expected.replace("postgres", user)
    row = await connection.fetchrow(query, given, [[given, None]])
    assert tuple(row or ()) == (expected, expected, [[expected, None]], 7)
    row = await connection.fetchrow(query, expected, [])
    assert tuple(row or ()) == (expected, expected, [], 7)


@pytest.mark.parametrize("text", ["", "a,b", "NULL", "null", '"', "\\", "{}", " a ", "é€", "a b"])
async def test_an_array_of_texts_keeps_every_character(connection: Connection, text: str) -> None:
    """A tsvector's lexeme may hold whatever an array's literal would mean something by."""
    lexeme = "'" + (text or "x").replace("\\", "\\\\").replace("'", "''") + "'"
    row = await connection.fetchrow(
        "SELECT $1::tsvector[], ARRAY[$2::tsvector, NULL], $1::tsvector[]::text", [lexeme], lexeme
    )
    assert row is not None
    single = await connection.fetchval("SELECT $1::tsvector", lexeme)
    assert tuple(row)[:2] == ([single], [single, None])


async def test_every_type_of_the_catalogue_has_a_codec(connection: Connection) -> None:
    """None of them is unknown, neither as a parameter nor as a column, nor its array."""
    types = await connection.fetch(
        "SELECT format_type(oid, NULL) AS name, typarray <> 0 AS has_array FROM pg_type "
        "WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype = 'b' AND typcategory <> 'A'"
    )
    assert len(types) > 60
    for name, has_array in types:
        for name_or_array in [name, f"{name}[]"][: 1 + has_array]:
            value = await connection.fetchval(f"SELECT $1::{name_or_array}", None)
            assert value is None, name


async def test_catalogue_columns_are_read(connection: Connection) -> None:
    """Every column of the catalogue itself, the internal types' too."""
    for table in ("pg_class", "pg_index", "pg_proc", "pg_stats", "pg_am", "pg_rewrite"):
        await connection.fetch(f"SELECT * FROM {table} LIMIT 20")
    statistics = "stxdndistinct, stxddependencies, stxdmcv"
    await connection.fetch(f"SELECT {statistics} FROM pg_statistic_ext_data")
    key = await connection.fetchval("SELECT indkey FROM pg_index LIMIT 1")
    assert [type(column) for column in key] == [int] * len(key)
