"""The tables that all frameworks read together, made when an operation first needs them.

Nobody changes their rows, so that they need not be put back. The exception are those that start
empty: every round fills them anew.
"""

import datetime as dt
import hashlib
import json
import random
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, LiteralString, TypeAlias

from benchmarks.data import TABLE_ROWS

SharedRow: TypeAlias = tuple[Any, ...]

REGIONS = {"NYC": "East", "LA": "West", "SF": "West", "Chicago": "Middle", "Boston": "East"}
# Two of everybody's.
ORDER_ROWS = 20_000
FIRST_DAY = dt.date(2025, 1, 1)
DAYS = 365

VALUES = 1000
ARRAY_LENGTH = 10
BYTEA_ROWS = 100
BYTEA_LENGTH = 1024
TEXT_LENGTH = 1024 * 1024
WIDE_ROWS = 100
PGBENCH_OBJECTS = 100
PGBENCH_LISTS = 10
WIDE_COLUMNS = tuple(f"c{number}" for number in range(100))


@dataclass(frozen=True)
class SharedTable:
    """A table that is the same for all frameworks.

    Attributes:
        name: its name.
        columns: its columns, as CREATE TABLE takes them.
        rows: makes its rows, as Python has them; JSON documents are dictionaries.
        indexes: the columns of each index.
    """

    name: str
    columns: LiteralString
    rows: Callable[[], Iterable[SharedRow]] = tuple
    indexes: tuple[LiteralString, ...] = ()

    def digest(self) -> str:
        """A short name for all of the above."""
        rows = "\n".join(map(repr, self.rows()))
        text = f"{self.name} {self.columns} {self.indexes}\n{rows}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def cities() -> list[SharedRow]:
    """The cities of the frameworks' tables, each with its region."""
    return list(REGIONS.items())


@cache
def orders() -> list[SharedRow]:
    """Orders, as (id, user's id, amount, day); the user is a row of the framework's table."""
    return [
        (
            i + 1,
            1 + (i * 7919) % TABLE_ROWS,
            Decimal(i * 37 % 50_000).scaleb(-2),
            FIRST_DAY + dt.timedelta(days=i * 13 % DAYS),
        )
        for i in range(ORDER_ROWS)
    ]


CITY = SharedTable("bench_city", "name text PRIMARY KEY, region text NOT NULL", cities)
ORDER = SharedTable(
    "bench_order",
    "id bigint PRIMARY KEY, user_id bigint NOT NULL,"
    " amount numeric(10, 2) NOT NULL, placed date NOT NULL",
    orders,
    indexes=("user_id", "amount", "placed"),
)


@dataclass(frozen=True)
class ValueKind:
    """Values of one type.

    Attributes:
        sql: the type.
        value: makes value number i.
        number: how many there are.
    """

    sql: LiteralString
    value: Callable[[int], Any]
    number: int = VALUES


def number_value(i: int) -> Decimal:
    """A number of up to 12 digits, 0 to 5 of them behind the point, with either sign."""
    return Decimal(i * 7_919_317 % 10**12 * (1 - i % 2 * 2)).scaleb(-(i % 6))


def timestamptz_value(i: int) -> dt.datetime:
    """A time of the 250 days from 2026 on, to the microsecond."""
    return dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=i * 360, microseconds=i)


def uuid_value(i: int) -> uuid.UUID:
    """A random identifier."""
    return uuid.UUID(bytes=random.Random(i).randbytes(16), version=4)


def document(i: int) -> dict[str, Any]:
    """A small JSON document."""
    return {
        "id": i,
        "name": f"User{i}",
        "score": i * 1.5,
        "active": i % 2 == 0,
        "parent": None,
        "tags": ["red", "green", f"tag{i % 7}"],
        "address": {"city": "Boston", "number": i % 100},
    }


def integers(i: int) -> list[int]:
    """A list of ten integers."""
    return list(range(i, i + ARRAY_LENGTH))


def binary(i: int) -> bytes:
    """1 KB in which nothing can be compressed."""
    return random.Random(i).randbytes(BYTEA_LENGTH)


def long_text(i: int) -> str:
    """1 MB of letters, which the server stores as they are: it finds nothing to compress."""
    return random.Random(i).randbytes(TEXT_LENGTH // 2).hex()


KINDS: Mapping[str, ValueKind] = {
    "numeric": ValueKind("numeric", number_value),
    "timestamptz": ValueKind("timestamptz", timestamptz_value),
    "uuid": ValueKind("uuid", uuid_value),
    "jsonb": ValueKind("jsonb", document),
    "int_array": ValueKind("integer[]", integers),
    "bytea": ValueKind("bytea", binary, number=BYTEA_ROWS),
    "text": ValueKind("text", long_text, number=1),
}


@cache
def values(kind: str) -> list[Any]:
    """The values of a kind, in the order in which they are stored."""
    found = KINDS[kind]
    return [found.value(i) for i in range(found.number)]


VALUE_TABLES: Mapping[str, SharedTable] = {
    kind: SharedTable(
        f"bench_values_{kind}",
        f"id bigint PRIMARY KEY, value {found.sql} NOT NULL",
        lambda kind=kind: enumerate(values(kind), start=1),  # type: ignore[misc]
    )
    for kind, found in KINDS.items()
}


@cache
def wide_rows() -> list[SharedRow]:
    """Rows of an id and 100 integers."""
    return [(i + 1, *range(i * 1000, i * 1000 + len(WIDE_COLUMNS))) for i in range(WIDE_ROWS)]


WIDE = SharedTable(
    "bench_wide",
    "id bigint PRIMARY KEY, " + ", ".join(f"{name} integer NOT NULL" for name in WIDE_COLUMNS),
    wide_rows,
)

# The tables of MagicStack's pgbench: see `benchmarks.operations.pgbench`.
PGBENCH_BYTES = SharedTable(
    "bench_pgbench_bytes", "b bytea", lambda: [(b"a" * 1000,)] * PGBENCH_OBJECTS
)
PGBENCH_ARRAYS = SharedTable(
    "bench_pgbench_arrays", "a int[]", lambda: [([*range(1, 1001)],)] * PGBENCH_LISTS
)
PGBENCH_ROWS = SharedTable(
    "bench_pgbench_rows", "a int, b int, c int, d text, e float, f int, g text"
)


def stored(value: Any) -> Any:
    """A value in the form in which COPY takes it."""
    return json.dumps(value) if isinstance(value, dict) else value
