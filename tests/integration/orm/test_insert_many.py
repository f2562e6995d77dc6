"""insert_many: from one row to many, all or none."""

import datetime as dt
from typing import Any

import pytest

from data_bridge.postgres import (
    ColumnTypeError,
    ColumnValueError,
    Error,
    InterfaceError,
    Pool,
    batch,
)
from data_bridge.postgres.errors import UniqueViolationError
from tests.integration.orm.models import Article, User, new_user


async def stored(orm: Pool) -> list[tuple[Any, ...]]:
    records = await orm.fetch(
        "SELECT id, name, email, age, city, score, active FROM users ORDER BY id"
    )
    return [tuple(record) for record in records]


def values(user: User) -> tuple[Any, ...]:
    return (user.id, user.name, user.email, user.age, user.city, user.score, user.active)


def as_dict(user: User) -> dict[str, Any]:
    return {
        attribute: getattr(user, attribute)
        for attribute in ("name", "email", "age", "city", "score", "active")
    }


@pytest.mark.parametrize("count", [1, 2, 49, 50, 999, 70_000])
async def test_instances(orm: Pool, count: int) -> None:
    users = [new_user(n) for n in range(count)]
    users[count // 2].email = None
    ids = await User.insert_many(users)
    assert ids == list(range(1, count + 1))
    assert [user.id for user in users] == ids
    assert await stored(orm) == [values(user) for user in users]
    assert {user._changes for user in users} == {None}


@pytest.mark.parametrize("count", [1, 999, 70_000])
async def test_dicts(orm: Pool, count: int) -> None:
    users = [new_user(n) for n in range(count)]
    rows = [as_dict(user) for user in users]
    ids = await User.insert_many(rows)
    assert ids == list(range(1, count + 1))
    assert rows[0] == as_dict(users[0])
    assert [row[1:] for row in await stored(orm)] == [values(user)[1:] for user in users]


async def test_no_rows_are_no_statement() -> None:
    assert await User.insert_many([]) == []  # without init()


async def test_any_iterable_will_do(orm: Pool) -> None:
    assert await User.insert_many(new_user(n) for n in range(3)) == [1, 2, 3]
    assert await User.insert_many(as_dict(new_user(n)) for n in range(3)) == [4, 5, 6]
    assert await User.insert_many((new_user(1), new_user(2))) == [7, 8]


async def test_what_dicts_leave_out_gets_the_default(orm: Pool) -> None:
    assert await User.insert_many([{"name": "a"}, {"name": "b"}]) == [1, 2]
    assert await stored(orm) == [
        (1, "a", None, 0, "NYC", 0.0, True),
        (2, "b", None, 0, "NYC", 0.0, True),
    ]


@pytest.mark.parametrize("kind", [User, dict])
async def test_rows_with_keys_and_without(orm: Pool, kind: Any) -> None:
    rows = [
        kind(id=None, name="a"),
        kind(id=100, name="b"),
        kind(id=None, name="c"),
        kind(id=50, name="d"),
    ]
    assert await User.insert_many(rows) == [1, 100, 2, 50]
    assert [(row[0], row[1]) for row in await stored(orm)] == [
        (1, "a"),
        (2, "c"),
        (50, "d"),
        (100, "b"),
    ]


async def test_arrays_and_json_go_row_by_row(orm: Pool) -> None:
    articles = [
        Article(
            slug=f"s{n}",
            title="t",
            tags=["x"] * (n % 3),
            attributes=None if n % 2 else {"n": n, "list": [n, None]},
        )
        for n in range(1201)
    ]
    articles[5].revision = 99
    assert await Article.insert_many(articles) == [f"s{n}" for n in range(1201)]
    found = {article.slug: article for article in await Article.find().to_list()}
    for article in articles:
        assert repr(found[article.slug]) == repr(article)
    assert articles[5].revision == 99
    assert articles[6].revision == 7
    assert isinstance(articles[6].created, dt.datetime)
    assert await Article.insert_many([{"slug": "z", "title": "t", "tags": ["y", "z"]}]) == ["z"]
    assert (await Article.get("z")).tags == ["y", "z"]  # type: ignore[union-attr]


@pytest.mark.parametrize("parts", [1, 10])
async def test_all_or_nothing(orm: Pool, monkeypatch: pytest.MonkeyPatch, parts: int) -> None:
    monkeypatch.setattr(batch, "ARRAY_ROWS", 1000 // parts)
    users = [new_user(n) for n in range(1000)]
    await orm.execute("CREATE UNIQUE INDEX ON users (name)")
    users[990].name = "User3"
    with pytest.raises(UniqueViolationError):
        await User.insert_many(users)
    assert await stored(orm) == []
    assert {user.id for user in users} == {None}
    users[990].name = "other"
    ids = await User.insert_many(users)
    assert [row[0] for row in await stored(orm)] == sorted(ids)
    assert [row[1] for row in await stored(orm)] == [user.name for user in users]


@pytest.mark.parametrize(
    ("attribute", "value", "given"),
    [
        ("name", 3, "int"),
        ("name", None, "None"),
        ("email", 3, "int"),
        ("age", "3", "str"),
        ("age", True, "bool"),
        ("score", "x", "str"),
        ("active", 0, "int"),
    ],
)
@pytest.mark.parametrize("count", [3, 6000])
@pytest.mark.parametrize("kind", [lambda user: user, as_dict])
async def test_a_wrong_type_is_refused_by_row_and_column(
    orm: Pool, attribute: str, value: Any, given: str, count: int, kind: Any
) -> None:
    users = [new_user(n) for n in range(count)]
    setattr(users[count - 2], attribute, value)
    with pytest.raises(ColumnTypeError, match=rf"row {count - 1}: users\.{attribute}") as refused:
        await User.insert_many([kind(user) for user in users])
    error = refused.value
    assert (error.table, error.column, error.row) == ("users", attribute, count - 1)
    assert error.given == given
    assert await stored(orm) == []
    setattr(users[count - 2], attribute, getattr(new_user(count - 2), attribute))
    assert len(await User.insert_many([kind(user) for user in users])) == count


@pytest.mark.parametrize("count", [3, 6000])
async def test_a_value_out_of_range_is_refused_by_row_and_column(orm: Pool, count: int) -> None:
    users = [new_user(n) for n in range(count)]
    users[count - 1].age = 2**70
    with pytest.raises(ColumnValueError, match=rf"row {count}: users\.age \(int8\) cannot hold it"):
        await User.insert_many(users)
    with pytest.raises(ColumnValueError, match=r"users\.age \(int4\) cannot hold it"):
        await User(name="x", age=2**40).save()
    assert await stored(orm) == []


async def test_a_wrong_type_in_a_row_by_itself(orm: Pool) -> None:
    articles: list[Any] = [Article(slug=f"s{n}", title="t", tags=["x"]) for n in range(600)]
    articles[555].tags = ["x", 3]
    with pytest.raises(ColumnTypeError, match=r"row 556: article\.tags"):
        await Article.insert_many(articles)
    articles[555].tags = []
    articles[555].title = None
    with pytest.raises(ColumnTypeError, match=r"row 556: article\.title .* not None"):
        await Article.insert_many(articles)
    assert await Article.count() == 0


async def test_rows_of_another_kind_are_refused(orm: Pool) -> None:
    for rows, why in (
        ([new_user(1), as_dict(new_user(2))], "row 2 is a dict, not an instance of User"),
        ([as_dict(new_user(2)), new_user(1)], "row 2 is a User, and row 1 a dict"),
        ([3], "row 1 is a int, not an instance of User"),
        ([as_dict(new_user(1)), {"name": "x"}], "row 2 lacks 'active'"),
        ([{"name": "x", "age) SELECT 1; --": 3}], "no column"),
    ):
        with pytest.raises(InterfaceError, match=why.replace(")", "[)]")):
            await User.insert_many(rows)  # type: ignore[arg-type]
    assert await stored(orm) == []


async def test_an_instance_that_is_there_twice_is_refused(orm: Pool) -> None:
    users = [new_user(n) for n in range(5)]
    with pytest.raises(InterfaceError, match="row 6 is the same instance as row 2: make one"):
        await User.insert_many([*users, users[1], users[3], new_user(9)])
    assert await stored(orm) == []
    # They are as new as they were; and a dict that is there twice is two rows.
    await User.insert_many(users)
    again = as_dict(users[0]) | {"email": None}
    assert await User.insert_many([again, again]) == [6, 7]


async def test_a_trigger_that_keeps_rows_out_is_not_passed_over(orm: Pool) -> None:
    await orm.execute("""
        CREATE FUNCTION keep_out() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF NEW.age = 21 THEN RETURN NULL; END IF; RETURN NEW; END $$;
        CREATE TRIGGER keep_out BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION keep_out();
    """)
    users = [new_user(n) for n in range(3)]
    with pytest.raises(Error, match="users gave 2 of 3 rows back: a trigger"):
        await User.insert_many(users)
    assert [user.id for user in users] == [None] * 3
    with pytest.raises(Error, match="users gave 0 of 1 rows back"):
        await users[1].save()
    assert users[1]._changes == User._definition.NEW


async def test_values_full_of_sql_are_only_values(orm: Pool) -> None:
    evil = "'); DROP TABLE users; --"
    await User.insert_many([User(name=evil, city=evil, email='{a,"b"}\\ NULL') for _ in range(60)])
    found = await User.get(60)
    assert found is not None
    assert (found.name, found.city, found.email) == (evil, evil, '{a,"b"}\\ NULL')
