from typing import Any

import pytest

from data_bridge.postgres import statement
from data_bridge.postgres.definition import MAX_SHAPES
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.model import Table
from data_bridge.postgres.statement import Limit


class User(Table):
    name: str
    age: int

    class Settings:
        table_name = 'us"ers'


class Other(Table):
    age: int


SELECT = 'SELECT "id", "name", "age" FROM "us""ers"'


@pytest.mark.parametrize(
    ("query", "sql", "values"),
    [
        (User.find(), SELECT, ()),
        (
            User.find(User.age > 1, User.name == "x"),
            f'{SELECT} WHERE "age" > $1 AND "name" = $2',
            (1, "x"),
        ),
        (
            User.find(User.age > 1).find(User.age < 9),
            f'{SELECT} WHERE "age" > $1 AND "age" < $2',
            (1, 9),
        ),
        (User.find(User.age > 1).find(), f'{SELECT} WHERE "age" > $1', (1,)),
        (User.find().find(User.age > 1), f'{SELECT} WHERE "age" > $1', (1,)),
        (User.find().order_by(User.age), f'{SELECT} ORDER BY "age"', ()),
        (User.find().order_by(-User.age, "name"), f'{SELECT} ORDER BY "age" DESC, "name"', ()),
        (User.find().order_by("-age").order_by("id"), f'{SELECT} ORDER BY "age" DESC, "id"', ()),
        (User.find().limit(10), f"{SELECT} LIMIT $1", (10,)),
        (User.find().offset(5), f"{SELECT} OFFSET $1", (5,)),
        (
            User.find(User.age > 1).order_by(-User.age).limit(10).offset(5),
            f'{SELECT} WHERE "age" > $1 ORDER BY "age" DESC LIMIT $2 OFFSET $3',
            (1, 10, 5),
        ),
        (User.find().limit(0), f"{SELECT} LIMIT $1", (0,)),
    ],
)
def test_a_query_becomes_sql_and_values(query: Any, sql: str, values: tuple[Any, ...]) -> None:
    assert query.compile() == (sql, values)


def test_a_query_is_not_changed_by_what_is_built_on_it() -> None:
    base = User.find(User.age > 1)
    base.limit(1).offset(2).order_by("age").find(User.name == "x")
    assert base.compile() == (f'{SELECT} WHERE "age" > $1', (1,))


@pytest.mark.parametrize(
    ("misuse", "why"),
    [
        (lambda: User.find().order_by("agee"), "User has no column 'agee': did you mean 'age'?"),
        (lambda: User.find().order_by("zzz"), "no column 'zzz': it has id, name, age"),
        (
            lambda: User.find().order_by("age; DROP TABLE users"),
            "no column 'age; DROP TABLE users'",
        ),
        (lambda: User.find().order_by("--age"), "no column '-age'"),
        (lambda: User.find().order_by(-Other.age), "a column of Other cannot order User"),
        (lambda: User.find().order_by(3), "this is 3"),
        (lambda: User.find().limit(-1), r"limit\(\) takes a number of rows, 0 or more, not -1"),
        (lambda: User.find().limit("5"), "not '5'"),  # type: ignore[arg-type]
        (lambda: User.find().offset(True), r"offset\(\) .* not True"),
    ],
)
def test_misuse_says_what_is_wrong(misuse: Any, why: str) -> None:
    with pytest.raises(InterfaceError, match=why.replace("?", r"\?")):
        misuse()


def test_counting_and_asking_keep_limit_and_offset() -> None:
    definition = User._definition
    shape = (User.age > 1).shape  # type: ignore[attr-defined]
    plain = statement.count(definition, shape, Limit.ALL, offset=False)
    assert plain.sql == 'SELECT count(*) FROM "us""ers" WHERE "age" > $1'
    limited = statement.count(definition, shape, Limit.BOUND, offset=True)
    assert limited.sql == (
        'SELECT count(*) FROM (SELECT FROM "us""ers" WHERE "age" > $1 LIMIT $2 OFFSET $3)'
        ' AS "counted"'
    )
    assert statement.exists(definition, None, Limit.ALL, offset=False).sql == (
        'SELECT EXISTS (SELECT FROM "us""ers")'
    )


def test_sql_is_written_once_for_a_shape() -> None:
    first, second = User.find(User.age > 1).compile(), User.find(User.age > 2).compile()
    assert first[0] is second[0]
    assert (first[1], second[1]) == ((1,), (2,))


def test_the_cache_of_shapes_is_bounded() -> None:
    condition: Any = User.age == 0
    for n in range(MAX_SHAPES + 10):
        condition = condition | (User.age == n)
        User.find(condition).compile()
    assert len(User._definition._prepared) <= MAX_SHAPES
