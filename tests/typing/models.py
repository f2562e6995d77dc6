"""What a type checker sees of models. mypy reads this (`make lint`); nothing runs it.

Each `type: ignore` is an error that must be reported: strict mypy complains of one that is not.
"""

import datetime as dt
from typing import Any, assert_type

from data_bridge.postgres import Column, ColumnExpression, Filter, Query, Table, col


class User(Table):
    name: str
    age: int = 0
    email: str | None = None
    tags: list[str] = Column(default_factory=list)
    created: dt.datetime = Column(server_default=True)


class Keyed(Table):
    code: str = Column(primary_key=True)


def constructors() -> None:
    User(name="a")
    User(id=1, name="a", age=3, email=None, tags=["x"])
    Keyed(code="a")
    User()  # type: ignore[call-arg]
    User(name=3)  # type: ignore[arg-type]
    User(name="a", agee=3)  # type: ignore[call-arg]
    User("a")  # type: ignore[call-arg]


def attributes(user: User) -> None:
    assert_type(user.name, str)
    assert_type(user.email, str | None)
    assert_type(user.created, dt.datetime)
    user.age = "x"  # type: ignore[assignment]
    user.agee = 3  # type: ignore[attr-defined]


async def one_row(user: User) -> None:
    assert_type(await User.get(1), User | None)
    assert_type(await User.find_one(User.name == "a", User.age > 3), User | None)
    await user.save()
    (await User.get(1)).name  # type: ignore[union-attr]  # noqa: B018 (what is read is the point)


async def queries() -> None:
    query = User.find(User.age > 25, (User.name == "x") | (User.age == 3))
    assert_type(query, Query[User])
    assert_type(query.order_by(-User.age, User.name, "age").limit(1).offset(2), Query[User])
    assert_type(await query.to_list(), list[User])
    assert_type(await query.first(), User | None)
    assert_type(await query.count(), int)
    assert_type(await query.exists(), bool)
    async for user in query:
        assert_type(user, User)
    User.find("age > 3")  # type: ignore[arg-type]


def columns() -> None:
    assert_type(col(User.name), ColumnExpression)
    assert_type(col(User.name).like("a%") & (col(User.age) > 3), Filter)
    User.find(~col(User.name).is_null(), col(User.age).in_([1, 2]), User.age > 3)


async def many_rows(users: list[User]) -> None:
    assert_type(await User.insert_many(users), list[Any])
    assert_type(await User.insert_many([{"name": "a", "age": 3}]), list[Any])
    assert_type(await User.insert_many(User(name=n) for n in "ab"), list[Any])
    assert_type(await User.update_many(users), int)
    assert_type(await User.update_many({"age": 3, "name": "x"}, User.age > 3), int)
    assert_type(await User.delete_many(all_rows=True), int)
    await User.insert_many([Keyed(code="a")])  # type: ignore[arg-type]
    await User.update_many([Keyed(code="a")])  # type: ignore[list-item]
    await User.update_many(users, User.age > 3)  # type: ignore[call-overload]
