"""Values of every type go to the server and come back the same."""

import enum
import json
import math
import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_bridge.postgres import Connection

# The examples of a test share its connection, which is what a connection is for.
one_connection = settings(
    max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
fewer_examples = settings(one_connection, max_examples=40)

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
ASCII = st.characters(min_codepoint=1, max_codepoint=127)
OFFSETS = st.integers(-57_599, 57_599).map(lambda seconds: timezone(timedelta(seconds=seconds)))
ZONES = st.sampled_from([UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")])
DECIMALS = st.builds(
    lambda sign, digits, exponent: Decimal((sign, digits, exponent)),
    st.integers(0, 1),
    st.lists(st.integers(0, 9), min_size=1, max_size=40).map(tuple),
    st.integers(-60, 60),
)
# The server's jsonb keeps numbers as numerics, and writes 1e300 as an integer of 301 digits.
FLOATS_IN_JSON = st.floats(-1e15, 1e15)
DOCUMENTS = st.recursive(
    st.booleans() | st.integers() | FLOATS_IN_JSON | st.text(CHARACTERS),
    lambda values: (
        st.lists(values | st.none()) | st.dictionaries(st.text(CHARACTERS), values | st.none())
    ),
    max_leaves=10,
)

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "int2": st.integers(-(2**15), 2**15 - 1),
    "int4": st.integers(-(2**31), 2**31 - 1),
    "int8": st.integers(-(2**63), 2**63 - 1),
    "oid": st.integers(0, 2**32 - 1),
    "float4": st.floats(width=32),
    "float8": st.floats(),
    "text": st.text(CHARACTERS),
    "varchar": st.text(CHARACTERS),
    "bpchar": st.text(CHARACTERS),
    "name": st.text(ASCII, max_size=63),
    '"char"': st.text(ASCII, max_size=1) | st.integers(0o200, 0o377).map("\\{:o}".format),
    "bytea": st.binary(),
    "numeric": DECIMALS | st.sampled_from([Decimal("NaN"), Decimal("inf"), Decimal("-inf")]),
    "uuid": st.uuids(),
    "json": DOCUMENTS,
    "jsonb": DOCUMENTS,
    "date": st.dates(),
    "time": st.times(),
    "timetz": st.times(timezones=OFFSETS),
    "timestamp": st.datetimes(),
    # A day from either end of the calendar, UTC may lie beyond it.
    "timestamptz": st.datetimes(
        datetime(1, 1, 2), datetime(9999, 12, 30), timezones=OFFSETS | ZONES
    ).map(lambda moment: moment.astimezone(UTC)),
    "interval": st.timedeltas(),
}


def same(left: Any, right: Any) -> bool:
    """Equal and of one type, in lists too; NaN is the same as itself."""
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float | Decimal) and math.isnan(left):
        return math.isnan(right)
    return bool(left == right)


def rectangles(elements: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Lists of two to six dimensions, none of them empty."""

    def nest(lengths: list[int]) -> st.SearchStrategy[list[Any]]:
        items = elements
        for length in lengths:
            items = st.lists(items, min_size=length, max_size=length)
        return items

    return st.lists(st.integers(1, 2), min_size=2, max_size=6).flatmap(nest)


@pytest.mark.parametrize("name", VALUES)
@one_connection
@given(data=st.data())
async def test_a_value_comes_back_the_same(
    connection: Connection, name: str, data: st.DataObject
) -> None:
    value = data.draw(VALUES[name])
    again = await connection.fetchval(f"SELECT $1::{name}", value)
    # A document's 1.0 may come back from jsonb as 1.
    assert again == value if name == "jsonb" else same(again, value)


@pytest.mark.parametrize("name", VALUES)
@fewer_examples
@given(data=st.data())
async def test_arrays_come_back_the_same(
    connection: Connection, name: str, data: st.DataObject
) -> None:
    value = data.draw(st.lists(VALUES[name] | st.none()))
    again = await connection.fetchval(f"SELECT $1::{name}[]", value)
    assert again == value if name == "jsonb" else same(again, value)


@pytest.mark.parametrize("name", [name for name in VALUES if "json" not in name])
@fewer_examples
@given(data=st.data())
async def test_arrays_of_many_dimensions_come_back_the_same(
    connection: Connection, name: str, data: st.DataObject
) -> None:
    value = data.draw(rectangles(VALUES[name] | st.none()))
    assert same(await connection.fetchval(f"SELECT $1::{name}[]", value), value)


@pytest.mark.parametrize("name", VALUES)
async def test_null_is_none(connection: Connection, name: str) -> None:
    assert await connection.fetchval(f"SELECT $1::{name}", None) is None
    assert await connection.fetchval(f"SELECT NULL::{name}[]") is None


@one_connection
@given(value=DECIMALS)
async def test_a_numeric_is_the_number_that_the_server_has(
    connection: Connection, value: Decimal
) -> None:
    row = await connection.fetchrow("SELECT $1::numeric, $1::numeric::text", value)
    assert row is not None
    # The server has but one zero.
    plain = f"{value:f}" if value else f"{abs(value):f}"
    assert (f"{row[0]:f}", row[1]) == (plain, plain)


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        ("1.10", "1.10"),
        ("-0.00", "0.00"),
        ("1E+3", "1000"),
        ("1E-20", "0.00000000000000000001"),
        ("9E+131071", "9" + "0" * 131071),
        ("1E-16383", "0." + "0" * 16382 + "1"),
    ],
)
async def test_a_numeric_keeps_its_scale(connection: Connection, value: str, digits: str) -> None:
    again = await connection.fetchval("SELECT $1::numeric", Decimal(value))
    assert f"{again:f}" == digits


@one_connection
@given(value=st.integers() | st.integers(-(10**5000), 10**5000))
async def test_an_int_is_a_numeric_of_any_size(connection: Connection, value: int) -> None:
    again = await connection.fetchval("SELECT $1::numeric", value)
    assert isinstance(again, Decimal)
    assert again == value


def server_text(value: date | time | datetime) -> str:
    """As the server writes it: ISO 8601 without a T, and without zeros at the end of a fraction."""
    text = value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    return text.rstrip("0") if "." in text else text


@pytest.mark.parametrize("name", ["date", "time", "timestamp"])
@one_connection
@given(data=st.data())
async def test_dates_and_times_are_those_that_the_server_has(
    connection: Connection, name: str, data: st.DataObject
) -> None:
    value = data.draw(VALUES[name])
    assert await connection.fetchval(f"SELECT $1::{name}::text", value) == server_text(value)


@one_connection
@given(value=VALUES["timestamptz"])
async def test_an_instant_is_the_one_that_the_server_has(
    connection: Connection, value: datetime
) -> None:
    text = await connection.fetchval("SELECT ($1::timestamptz AT TIME ZONE 'UTC')::text", value)
    assert text == server_text(value.replace(tzinfo=None))


@one_connection
@given(value=VALUES["timetz"])
async def test_an_offset_is_the_one_that_the_server_has(
    connection: Connection, value: time
) -> None:
    offset = await connection.fetchval("SELECT extract(timezone FROM $1::timetz)::int", value)
    assert timedelta(seconds=offset) == value.utcoffset()


@one_connection
@given(value=VALUES["interval"])
async def test_a_span_of_time_is_as_long_as_the_server_has_it(
    connection: Connection, value: timedelta
) -> None:
    seconds = await connection.fetchval("SELECT extract(epoch FROM $1::interval)", value)
    assert seconds * 1_000_000 == value // timedelta(microseconds=1)


@one_connection
@given(value=DOCUMENTS)
async def test_a_document_is_the_one_that_the_server_has(
    connection: Connection, value: Any
) -> None:
    assert json.loads(await connection.fetchval("SELECT $1::json::text", value)) == value


async def test_a_str_is_a_document_of_one_string(connection: Connection) -> None:
    row = await connection.fetchrow("SELECT $1::json::text, $2::jsonb", "[1]", "[1]")
    assert tuple(row or ()) == ('"[1]"', "[1]")


async def test_instants_are_in_utc_itself(connection: Connection) -> None:
    await connection.execute("SET TimeZone TO 'Asia/Kathmandu'")
    instant = await connection.fetchval("SELECT '2026-11-24 05:45'::timestamptz")
    assert instant == datetime(2026, 11, 24, tzinfo=UTC)
    assert instant.tzinfo is UTC


async def test_an_hour_that_comes_twice_is_told_apart(connection: Connection) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    twice = [datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=fold) for fold in (0, 1)]
    first, second = await connection.fetchval("SELECT $1::timestamptz[]", twice)
    assert second - first == timedelta(hours=1)


async def test_short_texts_of_a_column_are_shared(connection: Connection) -> None:
    rows = await connection.fetch("SELECT 'Chicago'::text FROM generate_series(1, 2)")
    assert rows[0][0] is rows[1][0]


class Colour(enum.IntEnum):
    RED = 7


class Label(str):
    __slots__ = ()


class Price(Decimal):
    """A number that writes itself for people."""

    def __str__(self) -> str:
        return f"{super().__str__()} EUR"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("int4", Colour.RED, 7),
        ("numeric", Colour.RED, Decimal(7)),
        ("text", Label("label"), "label"),
        ("numeric", Price("1.10"), Decimal("1.10")),
        ("float8", 3, 3.0),
        ("bytea", bytearray(b"ab"), b"ab"),
        ("bytea", memoryview(b"a-b-")[::2], b"ab"),
        ("bytea", memoryview(b"abcd").cast("H"), b"abcd"),
        (
            "uuid",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ),
        ("int4[]", (1, 2), [1, 2]),
        ("int4[]", [(1, 2), (3, None)], [[1, 2], [3, None]]),
        ("int4[]", [[], []], []),
        ("json[]", [[1, 2], {"a": 3}, None], [[1, 2], {"a": 3}, None]),
    ],
)
async def test_relatives_of_a_type_serve_too(
    connection: Connection, name: str, value: Any, expected: Any
) -> None:
    assert same(await connection.fetchval(f"SELECT $1::{name}", value), expected)


async def test_lower_bounds_are_passed_over(connection: Connection) -> None:
    assert await connection.fetchval("SELECT '[0:1]={5,6}'::int4[]") == [5, 6]


async def test_void_is_none(connection: Connection) -> None:
    assert await connection.fetchval("SELECT pg_sleep(0)") is None
