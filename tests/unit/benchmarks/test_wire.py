"""The floor's bytes; that the server understands them, the tests with a server show."""

import struct

from benchmarks.adapters import wire
from benchmarks.adapters.wire import BOOL, FLOAT8, INT4, INT8, TEXT


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
