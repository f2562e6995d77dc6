"""Queries that run: what comes back, and how often the server is asked."""

from typing import Any

import pytest

from data_bridge.postgres import ColumnValueError, InterfaceError, Pool, col
from tests.integration.orm.models import Article, User, new_user

COUNT = 200


@pytest.fixture(autouse=True)
async def rows(orm: Pool) -> list[User]:
    users = [new_user(n) for n in range(COUNT)]
    await User.insert_many(users)
    await orm.execute("UPDATE users SET email = NULL WHERE id % 10 = 0")
    for user in users[9::10]:
        user.email = None
    return users


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (User.age == 30, lambda u: u.age == 30),
        (User.age != 30, lambda u: u.age != 30),
        (User.age < 30, lambda u: u.age < 30),
        (User.age <= 30, lambda u: u.age <= 30),
        (User.age > 30, lambda u: u.age > 30),
        (User.age >= 30, lambda u: u.age >= 30),
        (col(User.age).in_([21, 22, 500]), lambda u: u.age in (21, 22, 500)),
        (col(User.age).in_([]), lambda _: False),
        (~col(User.age).in_([]), lambda _: True),
        (col(User.name).like("User1_"), lambda u: len(u.name) == 6 and u.name[4] == "1"),
        (col(User.name).ilike("uSER1_"), lambda u: len(u.name) == 6 and u.name[4] == "1"),
        (col(User.name).like("user1_"), lambda _: False),
        (User.email == None, lambda u: u.email is None),  # noqa: E711 (NULL, in SQL)
        (User.email != None, lambda u: u.email is not None),  # noqa: E711
        (
            col(User.email).in_(["user1@example.com", None]),
            lambda u: u.email in ("user1@example.com", None),
        ),
        (User.active, lambda u: u.active),
        (~col(User.active), lambda u: not u.active),
        ((User.city == "NYC") | (User.active == True), lambda u: u.city == "NYC" or u.active),  # noqa: E712 (as users write it)
        (
            (User.age > 25) & ((User.city == "LA") | ~(User.score > 50.0)),
            lambda u: u.age > 25 and (u.city == "LA" or not u.score > 50),
        ),
        (User.age > User.id, lambda u: u.age > u.id),
        (User.score == 1.5, lambda u: u.score == 1.5),
        (User.name == "x' OR 1=1; --", lambda _: False),
    ],
)
async def test_filters_find_what_they_say(rows: list[User], condition: Any, expected: Any) -> None:
    wanted = [user.id for user in rows if expected(user)]
    query = User.find(condition).order_by("id")
    assert [user.id for user in await query.to_list()] == wanted
    assert await query.count() == len(wanted)
    assert await User.count(condition) == len(wanted)
    assert await query.exists() is bool(wanted)
    first = await query.first()
    assert (first.id if first else None) == (wanted[0] if wanted else None)
    one = await User.find_one(condition)
    assert one is None if not wanted else one is not None and one.id in wanted


async def test_rows_are_whole(rows: list[User]) -> None:
    found = await User.find().order_by(User.id).to_list()
    assert list(map(repr, found)) == list(map(repr, rows))
    assert all(user._changes is None for user in found)


async def test_order_limit_offset() -> None:
    query = User.find(User.age > 25).order_by(-User.age, User.id)
    everything = [(user.age, user.id) for user in await query.to_list()]
    assert everything == sorted(everything, key=lambda row: (-row[0], row[1]))
    page = [(user.age, user.id) for user in await query.limit(10).offset(5).to_list()]
    assert page == everything[5:15]
    assert await query.limit(0).to_list() == []
    assert await query.limit(0).first() is None
    second = await query.offset(1).first()
    assert second is not None
    assert (second.age, second.id) == everything[1]
    assert await query.limit(10).offset(len(everything) - 3).count() == 3
    assert await query.offset(len(everything)).exists() is False


async def test_going_through_a_query() -> None:
    ids = [user.id async for user in User.find().order_by("-id").limit(3)]
    assert ids == [COUNT, COUNT - 1, COUNT - 2]


async def test_all_rows_are_counted_without_a_filter() -> None:
    assert await User.count() == COUNT
    assert await User.find().count() == COUNT
    assert await User.find_one() is not None
    assert await Article.find_one() is None


async def test_update_many_with_values() -> None:
    assert await User.update_many({"active": False, "email": None}, User.age > 25) == 176
    assert await User.count(User.active == False, User.email == None) >= 176  # noqa: E711, E712
    assert await User.update_many({"city": "x"}, User.age > 25, User.age < 0) == 0
    assert await User.update_many({"city": "x"}, all_rows=True) == COUNT


async def test_delete_many() -> None:
    left = await User.count(User.age <= 60)
    assert await User.delete_many(User.age > 60) == COUNT - left
    assert await User.count() == left
    assert await User.delete_many(all_rows=True) == left


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (User.delete_many, r"delete_many\(\) without a filter .* all_rows=True"),
        (
            lambda: User.update_many({"age": 1}),
            r"update_many\(\) without a filter .* all_rows=True",
        ),
        (lambda: User.delete_many(User.age > 1, all_rows=True), "not both"),
        (
            lambda: User.update_many({"agee": 1}, all_rows=True),
            "no column 'agee': did you mean 'age'",
        ),
        (lambda: User.update_many({'age" = 1; --': 1}, all_rows=True), "no column"),
        (lambda: User.update_many({}, all_rows=True), "no values"),
        (lambda: User.update_many([User(name="x")], User.age > 1), "without filters"),  # type: ignore[call-overload]
    ],
)
async def test_misuse_is_refused_and_changes_nothing(call: Any, why: str) -> None:
    with pytest.raises(InterfaceError, match=why):
        await call()
    assert await User.count() == COUNT
    assert await User.count(User.age == 1) == 0


async def test_values_out_of_range_are_refused() -> None:
    with pytest.raises(ColumnValueError, match=r"users\.age \(int4\) cannot hold it"):
        await User.find(User.age == 2**40).to_list()
    with pytest.raises(InterfaceError, match="out of range"):
        await User.find().limit(2**70).to_list()


async def test_arrays_and_json_in_filters() -> None:
    await Article(slug="a", title="A", tags=["x"], attributes={"k": 1}).save()
    assert await Article.count(Article.tags == ["x"]) == 1
    assert await Article.count(Article.attributes == {"k": 1}) == 1
    assert await Article.count(Article.attributes == {"k": 2}) == 0
