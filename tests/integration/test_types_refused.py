"""What a type cannot hold is an error that says so; it never becomes another value."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from data_bridge.postgres import Connection, InterfaceError

NAIVE = datetime(2026, 11, 24, 12)
AWARE = NAIVE.replace(tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("name", "value", "expected", "given"),
    [
        ("bool", 1, "bool", "int"),
        ("int4", True, "int", "bool"),
        ("int4", 1.0, "int", "float"),
        ("int8", "1", "int", "str"),
        ("int2", Decimal(1), "int", "decimal.Decimal"),
        ("float8", True, "float or int", "bool"),
        ("float8", Decimal(1), "float or int", "decimal.Decimal"),
        ("numeric", True, "decimal.Decimal or int", "bool"),
        ("numeric", "1.10", "decimal.Decimal or int", "str"),
        ("text", 1, "str", "int"),
        ("text", b"abc", "str", "bytes"),
        ("bytea", "abc", "bytes, bytearray or memoryview", "str"),
        ("bytea", [1, 2], "bytes, bytearray or memoryview", "list"),
        ("uuid", 1, "uuid.UUID or str", "int"),
        ("date", NAIVE, "datetime.date", "datetime.datetime"),
        ("date", "2026-11-24", "datetime.date", "str"),
        ("time", NAIVE, "datetime.time without a time zone", "datetime.datetime"),
        ("time", AWARE.timetz(), "datetime.time without a time zone", "datetime.time with one"),
        (
            "timetz",
            time(12),
            "datetime.time with a fixed offset from UTC",
            "datetime.time without one",
        ),
        (
            "timetz",
            time(12, tzinfo=BERLIN),
            "datetime.time with a fixed offset from UTC",
            "datetime.time whose zone gives no offset",
        ),
        (
            "timestamp",
            AWARE,
            "datetime.datetime without a time zone",
            "datetime.datetime with one",
        ),
        ("timestamp", NAIVE.date(), "datetime.datetime without a time zone", "datetime.date"),
        (
            "timestamptz",
            NAIVE,
            "datetime.datetime with a time zone",
            "datetime.datetime without one",
        ),
        ("interval", 1, "datetime.timedelta", "int"),
        ("int4[]", 1, "list or tuple", "int"),
        ("text[]", "abc", "list or tuple", "str"),
        ("int4[]", {1, 2}, "list or tuple", "set"),
        ("int4[]", [1, "2"], "int", "str at [1]"),
        ("int4[]", [[1, 2], [3, 4.0]], "int", "float at [1][1]"),
        ("int4[]", [1, [2]], "int", "list at [1]"),
    ],
)
async def test_another_python_type_is_refused(
    connection: Connection, name: str, value: Any, expected: str, given: str
) -> None:
    with pytest.raises(InterfaceError) as refusal:
        await connection.fetchval(f"SELECT $1::{name}", value)
    assert f"parameter $1 ({name}): expected {expected}, not {given}" == str(refusal.value)
    assert await connection.fetchval("SELECT 1") == 1


async def test_a_float_for_a_numeric_is_told_what_to_do(connection: Connection) -> None:
    with pytest.raises(InterfaceError, match=r"pass Decimal\(str\(x\)\)\), not float"):
        await connection.fetchval("SELECT $1::numeric", 0.1)


def itself() -> list[Any]:
    """A list that holds itself."""
    items: list[Any] = []
    items.append(items)
    return items


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    # An int of 5000 digits is no part of a test's name.
    ids=lambda argument: type(argument).__name__ if isinstance(argument, int) else None,
    argvalues=[
        ("int2", 2**15, r"out of range for int2 \(-32768 to 32767\)"),
        ("int4", 2**31, r"out of range for int4 \(-2147483648 to 2147483647\)"),
        ("int8", 2**63, "out of range for int8"),
        ("int8", -(10**5000), "out of range for int8"),
        ("oid", -1, r"out of range for oid \(0 to 4294967295\)"),
        ("float8", 10**400, "out of range for float8"),
        ("float4", 1e300, "out of range for float4"),
        ("float4", 1e-300, "too small for float4"),
        ("numeric", Decimal("sNaN"), "not a number that numeric can hold"),
        ("numeric", Decimal("1E-16384"), "no more than 16383 digits after"),
        ("numeric", Decimal("1E+131072"), "no more than 131072 digits before"),
        ("numeric", 10**131072, "no more than 131072 digits before"),
        ("text", "a\0b", "text cannot hold the NUL character"),
        ("text", "\ud800", "surrogates not allowed"),
        ('"char"', "ab", "a single ASCII character"),
        ('"char"', "é", "a single ASCII character"),
        ("uuid", "not a uuid", "not a UUID"),
        ("json", {1, 2}, "set is not JSON serializable"),
        ("json", float("nan"), "not JSON compliant"),
        ("jsonb", itself(), "Circular reference"),
        ("jsonb", "\ud800", "surrogates not allowed"),
        ("timetz", time(tzinfo=timezone(timedelta(hours=16))), "less than 16 hours"),
        ("timetz", time(tzinfo=timezone(timedelta(microseconds=1))), "whole seconds"),
        ("int4[]", [1, 2**31], r"at \[1\]: out of range for int4"),
        ("int4[]", [[1], [2, 3]], r"at \[1\]: the lists in int4\[\] must all have the same"),
        ("int4[]", [[1], 2], r"at \[1\]: the lists in int4\[\] must all have the same"),
        ("int4[]", [[1], None], r"at \[1\]: the lists in int4\[\] must all have the same"),
        ("int4[]", [[], [1]], r"at \[1\]: the lists in int4\[\] must all have the same"),
        ("int4[]", [[[[[[[1]]]]]]], "no more than 6 dimensions"),
        ("int4[]", itself(), "no more than 6 dimensions"),
    ],
)
async def test_a_value_that_the_type_lacks_is_refused(
    connection: Connection, name: str, value: Any, reason: str
) -> None:
    with pytest.raises(InterfaceError, match=reason) as refusal:
        await connection.fetchval(f"SELECT $1::{name}", value)
    assert str(refusal.value).startswith(f"parameter $1 ({name}): ")
    assert await connection.fetchval("SELECT 1") == 1


class Asking(tzinfo):
    """A zone that calls a function for its offset."""

    def __init__(self, offset: Callable[[], object]) -> None:
        self.offset = offset

    def utcoffset(self, moment: datetime | None) -> timedelta:
        self.offset()
        return timedelta(0)

    dst = utcoffset

    def tzname(self, moment: datetime | None) -> str:
        return "asking"


async def test_a_list_that_changes_while_it_is_read_is_refused(connection: Connection) -> None:
    instants = [AWARE, AWARE]
    instants.insert(0, NAIVE.replace(tzinfo=Asking(instants.clear)))
    with pytest.raises(InterfaceError, match="must all have the same length"):
        await connection.fetchval("SELECT $1::timestamptz[]", instants)


async def test_an_exception_of_the_values_own_passes_through(connection: Connection) -> None:
    moment = NAIVE.replace(tzinfo=Asking(lambda: 1 // 0))
    with pytest.raises(ZeroDivisionError):
        await connection.fetchval("SELECT $1::timestamptz", moment)
    assert await connection.fetchval("SELECT 1") == 1
