"""Types of the database's own and what is made of others: value to server to value."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Array, Connection, InterfaceError, Multirange, Range, Unknown, sync

TYPES = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN low AS int CHECK (value < 10);
CREATE DOMAIN ints AS int[];
CREATE DOMAIN moods AS mood[];
CREATE TYPE pair AS (a int, b text);
CREATE TYPE nest AS (p pair, ps pair[], r int4range, m mood, l low);
CREATE TYPE span AS RANGE (subtype = float8);
"""


@pytest.fixture
async def own(connection: Connection) -> Connection:
    await connection.execute(TYPES)
    return connection


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("int4range", Range(1, 5), "[1,5)"),
        ("int4range", Range(empty=True), "empty"),
        ("int8range", Range(None, 5), "(,5)"),
        ("numrange", Range(Decimal("1.5"), None, "()"), "(1.5,)"),
        ("tstzrange", Range(datetime(2026, 1, 1, tzinfo=UTC), None, "[)"), None),
        ("int4multirange", Multirange([Range(1, 3), Range(5, 7)]), "{[1,3),[5,7)}"),
        ("int4multirange", Multirange(), "{}"),
        ("int4range[]", [Range(1, 2), None], '{"[1,2)",NULL}'),
        ("span", Range(1.5, 2.0), "[1.5,2)"),
        ("mood", "ok", "ok"),
        ("mood[]", ["ok", None], "{ok,NULL}"),
        ("low", 5, "5"),
        ("low[]", [[5], [6]], "{{5},{6}}"),
        ("ints[]", [[5, 6], None, [7]], '{"{5,6}",NULL,"{7}"}'),
        ("moods[]", [["ok", None], []], '{"{ok,NULL}","{}"}'),
        ("pair", (1, "x"), "(1,x)"),
        ("pair", (None, ""), '(,"")'),
        ("pair[]", [(1, "x"), None], '{"(1,x)",NULL}'),
        ("nest", ((1, "x"), [(2, None)], Range(1, 2), "sad", 3), None),
        ("int4[]", Array([1, 2], (0,)), "[0:1]={1,2}"),
        ("int4[]", Array([[1], [2]], (-1, 5)), "[-1:0][5:5]={{1},{2}}"),
        ("mood[]", Array(["ok"], (7,)), "[7:7]={ok}"),
    ],
)
async def test_values_come_back_as_they_were_sent(
    own: Connection, name: str, value: Any, text: str | None
) -> None:
    found = await own.fetchval(f"SELECT $1::{name}", value)
    assert found == value
    assert getattr(found, "lower_bounds", None) == getattr(value, "lower_bounds", None)
    if text is not None:
        assert await own.fetchval(f"SELECT $1::{name}::text", value) == text


@dataclass
class Pair:
    a: int
    b: str | None


class Mood(Enum):
    OK = "ok"


async def test_composites_are_records_and_taken_from_many_shapes(own: Connection) -> None:
    record = await own.fetchval("SELECT (1, 'x')::pair")
    assert isinstance(record, postgres.Record)
    assert (record["a"], record["b"], dict(record)) == (1, "x", {"a": 1, "b": "x"})
    for value in (record, {"b": "x", "a": 1}, Pair(1, "x")):
        assert await own.fetchval("SELECT $1::pair", value) == record
    assert await own.fetchval("SELECT $1::mood", Mood.OK) == "ok"
    assert await own.fetchval("SELECT ROW(1, 'ok'::mood, ROW(2))") == (1, "ok", (2,))


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("pair", (1,), r"2 attributes \(a, b\), and 1 values"),
        ("pair", {"a": 1}, "no value for attribute b"),
        ("pair", {"a": 1, "b": "", "c": 2}, "no attribute c"),
        ("pair", "(1,x)", "expected tuple, dict, Record or dataclass, not str"),
        ("pair", ("1", "x"), "expected int, not str at a"),
        ("int4range", (1, 2), "expected .*Range, not tuple"),
        ("int4range", Range("a", "b"), "not str at a bound"),
        ("int4[]", Array([1], (0, 0)), "2 lower bounds for 1 dimensions"),
        ("mood", 1, "expected str, not int"),
    ],
)
async def test_what_a_type_cannot_take_is_refused(
    own: Connection, name: str, value: Any, reason: str
) -> None:
    with pytest.raises(InterfaceError, match=reason):
        await own.fetchval(f"SELECT $1::{name}", value)
    assert await own.fetchval("SELECT 1") == 1


async def test_types_that_change_are_noticed(own: Connection) -> None:
    read = "SELECT (SELECT p FROM kept)"
    await own.execute("CREATE TABLE kept AS SELECT (1, 'x')::pair AS p")
    assert await own.fetchval(read) == (1, "x")
    other = await own.fetchval("SELECT (2, 'y')::pair")
    await own.execute("ALTER TYPE pair ADD ATTRIBUTE c int; ALTER TYPE mood ADD VALUE 'new'")
    with suppress(postgres.errors.DecodeError):
        await own.fetchval(read)
    found = await own.fetchval(read)
    assert dict(found) == {"a": 1, "b": "x", "c": None}
    assert other == (2, "y")
    assert await own.fetchval("SELECT 'new'::mood") == "new"
    await own.execute("DROP TYPE pair CASCADE; CREATE TYPE pair AS (z bool)")
    assert dict(await own.fetchval("SELECT ROW(true)::pair")) == {"z": True}


async def test_renamed_attributes_are_asked_about_again(own: Connection) -> None:
    read = "SELECT (SELECT p FROM kept)"
    await own.execute("CREATE TABLE kept AS SELECT (1, 'x')::pair AS p")
    assert (await own.fetchval(read))["a"] == 1
    await own.execute("ALTER TYPE pair RENAME ATTRIBUTE a TO z")
    await own.reload_types()
    assert (await own.fetchval(read))["z"] == 1


async def test_a_type_that_is_not_known_comes_as_its_text(own: Connection) -> None:
    # The server's own type for the internals of an access method has no codec here.
    await own.execute(
        "CREATE TYPE odd; "
        "CREATE FUNCTION odd_in(cstring) RETURNS odd LANGUAGE internal STRICT AS 'int4in'; "
        "CREATE FUNCTION odd_out(odd) RETURNS cstring LANGUAGE internal STRICT AS 'int4out'; "
        "CREATE TYPE odd (INPUT = odd_in, OUTPUT = odd_out, LIKE = int4); "
        "CREATE TYPE holder AS (o odd, i int)"
    )
    found = await own.fetchval("SELECT '7'::odd")
    assert (found, type(found), found.type_name) == ("7", Unknown, "odd")
    assert await own.fetchval("SELECT $1::odd", found) == "7"
    assert await own.fetchval("SELECT ARRAY['7', NULL]::odd[]") == ["7", None]
    assert await own.fetchval("SELECT $1::odd[]::text", ["7", "8"]) == "{7,8}"
    holder = await own.fetchval("SELECT ('7', 1)::holder")
    assert (holder, holder.type_name) == ("(7,1)", "holder")
    assert await own.fetchval("SELECT ($1::holder).i", holder) == 1


def test_the_same_from_threads(sync_connection: sync.Connection) -> None:
    sync_connection.execute(TYPES)
    value = ((1, "x"), [(2, None)], Range(1, 2), "sad", 3)
    assert sync_connection.fetchval("SELECT $1::nest", value) == value


bounds = st.one_of(st.none(), st.integers(-(2**31), 2**31 - 2))
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    ranges=st.lists(st.tuples(bounds, bounds), max_size=4),
    pairs=st.lists(st.tuples(bounds, st.none() | texts)),
    start=moments,
    span=st.timedeltas(timedelta(0), timedelta(1)),
)
def test_any_value_comes_back(
    sync_connection: sync.Connection,
    ranges: list[tuple[int | None, int | None]],
    pairs: list[tuple[int | None, str | None]],
    start: datetime,
    span: timedelta,
) -> None:
    c = sync_connection
    if c.fetchval("SELECT to_regtype('pair') IS NULL"):
        c.execute(TYPES)
    made = [Range(low, high) for low, high in ranges if low is None or high is None or low < high]
    assert c.fetchval("SELECT $1::int4range[]", made) == made
    # The server's own text agrees.
    assert c.fetchval("SELECT $1::int4range[]::text::int4range[]", made) == made
    assert c.fetchval("SELECT $1::pair[]", pairs) == pairs
    assert c.fetchval("SELECT $1::pair[]::text::pair[]", pairs) == pairs
    moments_range = Range(start, start + span, "[]")
    assert c.fetchval("SELECT $1::tstzrange", moments_range) == moments_range


@pytest.mark.parametrize(
    ("change", "value", "text"),
    [
        # Refused here, for what was known of the type.
        ("ADD ATTRIBUTE c int", (1, "x", 5), "(1,x,5)"),
        ("ALTER ATTRIBUTE b TYPE int", (1, 7), "(1,7)"),
        # And by the server.
        ("ALTER ATTRIBUTE a TYPE int8", (1, "x"), "(1,x)"),
    ],
)
async def test_a_parameter_of_a_type_that_was_altered(
    own: Connection, database: Server, change: str, value: tuple[object, ...], text: str
) -> None:
    """Nothing that is read shows it: it is found out when values do not fit (any more)."""
    query = "SELECT ($1::pair)::text"
    assert await own.fetchval(query, (1, "x")) == "(1,x)"
    async with await postgres.connect(database.dsn) as another:
        await another.execute(f"ALTER TYPE pair {change} CASCADE")
    # What was prepared just now is not doubted.
    await asyncio.sleep(0.3)
    assert await own.fetchval(query, value) == text
