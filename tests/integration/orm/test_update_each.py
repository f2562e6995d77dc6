"""update_many of instances: different values for each row, in one statement."""

from typing import Any

import pytest

from data_bridge.postgres import ColumnTypeError, InterfaceError, Pool, batch
from data_bridge.postgres.errors import CheckViolationError
from tests.integration.orm.conftest import abandoned_transaction
from tests.integration.orm.models import Article, User, new_user


async def loaded(count: int) -> list[User]:
    await User.insert_many([new_user(n) for n in range(count)])
    return await User.find().order_by("id").to_list()


@pytest.mark.parametrize("count", [1, 1000, 5000])
async def test_each_row_gets_its_own_values(
    orm: Pool, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "ARRAY_ROWS", 2000)
    users = await loaded(count)
    await orm.execute("UPDATE users SET city = 'Rome'")
    for user in users:
        user.score = user.age * 2.0
        user.email = f"{user.id}@x" if user.age % 2 else None
    assert await User.update_many(users) == count
    assert {user._changes for user in users} == {None}
    rows = await orm.fetch("SELECT id, score, email, city FROM users ORDER BY id")
    assert [tuple(row) for row in rows] == [
        (user.id, user.age * 2.0, user.email, "Rome") for user in users
    ]
    assert await User.update_many(users) == 0


async def test_rows_with_different_changes(orm: Pool) -> None:
    users = await loaded(6)
    await orm.execute("UPDATE users SET age = 1, city = 'Rome'")
    for user in users[:2]:
        user.age = 50
    users[3].city = "Oslo"
    users[4].age, users[4].city = 60, "Bern"
    assert await User.update_many(users) == 4
    rows = await orm.fetch("SELECT age, city FROM users ORDER BY id")
    assert [tuple(row) for row in rows] == [
        (50, "Rome"),
        (50, "Rome"),
        (1, "Rome"),
        (1, "Oslo"),
        (60, "Bern"),
        (1, "Rome"),
    ]


async def test_rows_that_are_gone_are_not_counted(orm: Pool) -> None:
    users = await loaded(3)
    await orm.execute("DELETE FROM users WHERE id = 2")
    for user in users:
        user.age = 1
    assert await User.update_many(users) == 2


async def test_all_or_nothing(orm: Pool) -> None:
    users = await loaded(4)
    await orm.execute("ALTER TABLE users ADD CHECK (age < 100)")
    users[0].name = "changed"
    users[1].age = 1
    users[3].age = 1000
    with pytest.raises(CheckViolationError):
        await User.update_many(users)
    assert await orm.fetchval("SELECT count(*) FROM users WHERE name = 'changed' OR age = 1") == 0
    users[3].age = 99
    assert await User.update_many(users) == 3
    assert await orm.fetchval("SELECT count(*) FROM users WHERE name = 'changed' OR age = 1") == 2


async def test_columns_with_arrays(orm: Pool) -> None:
    articles = [Article(slug=f"s{n}", title="t", tags=["x"]) for n in range(700)]
    await Article.insert_many(articles)
    for n, article in enumerate(articles):
        article.tags = [str(n)] * (n % 3)
        article.attributes = {"n": n} if n % 2 else None
    assert await Article.update_many(articles) == 700
    found = {article.slug: article for article in await Article.find().to_list()}
    assert all(found[a.slug].tags == a.tags for a in articles)
    assert all(found[a.slug].attributes == a.attributes for a in articles)


@pytest.mark.parametrize(
    ("attribute", "value"), [("name", 3), ("age", "x"), ("age", True), ("age", None), ("score", "")]
)
async def test_a_wrong_type_is_refused_by_row_and_column(
    orm: Pool, attribute: str, value: Any
) -> None:
    users = await loaded(10)
    for user in users:
        user.name, user.age, user.score = "new", 1, 1.0
    setattr(users[6], attribute, value)
    with pytest.raises(ColumnTypeError, match=rf"row 7: users\.{attribute}") as refused:
        await User.update_many(users)
    assert (refused.value.column, refused.value.row) == (attribute, 7)
    assert await orm.fetchval("SELECT count(*) FROM users WHERE name = 'new'") == 0
    assert all(user._changes for user in users)


async def test_what_cannot_be_updated_is_refused(orm: Pool) -> None:
    users = await loaded(2)
    with pytest.raises(InterfaceError, match="row 3 is not in the table"):
        await User.update_many([*users, new_user(1)])
    with pytest.raises(InterfaceError, match="the same id"):
        await User.update_many([*users, users[0]])
    with pytest.raises(InterfaceError, match="row 1 is a int"):
        await User.update_many([3])  # type: ignore[list-item]
    assert await User.update_many([]) == 0


async def test_a_rollback_leaves_them_to_be_updated(orm: Pool) -> None:
    users = await loaded(3)
    for user in users:
        user.age = 1
    async with abandoned_transaction():
        assert await User.update_many(users) == 3
        users[0].city = "Rome"
    assert await User.count(User.age == 1) == 0
    assert await User.update_many(users) == 3
    assert await User.count(User.age == 1, User.city == "Rome") == 1
