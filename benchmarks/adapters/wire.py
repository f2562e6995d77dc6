"""PostgreSQL's messages, as far as the floor sends them; values in the binary format."""

import datetime as dt
import struct
from collections.abc import Iterable, Sequence
from decimal import Decimal

BOOL, INT8, INT4, TEXT, FLOAT8, DATE, NUMERIC = 16, 20, 23, 25, 701, 1082, 1700

SYNC = b"S\x00\x00\x00\x04"
COPY_DONE = b"c\x00\x00\x00\x04"
# Describe of the unnamed portal.
DESCRIBE = b"D\x00\x00\x00\x06P\x00"
# Execute of the unnamed portal, all rows.
EXECUTE = b"E\x00\x00\x00\x09\x00\x00\x00\x00\x00"
# One format for all columns, binary, and no limit of rows per message.
BINARY = b"\x00\x01\x00\x01"
COPY_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
COPY_TRAILER = b"\xff\xff"
# Dates count the days from here.
EPOCH = dt.date(2000, 1, 1)


def message(kind: bytes, body: bytes) -> bytes:
    """A message of a type."""
    return kind + struct.pack("!I", len(body) + 4) + body


def parse(name: str, sql: str) -> bytes:
    """Prepare a statement under a name; the server infers the types of its parameters."""
    return message(b"P", name.encode() + b"\0" + sql.encode() + b"\0" + b"\0\0")


def execute(name: str, parameters: Sequence[bytes], *, describe: bool = False) -> bytes:
    """Bind a prepared statement's parameters and execute it."""
    values = b"".join(map(sized, parameters))
    body = b"\0" + name.encode() + b"\0" + BINARY + struct.pack("!H", len(parameters)) + values
    return message(b"B", body + BINARY) + (DESCRIBE if describe else b"") + EXECUTE


def copy_data(rows: Iterable[Sequence[bytes]]) -> bytes:
    """The rows of a binary COPY, in one message."""
    lines = (struct.pack("!h", len(row)) + b"".join(map(sized, row)) for row in rows)
    return message(b"d", COPY_HEADER + b"".join(lines) + COPY_TRAILER)


def sized(value: bytes) -> bytes:
    """A value behind its length."""
    return struct.pack("!i", len(value)) + value


def encode(oid: int, value: object) -> bytes:
    """A value of one of the types above."""
    if isinstance(value, Decimal):
        return numeric(value)
    if isinstance(value, dt.date):
        return struct.pack("!i", (value - EPOCH).days)
    if oid == TEXT:
        return str(value).encode()
    return struct.pack({BOOL: "!?", INT4: "!i", INT8: "!q", FLOAT8: "!d"}[oid], value)


def numeric(value: Decimal) -> bytes:
    """A finite number: its digits to base 10,000, from the first group's power on."""
    whole, _, fraction = f"{abs(value):f}".partition(".")
    whole = whole.rjust(-(-len(whole) // 4) * 4, "0")
    padded = whole + fraction.ljust(-(-len(fraction) // 4) * 4, "0")
    groups = [int(padded[i : i + 4]) for i in range(0, len(padded), 4)]
    head = len(groups), len(whole) // 4 - 1, 0x4000 if value < 0 else 0, len(fraction)
    return struct.pack(f"!HhHH{len(groups)}H", *head, *groups)


def array(oid: int, values: Sequence[object]) -> bytes:
    """An array of one dimension, counted from 1, without NULL."""
    header = struct.pack("!iiIii", 1, 0, oid, len(values), 1)
    return header + b"".join(sized(encode(oid, value)) for value in values)
