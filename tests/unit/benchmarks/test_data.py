from benchmarks import data
from benchmarks.data import Row


def test_rows_follow_the_published_schema() -> None:
    assert data.row(0) == Row("User0", "user0@example.com", 20, "NYC", 0.0, True)
    assert data.row(53) == Row("User53", "user53@example.com", 23, "Chicago", 79.5, False)


def test_ages_and_cities_repeat() -> None:
    rows = data.rows(0, 100)
    assert {row.age for row in rows} == set(range(20, 70))
    assert [row.city for row in rows[:6]] == ["NYC", "LA", "SF", "Chicago", "Boston", "NYC"]
    assert [row.active for row in rows[:4]] == [True, False, True, False]


def test_a_stored_row_begins_with_its_id() -> None:
    assert data.stored(54) == (54, *data.row(53))


def test_a_filled_table_has_the_first_rows() -> None:
    table = list(data.table())
    assert len(table) == data.TABLE_ROWS
    assert table[7] == data.row(7)
