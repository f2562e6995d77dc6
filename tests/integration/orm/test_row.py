"""save, delete, refresh, get: one row."""

import asyncio
import datetime as dt
import gc
import weakref
from typing import Any

import pytest

from data_bridge.postgres import ColumnTypeError, InterfaceError, Pool, RowNotFoundError, Table, col
from data_bridge.postgres.errors import NotNullViolationError, UniqueViolationError
from tests.integration.orm.models import Article, Nothing, Odd, User, new_user

pytestmark = pytest.mark.usefixtures("orm")


async def saved(n: int = 1) -> User:
    user = new_user(n)
    await user.save()
    return user


async def test_a_new_row_gets_its_key_and_is_found_again() -> None:
    user = new_user(3)
    await user.save()
    assert user.id == 1
    found = await User.get(1)
    assert repr(found) == repr(user)
    assert found == user
    assert type(found) is User
    assert await User.get(2) is None


async def test_a_given_key_is_used() -> None:
    user = User(id=77, name="Ann")
    await user.save()
    assert user.id == 77
    assert (await User.get(77)) == user


async def test_null_comes_and_goes() -> None:
    user = User(name="Ann", email=None)
    await user.save()
    assert (await User.get(user.id)).email is None  # type: ignore[union-attr]
    user.email = "ann@example.com"
    await user.save()
    user.email = None
    await user.save()
    assert (await User.get(user.id)).email is None  # type: ignore[union-attr]


async def test_save_sends_only_what_was_assigned(orm: Pool) -> None:
    user = await saved()
    await orm.execute("UPDATE users SET city = 'Rome', age = 99")
    user.age = 21
    await user.save()
    row = await orm.fetchrow("SELECT city, age FROM users")
    assert row is not None
    assert tuple(row) == ("Rome", 21)
    assert user.city == "LA"


async def test_nothing_is_sent_when_nothing_was_assigned(orm: Pool) -> None:
    user = await saved()
    user.age = 4
    await user.save()
    await orm.execute("DELETE FROM users")
    await user.save()  # an UPDATE would not find the row
    user.age = 5
    with pytest.raises(RowNotFoundError, match="users has no row with id = 1"):
        await user.save()
    user.id = 1
    assert user._changes is not None


async def test_a_row_that_was_read_is_saved_as_one_that_was_made(orm: Pool) -> None:
    await saved()
    user = await User.get(1)
    assert user is not None
    user.name = "New"
    await user.save()
    await user.save()
    assert await orm.fetchval("SELECT name FROM users") == "New"


async def test_what_is_assigned_while_the_server_works_is_not_lost(orm: Pool) -> None:
    user = await saved()
    user.age = 30
    saving = asyncio.create_task(user.save())
    await asyncio.sleep(0)
    user.city = "Oslo"
    await saving
    await user.save()
    row = await orm.fetchrow("SELECT age, city FROM users")
    assert row is not None
    assert tuple(row) == (30, "Oslo")


async def test_a_refused_row_is_still_to_be_saved() -> None:
    await saved()
    twin = User(id=1, name="Twin")
    with pytest.raises(UniqueViolationError):
        await twin.save()
    twin.id = 2
    await twin.save()
    assert twin.id == 2
    user = await User.get(2)
    assert user is not None
    user.age = "old"  # type: ignore[assignment]
    with pytest.raises(ColumnTypeError):
        await user.save()
    user.age = 4
    await user.save()
    assert (await User.get(2)).age == 4  # type: ignore[union-attr]


async def test_refresh_reads_the_row_again(orm: Pool) -> None:
    user = await saved()
    await orm.execute("UPDATE users SET city = 'Rome'")
    user.age = 99
    await user.refresh()
    assert (user.city, user.age) == ("Rome", 21)
    assert user._changes is None


async def test_refresh_of_a_row_that_is_gone(orm: Pool) -> None:
    user = await saved()
    await orm.execute("DELETE FROM users")
    with pytest.raises(RowNotFoundError, match="users has no row with id = 1"):
        await user.refresh()


async def test_delete(orm: Pool) -> None:
    user = await saved()
    other = await User.get(user.id)
    assert other is not None
    await user.delete()
    assert await orm.fetchval("SELECT count(*) FROM users") == 0
    with pytest.raises(RowNotFoundError):
        await other.delete()
    with pytest.raises(InterfaceError, match="not in the table"):
        await user.delete()
    await user.save()
    assert (await User.get(1)) == user


async def test_a_new_row_can_neither_be_deleted_nor_refreshed() -> None:
    for call in (User(name="x", id=1).delete, User(name="x", id=1).refresh):
        with pytest.raises(InterfaceError, match="not in the table"):
            await call()


async def test_names_full_of_sql_are_only_names(orm: Pool) -> None:
    evil = "'; DROP TABLE users; --"
    odd = Odd(select=evil, note=None)
    await odd.save()
    odd.note = evil
    await odd.save()
    await odd.refresh()
    assert (odd.key, odd.select, odd.note) == (1, evil, evil)
    assert await Odd.find(Odd.note == evil, col(Odd.select).like("'; DROP%")).count() == 1
    assert await Odd.update_many({"note": evil}, Odd.key == 1) == 1
    rows: list[dict[str, Any]] = [{"select": evil, "note": evil}, {"select": "", "note": None}]
    assert await Odd.insert_many(rows) == [2, 3]
    assert await Odd.delete_many(Odd.select == evil) == 2
    assert await orm.fetchval("SELECT count(*) FROM users") == 0


async def test_what_the_server_fills_is_read_back() -> None:
    article = Article(slug="a", title="A")
    await article.save()
    assert article.revision == 7
    assert isinstance(article.created, dt.datetime)
    given = Article(slug="b", title="B", tags=["x", "y"], attributes={"deep": [1, None, "z"]})
    given.revision = 1
    await given.save()
    found = await Article.get("b")
    assert found is not None
    assert (found.revision, found.tags, found.attributes) == (
        1,
        ["x", "y"],
        {"deep": [1, None, "z"]},
    )
    found.tags = [*found.tags, "z"]
    await found.save()
    await given.refresh()
    assert given.tags == ["x", "y", "z"]


async def test_a_table_of_nothing_but_keys() -> None:
    nothing = Nothing()
    await nothing.save()
    assert nothing.id == 1
    assert await Nothing.insert_many([Nothing(), Nothing(id=9), Nothing()]) == [2, 9, 3]
    assert await Nothing.insert_many([{}, {}]) == [4, 5]


@pytest.mark.parametrize(
    ("attribute", "value", "type_name", "given"),
    [
        ("name", 3, "text", "int"),
        ("name", None, "text", "None"),
        ("email", b"x", "text", "bytes"),
        ("age", "3", "int4", "str"),
        ("age", True, "int4", "bool"),
        ("age", 3.0, "int4", "float"),
        ("age", None, "bigint", "None"),
        ("score", "3", "float8", "str"),
        ("active", 1, "bool", "int"),
        ("active", "true", "bool", "str"),
    ],
)
async def test_a_wrong_type_is_refused_by_column_before_it_is_sent(
    orm: Pool, attribute: str, value: Any, type_name: str, given: str
) -> None:
    def check(error: ColumnTypeError) -> None:
        assert (error.table, error.column) == ("users", attribute)
        assert (error.type_name, error.given) == (type_name, given)
        assert f"users.{attribute}" in str(error)

    user = new_user(1)
    setattr(user, attribute, value)
    with pytest.raises(ColumnTypeError) as refused:
        await user.save()
    check(refused.value)
    loaded = await saved(2)
    setattr(loaded, attribute, value)
    with pytest.raises(ColumnTypeError) as refused:
        await loaded.save()
    check(refused.value)
    with pytest.raises(ColumnTypeError) as refused:
        await User.update_many({"city": "x", attribute: value}, User.id == 1)
    check(refused.value)
    if value is not None:
        condition = getattr(User, attribute) == value
        for call in (
            User.find_one(User.id == 1, condition),
            User.find(condition).to_list(),
            User.find(condition).first(),
            User.count(condition),
            User.find(condition).exists(),
            User.delete_many(condition),
            User.update_many({"city": "x"}, condition),
        ):
            with pytest.raises(ColumnTypeError) as refused:
                await call
            check(refused.value)
    assert await orm.fetchval("SELECT count(*) FROM users WHERE city = 'x'") == 0


async def test_a_key_of_the_wrong_type() -> None:
    with pytest.raises(ColumnTypeError, match=r"users\.id \(int8\) takes int, not str"):
        await User.get("1")
    with pytest.raises(ColumnTypeError, match=r"article\.slug \(text\) takes str, not int"):
        await Article.get(1)
    with pytest.raises(ColumnTypeError, match=r"users\.id"):
        await User(id="x", name="a").save()


async def test_the_server_has_the_last_word(orm: Pool) -> None:
    await orm.execute("ALTER TABLE users ALTER email SET NOT NULL")
    with pytest.raises(NotNullViolationError) as refused:
        await User(name="x", email=None).save()
    assert refused.value.column == "email"


async def test_a_table_that_is_not_there() -> None:
    class Absent(Table):
        name: str

    with pytest.raises(Exception, match='relation "absent" does not exist'):
        await Absent.get(1)


class Friendly:
    """A mixin whose instances have a dict, where anything may be put."""


class Friend(Friendly, Table):
    name: str


async def test_rows_that_refer_to_each_other_are_collected(orm: Pool) -> None:
    await orm.execute(
        "CREATE TABLE friend AS SELECT n id, 'x' AS name FROM generate_series(1, 2) n"
    )

    async def befriended() -> weakref.ref[Friend]:
        one, other = await Friend.find().to_list()
        one.friend, other.friend = other, one  # type: ignore[attr-defined]
        return weakref.ref(one)

    gone = await befriended()
    await asyncio.sleep(0)  # the engine lets go of an answer at the end of the turn that it came in
    gc.collect()
    assert gone() is None
