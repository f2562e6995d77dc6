from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest

from benchmarks import shared_tables
from benchmarks.data import CITIES, TABLE_ROWS
from benchmarks.shared_tables import CITY, KINDS, ORDER, VALUE_TABLES, WIDE, SharedTable, values

TABLES = (CITY, ORDER, WIDE, *VALUE_TABLES.values())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_rows_are_the_same_every_time_and_fit_the_columns(table: SharedTable) -> None:
    rows = list(table.rows())
    assert list(table.rows()) == rows
    # A type may have a comma of its own, as numeric(10, 2).
    assert {len(row) for row in rows} == {table.columns.replace("(10, 2)", "").count(",") + 1}


def test_everybody_has_two_orders_and_every_city_a_region() -> None:
    users = [user for _, user, _, _ in ORDER.rows()]
    assert sorted(users) == sorted([*range(1, TABLE_ROWS + 1)] * 2)
    assert {name for name, _ in CITY.rows()} == set(CITIES)


def test_there_are_as_many_values_as_said() -> None:
    assert {kind: len(values(kind)) for kind in KINDS} == {
        "numeric": 1000,
        "timestamptz": 1000,
        "uuid": 1000,
        "jsonb": 1000,
        "int_array": 1000,
        "bytea": 100,
        "text": 1,
    }
    assert {len(value) for value in values("bytea")} == {1024}
    assert {len(value) for value in values("text")} == {1024 * 1024}
    assert len(shared_tables.WIDE_COLUMNS) == len(list(WIDE.rows())) == 100


def test_values_differ() -> None:
    for kind in KINDS:
        assert len(set(map(repr, values(kind)))) == len(values(kind)), kind
    numbers: Iterable[Decimal] = values("numeric")
    assert {number.as_tuple().exponent for number in numbers} == {0, -1, -2, -3, -4, -5}


def test_a_digest_tells_tables_apart() -> None:
    digest = ORDER.digest()
    assert replace(ORDER).digest() == digest
    assert replace(ORDER, indexes=()).digest() != digest
    assert replace(ORDER, rows=lambda: shared_tables.orders()[1:]).digest() != digest


def test_documents_are_stored_as_text() -> None:
    assert shared_tables.stored({"a": None}) == '{"a": null}'
    assert shared_tables.stored([1, 2]) == [1, 2]
