"""data-bridge's ORM, as its users write it: what the comparison is about."""

from collections.abc import Sequence
from typing import Any

from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter
from benchmarks.adapters.reading import read_attributes
from benchmarks.data import Row, StoredRow
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


ADAPTER = DataBridgeOrmAdapter
