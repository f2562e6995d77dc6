"""data-bridge's ORM, as its users write it: what the comparison is about."""

import contextlib
import datetime as dt
import types
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter, UndoneError
from benchmarks.adapters.reading import read_attributes, read_fields
from benchmarks.data import Row, StoredRow
from benchmarks.shared_tables import WIDE_COLUMNS
from data_bridge.postgres import Column, Table, close, init, transaction


class User(Table):
    """A row, as data-bridge's users declare it."""

    id: int | None = Column(primary_key=True, default=None)
    name: str
    email: str
    age: int
    city: str
    score: float
    active: bool

    class Settings:
        """Where the rows are."""

        table_name = "bench_data_bridge_orm"


def read_only(table: str, columns: dict[str, Any]) -> Any:
    """The model of a table with an id and other columns, as a class statement would make it."""
    settings = type("Settings", (), {"table_name": table})
    body = {
        "__module__": __name__,
        "__annotations__": {"id": int, **columns},
        "id": Column(primary_key=True),
        "Settings": settings,
    }
    return types.new_class(table, (Table,), exec_body=lambda namespace: namespace.update(body))


VALUES = {
    kind: read_only(f"bench_values_{kind}", {"value": value})
    for kind, value in {
        "numeric": Decimal,
        "timestamptz": dt.datetime,
        "uuid": uuid.UUID,
        "jsonb": dict[str, Any],
        "int_array": list[int],
        "bytea": bytes,
        "text": str,
    }.items()
}
Wide = read_only("bench_wide", dict.fromkeys(WIDE_COLUMNS, int))


class DataBridgeOrmAdapter(Adapter):
    """Models of the ORM, over the pool that `init` opens."""

    title = "data-bridge"
    package = "data-bridge"
    kind = "async"
    table = "bench_data_bridge_orm"

    async def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        await init(dsn, min_connections=smallest, max_connections=largest)

    async def close(self) -> None:
        await close()

    def values(self, row: User) -> StoredRow:
        return row.id or 0, row.name, row.email, row.age, row.city, row.score, row.active

    async def insert_one(self, row: Row) -> int | None:
        user = User(
            name=row.name,
            email=row.email,
            age=row.age,
            city=row.city,
            score=row.score,
            active=row.active,
        )
        await user.save()
        return user.id

    def prepare_insert_many_by_dicts(self, rows: Sequence[Row]) -> tuple[list[dict[str, Any]]]:
        return ([row._asdict() for row in rows],)

    async def insert_many_by_dicts(self, rows: Sequence[dict[str, Any]]) -> list[int]:
        return await User.insert_many(rows)

    def prepare_insert_many_by_models(self, rows: Sequence[Row]) -> tuple[list[User]]:
        return ([User(**row._asdict()) for row in rows],)

    async def insert_many_by_models(self, users: Sequence[User]) -> list[int]:
        return await User.insert_many(users)

    async def find_one(self, identifier: int) -> User | None:
        user = await User.get(identifier)
        read_attributes([user])
        return user

    async def find_many(self, above: int, limit: int) -> list[User]:
        users = await User.find(User.age > above).limit(limit).to_list()
        read_attributes(users)
        return users

    async def count(self, above: int) -> int:
        return await User.count(User.age > above)

    async def prepare_update_one(self, identifier: int, score: float) -> tuple[User | None, float]:
        return await User.get(identifier), score

    async def update_one(self, user: User, score: float) -> int:
        # One row: save() raises where the row is gone.
        user.score = score
        await user.save()
        return 1

    async def update_many(self, above: int) -> int:
        return await User.update_many({"active": False}, User.age > above)

    async def prepare_update_each(self, changes: Sequence[tuple[int, float]]) -> tuple[list[User]]:
        loaded = {user.id: user for user in await User.find().to_list()}
        users = []
        for identifier, score in changes:
            user = loaded[identifier]
            user.score = score
            users.append(user)
        return (users,)

    async def update_each(self, users: Sequence[User]) -> int:
        return await User.update_many(users)

    async def delete_many(self, above: int) -> int:
        return await User.delete_many(User.age > above)

    async def transaction(
        self, row: Row, identifier: int, score: float
    ) -> tuple[int | None, float | None]:
        async with transaction():
            user = User(
                name=row.name,
                email=row.email,
                age=row.age,
                city=row.city,
                score=row.score,
                active=row.active,
            )
            await user.save()
            await User.update_many({"score": score}, User.id == identifier)
            found = await User.get(identifier)
        return user.id, found.score if found else None

    async def transaction_of(self, changes: Sequence[tuple[int, float]]) -> int:
        changed = 0
        async with transaction():
            for identifier, score in changes:
                changed += await User.update_many({"score": score}, User.id == identifier)
        return changed

    async def savepoints(self, changes: Sequence[tuple[int, float]]) -> int:
        kept = 0
        async with transaction():
            for number, (identifier, score) in enumerate(changes):
                with contextlib.suppress(UndoneError):
                    async with transaction():
                        changed = await User.update_many({"score": score}, User.id == identifier)
                        if number % 2:
                            raise UndoneError
                    kept += changed
        return kept

    async def find_values(self, kind: str) -> list[Any]:
        return [row.value for row in await VALUES[kind].find().to_list()]

    async def find_wide(self) -> list[Any]:
        rows: list[Any] = await Wide.find().to_list()
        read_fields(rows, WIDE_COLUMNS)
        return rows

    def plain(self, row: Any) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in WIDE_COLUMNS)


ADAPTER = DataBridgeOrmAdapter
