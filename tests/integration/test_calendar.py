"""Dates, times and intervals that Python's own classes cannot hold come and go unchanged."""

import copy
import pickle
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_bridge.postgres import (
    Connection,
    EndOfDay,
    FarDate,
    FarTimestamp,
    Infinity,
    InterfaceError,
    Interval,
)

one_connection = settings(
    max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

WITH_INFINITE_INTERVALS = 170_000
IDES = FarDate(-43, 3, 15)
TWO_HOURS = timezone(timedelta(hours=2))


@pytest.mark.parametrize("name", ["date", "timestamp", "timestamptz", "interval"])
@pytest.mark.parametrize("value", list(Infinity))
async def test_infinity_comes_back(connection: Connection, name: str, value: Infinity) -> None:
    version = await connection.fetchval("SELECT current_setting('server_version_num')::int")
    if name == "interval" and version < WITH_INFINITE_INTERVALS:
        pytest.skip("this server has no infinite intervals")
    query = f"SELECT $1::{name}, $1::{name}::text, '{value}'::{name}, $2::{name}[]"
    row = await connection.fetchrow(query, value, [value, None])
    assert tuple(row or ()) == (value, str(value), value, [value, None])


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("date", "0044-03-15 BC", IDES),
        ("date", "0001-12-31 BC", FarDate(0, 12, 31)),
        ("date", "10000-01-01", FarDate(10_000, 1, 1)),
        ("date", "4713-01-01 BC", FarDate(-4712, 1, 1)),
        ("date", "5874897-12-31", FarDate(5_874_897, 12, 31)),
        ("timestamp", "0044-03-15 12:30:00.000001 BC", FarTimestamp(IDES, time(12, 30, 0, 1))),
        (
            "timestamp",
            "294276-12-31 23:59:59.999999",
            FarTimestamp(FarDate(294_276, 12, 31), time(23, 59, 59, 999_999)),
        ),
        (
            "timestamptz",
            "10000-01-01 00:00:00+00",
            FarTimestamp(FarDate(10_000, 1, 1), time(tzinfo=UTC)),
        ),
        ("time", "24:00:00", EndOfDay()),
        ("timetz", "24:00:00+00", EndOfDay(UTC)),
        ("timetz", "24:00:00+02", EndOfDay(TWO_HOURS)),
        ("timetz", "24:00:00-01:30:01", EndOfDay(timezone(-timedelta(hours=1.5, seconds=1)))),
        ("interval", "1 year 2 mons", Interval(months=14)),
        ("interval", "-1 mons +31 days -00:00:00.000001", Interval(-1, 31, -1)),
        ("interval", "1000000000 days", Interval(days=1_000_000_000)),
        ("interval", "-178956970 years -8 mons", Interval(months=-(2**31))),
    ],
)
async def test_a_value_that_python_lacks_comes_back(
    connection: Connection, name: str, text: str, value: Any
) -> None:
    await connection.execute("SET TimeZone TO 'UTC'")
    row = await connection.fetchrow(
        f"SELECT '{text}'::{name}, $1::{name}, $1::{name}::text, $2::{name}[]", value, [value]
    )
    assert tuple(row or ()) == (value, value, text, [value])


DAYS = st.integers(-2_451_545, -730_120) | st.integers(2_921_940, 2_145_031_948)


@one_connection
@given(days=DAYS)
async def test_a_far_date_is_the_one_that_the_server_has(connection: Connection, days: int) -> None:
    row = await connection.fetchrow("SELECT '2000-01-01'::date + $1::int4 AS d", days)
    assert row is not None
    assert isinstance(row["d"], FarDate)
    again = await connection.fetchrow("SELECT $1::date - '2000-01-01', $1::date::text", row["d"])
    assert tuple(again or ()) == (days, str(row["d"]))


@one_connection
@given(
    months=st.integers(-(2**31), 2**31 - 1).filter(bool),
    days=st.integers(-(2**31), 2**31 - 1),
    microseconds=st.integers(-(2**63), 2**63 - 1),
)
async def test_an_interval_keeps_its_parts(
    connection: Connection, months: int, days: int, microseconds: int
) -> None:
    value = Interval(months, days, microseconds)
    assert await connection.fetchval("SELECT $1::interval", value) == value


async def test_an_interval_without_months_is_a_timedelta(connection: Connection) -> None:
    value = await connection.fetchval("SELECT $1::interval", Interval(0, 1, -1))
    assert value == timedelta(days=1, microseconds=-1)
    assert isinstance(value, timedelta)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("date", FarDate(10_001, 2, 29), "date has no such date"),
        ("date", FarDate(2**40, 1, 1), "date has no such date"),
        ("date", FarTimestamp(IDES, time()), "expected datetime.date"),
        ("timestamp", FarTimestamp(IDES, time(tzinfo=UTC)), "datetime.time with one"),
        ("timestamp", IDES, "expected datetime.datetime without a time zone"),
        ("timestamp", FarTimestamp(FarDate(10_000, 0, 1), time()), "timestamp has no such date"),
        ("timestamptz", FarTimestamp(IDES, time()), "datetime.time without one"),
        ("timestamptz", FarTimestamp(FarDate(2**20, 1, 1), time(tzinfo=UTC)), "no such date"),
        ("time", EndOfDay(UTC), "EndOfDay with one"),
        ("timetz", EndOfDay(), "EndOfDay without one"),
        ("time", Infinity.POSITIVE, "expected datetime.time"),
        ("interval", Interval(months=2**31), "out of range for interval"),
        ("interval", IDES, "expected datetime.timedelta"),
        ("numeric", Infinity.POSITIVE, "expected decimal.Decimal or int"),
    ],
)
async def test_what_the_type_lacks_is_refused(
    connection: Connection, name: str, value: Any, reason: str
) -> None:
    with pytest.raises(InterfaceError, match=reason):
        await connection.fetchval(f"SELECT $1::{name}", value)
    assert await connection.fetchval("SELECT 1") == 1


FINITE: list[Any] = [
    date.max,
    datetime.max,
    datetime.max.replace(tzinfo=UTC),
    timedelta.max,
    FarDate(294_277, 1, 1),
    FarTimestamp(FarDate(294_276, 1, 1), time()),
    Interval(months=2**31 - 1),
]


@pytest.mark.parametrize("finite", FINITE, ids=repr)
def test_infinity_is_later_than_all_else(finite: Any) -> None:
    later, earlier = Infinity.POSITIVE, Infinity.NEGATIVE
    assert earlier < finite < later
    assert earlier <= finite <= later
    assert later > finite > earlier
    assert later >= finite >= earlier
    assert not any([later < finite, later <= finite, earlier > finite, earlier >= finite])
    assert later != finite


def test_the_infinities_are_two() -> None:
    later, earlier = Infinity.POSITIVE, Infinity.NEGATIVE
    moments: list[Any] = [later, date.max, earlier]
    assert sorted(moments) == [earlier, date.max, later]
    again = Infinity("infinity")
    assert all([earlier < later, earlier <= later, later > earlier, later >= earlier])
    assert all([again <= later, again >= later])
    assert not any([again < later, again > later, later < earlier, later <= earlier])
    assert (-later, -earlier) == (earlier, later)
    assert copy.deepcopy(later) is later
    assert pickle.loads(pickle.dumps(later)) is later
    with pytest.raises(TypeError):
        assert later > 1


def test_far_dates_are_ordered() -> None:
    assert FarDate(-43, 3, 15) < FarDate(0, 1, 1) < FarDate(10_000, 1, 1)
