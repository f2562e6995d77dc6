from collections.abc import Iterator

import psycopg
import pytest

from benchmarks import data
from benchmarks.shared_tables import (
    CITY,
    ORDER,
    PGBENCH_ROWS,
    VALUE_TABLES,
    WIDE,
    SharedTable,
    orders,
)
from benchmarks.tables import TableError, Tables

NAME = "bench_test"


@pytest.fixture
def tables(bench_dsn: str) -> Iterator[Tables]:
    with Tables(bench_dsn) as opened:
        opened.create(NAME)
        yield opened


def existing(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name for (name,) in rows}


def test_a_restored_table_is_filled_and_analyzed(tables: Tables) -> None:
    tables.restore(NAME)
    tables.connection.execute("DELETE FROM bench_test WHERE id % 3 = 0")
    tables.connection.execute("INSERT INTO bench_test SELECT * FROM bench_seed WHERE id = 3")
    tables.restore(NAME)
    rows = tables.connection.execute("SELECT * FROM bench_test ORDER BY id").fetchall()
    assert rows == [data.stored(identifier) for identifier in range(1, data.TABLE_ROWS + 1)]
    counted = tables.connection.execute(
        "SELECT reltuples, relallvisible = relpages FROM pg_class WHERE relname = 'bench_test'"
    ).fetchone()
    assert counted == (data.TABLE_ROWS, True)
    inserted = tables.connection.execute(
        "INSERT INTO bench_test (name, email, age, city, score, active)"
        " VALUES ('a', 'b', 1, 'c', 1, true) RETURNING id"
    ).fetchone()
    assert inserted == (data.TABLE_ROWS + 1,)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE bench_test SET score = score + 1 WHERE id = 7",
        "UPDATE bench_test SET active = NOT active WHERE id = 7",
        "DELETE FROM bench_test WHERE id = 7",
        "INSERT INTO bench_test VALUES (0, 'a', 'b', 1, 'c', 1, true)",
    ],
)
def test_any_change_changes_the_checksum(tables: Tables, change: str) -> None:
    tables.restore(NAME)
    before = tables.checksum(NAME)
    assert before == tables.expected(("filled", 0), data.table)
    tables.connection.execute(change.encode())
    assert tables.checksum(NAME) != before


def test_ids_and_order_do_not_change_it(tables: Tables) -> None:
    tables.copy(NAME, reversed(data.rows(0, 50)))
    backwards = tables.checksum(NAME)
    assert backwards == tables.expected(("fifty", 0), lambda: data.rows(0, 50))
    assert tables.rows(NAME) == sorted(data.rows(0, 50))


def test_a_table_of_somebody_elses_is_left_alone(bench_dsn: str) -> None:
    with psycopg.connect(bench_dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE bench_theirs (a int)")
    try:
        with (
            Tables(bench_dsn) as tables,
            pytest.raises(TableError, match="table bench_theirs that is not"),
        ):
            tables.create("bench_theirs")
        assert "bench_theirs" in existing(bench_dsn)
    finally:
        with psycopg.connect(bench_dsn, autocommit=True) as connection:
            connection.execute("DROP TABLE bench_theirs")


def test_what_an_earlier_run_left_is_replaced(tables: Tables) -> None:
    tables.copy(NAME, data.rows(0, 3))
    tables.create(NAME)
    assert tables.rows(NAME) == []


def test_a_shared_table_is_made_once_with_rows_indexes_and_statistics(tables: Tables) -> None:
    tables.share(ORDER)
    tables.connection.execute("DELETE FROM bench_order WHERE id > 3")
    tables.share(ORDER)
    assert tables.shared_rows(ORDER) == orders()[:3]
    found = tables.connection.execute(
        "SELECT reltuples, (SELECT count(*) FROM pg_index WHERE indrelid = pg_class.oid)"
        " FROM pg_class WHERE relname = 'bench_order'"
    ).fetchone()
    assert found == (len(orders()), 4)


@pytest.mark.parametrize("table", [CITY, WIDE, *VALUE_TABLES.values()], ids=lambda one: one.name)
def test_shared_rows_are_stored_as_they_are(tables: Tables, table: SharedTable) -> None:
    tables.share(table)
    assert tables.shared_rows(table) == list(table.rows())


def test_a_table_to_be_filled_is_emptied(tables: Tables) -> None:
    tables.empty(PGBENCH_ROWS)
    tables.connection.execute("INSERT INTO bench_pgbench_rows (a) VALUES (1)")
    tables.empty(PGBENCH_ROWS)
    assert tables.shared_rows(PGBENCH_ROWS) == []


def test_all_tables_are_dropped_even_those_that_a_transaction_holds(bench_dsn: str) -> None:
    with Tables(bench_dsn) as tables:
        tables.create(NAME)
        tables.share(CITY)
        holder = psycopg.connect(bench_dsn)
        holder.execute("LOCK TABLE bench_test")
    assert not {name for name in existing(bench_dsn) if name.startswith("bench_")}
    with pytest.raises(psycopg.OperationalError):
        holder.execute("SELECT 1")
    holder.close()
