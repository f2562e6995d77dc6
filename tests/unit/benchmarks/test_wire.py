"""The floor's bytes; that the server understands them, the tests with a server show."""

import datetime as dt
import struct
from decimal import Decimal

import pytest

from benchmarks.adapters import wire
from benchmarks.adapters.wire import BOOL, DATE, FLOAT8, INT4, INT8, NUMERIC, TEXT


def test_a_message_counts_its_length_but_not_its_type() -> None:
    assert wire.message(b"Q", b"abc") == b"Q\0\0\0\x07abc"
    assert wire.message(b"S", b"") == wire.SYNC
    assert wire.message(b"c", b"") == wire.COPY_DONE
    assert wire.message(b"E", b"\0" + bytes(4)) == wire.EXECUTE


def test_a_statement_is_parsed_without_types() -> None:
    assert wire.parse("s", "SELECT 1") == b"P\0\0\0\x11s\0SELECT 1\0\0\0"


def test_values_are_binary() -> None:
    assert wire.encode(INT4, -2) == b"\xff\xff\xff\xfe"
    assert wire.encode(INT8, 1) == bytes(7) + b"\x01"
    assert wire.encode(FLOAT8, 1.5) == struct.pack("!d", 1.5)
    assert wire.encode(BOOL, True) == b"\x01"
    assert wire.encode(TEXT, "é") == "é".encode()


def test_dates_count_from_2000() -> None:
    assert wire.encode(DATE, dt.date(2000, 1, 2)) == b"\0\0\0\x01"
    assert wire.encode(DATE, dt.date(1999, 12, 31)) == b"\xff\xff\xff\xff"


@pytest.mark.parametrize(
    ("value", "weight", "sign", "scale", "groups"),
    [
        ("-12345.678", 1, 0x4000, 3, [1, 2345, 6780]),
        ("495.00", 0, 0, 2, [495, 0]),
        ("20000", 1, 0, 0, [2, 0]),
        ("0.5", 0, 0, 1, [0, 5000]),
    ],
)
def test_numbers_have_groups_of_four_digits(
    value: str, weight: int, sign: int, scale: int, groups: list[int]
) -> None:
    expected = struct.pack(f"!HhHH{len(groups)}H", len(groups), weight, sign, scale, *groups)
    assert wire.encode(NUMERIC, Decimal(value)) == expected


def test_what_is_not_prepared_is_described() -> None:
    plain, described = wire.execute("", []), wire.execute("", [], describe=True)
    assert described == plain.replace(wire.EXECUTE, b"D\0\0\0\x06P\0" + wire.EXECUTE)


def test_an_array_has_one_dimension_from_one_on() -> None:
    expected = struct.pack("!iiIii", 1, 0, INT4, 2, 1) + b"\0\0\0\x04\0\0\0\x07" * 2
    assert wire.array(INT4, [7, 7]) == expected


def test_bind_asks_for_binary_and_is_executed() -> None:
    sent = wire.execute("s", [b"\x01"])
    assert sent.startswith(b"B")
    assert sent.endswith(wire.EXECUTE)
    body = sent[5 : -len(wire.EXECUTE)]
    assert body == b"\0s\0" + wire.BINARY + b"\0\x01\0\0\0\x01\x01" + wire.BINARY


def test_copied_rows_stand_between_header_and_trailer() -> None:
    sent = wire.copy_data([[b"a"], [b"b"]])
    rows = b"\0\x01\0\0\0\x01a" + b"\0\x01\0\0\0\x01b"
    assert sent[5:] == wire.COPY_HEADER + rows + wire.COPY_TRAILER
