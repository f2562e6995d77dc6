import datetime as dt
from typing import Any

import pytest

from data_bridge.postgres.column import Column
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.expression import col
from data_bridge.postgres.filter import Filter
from data_bridge.postgres.model import Table


class User(Table):
    name: str
    age: int
    limit_: int = Column(name='li"mit')
    active: bool
    mood: str = Column(type="mood")
    tags: list[str]
    born: dt.date


class Other(Table):
    age: int


name, age, limit, active = col(User.name), col(User.age), col(User.limit_), col(User.active)


def where(condition: Any) -> tuple[str, tuple[Any, ...]]:
    sql, values = User.find(condition).compile()
    return sql.partition(" WHERE ")[2], values


@pytest.mark.parametrize(
    ("condition", "sql", "values"),
    [
        (age == 3, '"age" = $1', (3,)),
        (age != 3, '"age" <> $1', (3,)),
        (age < 3, '"age" < $1', (3,)),
        (age <= 3, '"age" <= $1', (3,)),
        (age > 3, '"age" > $1', (3,)),
        (age >= 3, '"age" >= $1', (3,)),
        (3 < age, '"age" > $1', (3,)),  # noqa: SIM300 (Python turns it round)
        (limit == 3, '"li""mit" = $1', (3,)),
        (name == None, '"name" IS NULL', ()),  # noqa: E711 (what this is about)
        (name != None, '"name" IS NOT NULL', ()),  # noqa: E711
        (name.is_null(), '"name" IS NULL', ()),
        (name.is_not_null(), '"name" IS NOT NULL', ()),
        (name.like("a%"), '"name" LIKE $1', ("a%",)),
        (name.ilike("a%"), '"name" ILIKE $1', ("a%",)),
        (col(User.mood).like("a%"), '"mood" LIKE $1', ("a%",)),
        (age.in_([1, 2]), '"age" = ANY($1)', ([1, 2],)),
        (age.in_(n for n in (1, 2)), '"age" = ANY($1)', ([1, 2],)),
        (age.in_([]), '"age" = ANY($1)', ([],)),
        (age.in_([1, None]), '"age" = ANY($1) OR "age" IS NULL', ([1],)),
        (age > limit, '"age" > "li""mit"', ()),
        (active, '"active"', ()),
        (~active, 'NOT ("active")', ()),
        (active & (age > 3), '"active" AND "age" > $1', (3,)),
        ((age > 3) & (age < 9) & active, '"age" > $1 AND "age" < $2 AND "active"', (3, 9)),
        ((age == 1) | (age == 2) | (age == 3), '"age" = $1 OR "age" = $2 OR "age" = $3', (1, 2, 3)),
        (
            (age == 1) | ((age == 2) & (name == "x")),
            '"age" = $1 OR ("age" = $2 AND "name" = $3)',
            (1, 2, "x"),
        ),
        (
            ((age == 1) | (age == 2)) & ((name == "x") | active),
            '("age" = $1 OR "age" = $2) AND ("name" = $3 OR "active")',
            (1, 2, "x"),
        ),
        (~((age == 1) | (age == 2)), 'NOT ("age" = $1 OR "age" = $2)', (1, 2)),
        (~~(age == 1), 'NOT (NOT ("age" = $1))', (1,)),
        (
            ~age.in_([1, None]) & active,
            'NOT ("age" = ANY($1) OR "age" IS NULL) AND "active"',
            ([1],),
        ),
        (
            (age > limit) & (age == 1),
            '"age" > "li""mit" AND "age" = $1',
            (1,),
        ),
    ],
)
def test_a_filter_becomes_sql_and_values(condition: Any, sql: str, values: tuple[Any, ...]) -> None:
    assert where(condition) == (sql, values)


def test_values_never_reach_the_sql() -> None:
    evil = "x' OR 1=1; DROP TABLE users; --"
    for condition in (name == evil, name.like(evil), name.in_([evil])):
        sql, values = User.find(condition).compile()
        assert "DROP" not in sql
        assert values in ((evil,), ([evil],))


def test_filters_are_read_as_they_are_written() -> None:
    assert repr(age) == "User.age"
    assert repr((age > 3) & ~active) == '<filter "age" > $1 AND NOT ("active")>'
    assert repr(-age) == '<order by "age" DESC>'


@pytest.mark.parametrize(
    "misuse",
    [
        lambda: (age > 1) and active,
        lambda: not (age > 1),
        lambda: 1 < age < 5,
        lambda: age in [3, 4],
        lambda: bool(age),
        lambda: [age].index(limit),
    ],
)
def test_asking_a_filter_for_its_truth_is_refused(misuse: Any) -> None:
    with pytest.raises(TypeError, match=r"true or false only in the database.*&, \| and ~"):
        misuse()


@pytest.mark.parametrize(
    ("misuse", "why"),
    [
        (lambda: age > None, r"User\.age has no order against None"),
        (lambda: age.like("1%"), r"User\.age is bigint, not text"),
        (lambda: col(User.tags).like("1%"), r"User\.tags is text\[\], not text"),
        (lambda: name.like(None), "cannot be like None"),  # type: ignore[arg-type]
        (lambda: col(User.tags).in_(["a"]), r"User\.tags holds arrays"),
        (lambda: name.in_("abc"), "several values, not one string"),
        (lambda: age & active, r"User\.age is bigint: it is a filter only when compared"),
        (lambda: (age > 1) & True, "this is True"),
        (lambda: User.find(age), r"User\.age is bigint"),
        (lambda: User.find("age = 1"), "a filter is made with a column.*'age = 1'"),  # type: ignore[arg-type]
        (lambda: User.find(3 == 3), "this is True"),  # noqa: PLR0133 (what this is about)
        (lambda: User.find(Other.age == 1).compile(), r"Other\.age cannot filter User"),
        (lambda: User.find(age == Other.age).compile(), r"Other\.age cannot filter User"),
        (lambda: col(3), "a column of a model is expected"),
    ],
)
def test_misuse_says_what_is_wrong(misuse: Any, why: str) -> None:
    with pytest.raises(InterfaceError, match=why):
        misuse()


def test_columns_of_another_model_do_not_hit_the_cache() -> None:
    User.find(age == 1).compile()
    with pytest.raises(InterfaceError, match="another model"):
        User.find(Other.age == 1).compile()


def test_many_conditions_in_a_row_stay_flat() -> None:
    condition: Filter = age == 0
    for n in range(1, 2000):
        condition |= age == n
    sql, values = where(condition)
    assert sql.count(" OR ") == 1999
    assert "(" not in sql
    assert values == tuple(range(2000))
