"""Piccolo: an ORM and a language for queries, on asyncpg."""

import datetime as dt
import types
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    Column,
    Date,
    DoublePrecision,
    ForeignKey,
    Integer,
    Numeric,
    Text,
    Timestamptz,
)
from piccolo.engine.postgres import PostgresEngine
from piccolo.query.functions import Avg, Count, Max
from piccolo.table import Table

from benchmarks.adapters import statements
from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter
from benchmarks.adapters.reading import read_attributes, read_named, read_names
from benchmarks.data import Row, StoredRow
from benchmarks.shared_tables import WIDE_COLUMNS

# Each row has six values, and asyncpg takes no more than 32,767 in a statement.
MOST_ROWS = 5000


class User(Table, tablename="bench_piccolo"):
    """A row, as Piccolo's users declare it."""

    id: BigSerial = BigSerial(primary_key=True)
    name = Text()
    email = Text()
    age = Integer(index=True)
    city = Text()
    score = DoublePrecision()
    active = Boolean()


class City(Table, tablename="bench_city"):
    """A city."""

    name = Text(primary_key=True)
    region = Text()


class Buyer(Table, tablename="bench_piccolo"):
    """A user again, with the city as a relation, for joins."""

    id: BigSerial = BigSerial(primary_key=True)
    name = Text()
    city = ForeignKey(City)


class Order(Table, tablename="bench_order"):
    """An order of a user."""

    id: BigInt = BigInt(primary_key=True)
    user_id = ForeignKey(Buyer)
    amount = Numeric(digits=(10, 2), index=True)
    placed = Date(index=True)


def read_only(name: str, table: str, columns: dict[str, Column]) -> Any:
    """The class of a table with an id and other columns, as a class statement would make it."""
    body = {"__module__": __name__, "id": BigInt(primary_key=True), **columns}
    return types.new_class(name, (Table,), {"tablename": table}, lambda found: found.update(body))


VALUES: dict[str, Any] = {
    kind: read_only(f"Value{kind}", f"bench_values_{kind}", {"value": column})
    for kind, column in {
        "numeric": Numeric(),
        "timestamptz": Timestamptz(),
        "uuid": UUID(),
        "jsonb": JSONB(),
        "int_array": Array(Integer()),
        "bytea": Bytea(),
        "text": Text(),
    }.items()
}
Wide = read_only("Wide", "bench_wide", {name: Integer() for name in WIDE_COLUMNS})
WIDE = [getattr(Wide, name) for name in WIDE_COLUMNS]
CTE = statements.cte("bench_piccolo")
for number in (1, 2, 3):
    CTE = CTE.replace(f"${number}", "{}")


class PiccoloAdapter(Adapter):
    """A table class, over the pool of an engine.

    A change does not tell how many rows it changed.
    """

    title = "Piccolo"
    package = "piccolo"
    kind = "async"
    table = "bench_piccolo"

    async def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        self.unprepared = PostgresEngine(config={"dsn": dsn, "statement_cache_size": 0})
        self.engine = PostgresEngine(
            config={"dsn": dsn}, extra_nodes={"unprepared": self.unprepared}
        )
        for table in (User, City, Buyer, Order, Wide, *VALUES.values()):
            table._meta.db = self.engine
        await self.engine.start_connection_pool(min_size=smallest, max_size=largest)

    async def close(self) -> None:
        if self.unprepared.pool:
            await self.unprepared.close_connection_pool()
        await self.engine.close_connection_pool()

    def values(self, row: Any) -> StoredRow:
        values: StoredRow = tuple((row if isinstance(row, dict) else row.to_dict()).values())
        return values

    async def insert_one(self, row: Row) -> int:
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

    def prepare_insert_many(self, rows: Sequence[Row]) -> tuple[list[User]]:
        return ([User(**row._asdict()) for row in rows],)

    async def insert_many(self, users: Sequence[User]) -> list[int]:
        if len(users) <= MOST_ROWS:
            return [row["id"] for row in await User.insert(*users)]
        inserted = []
        async with self.engine.transaction():
            for start in range(0, len(users), MOST_ROWS):
                inserted += await User.insert(*users[start : start + MOST_ROWS])
        return [row["id"] for row in inserted]

    async def find_one_by_objects(self, identifier: int) -> User | None:
        user = await User.objects().get(User.id == identifier)
        read_attributes([user])
        return user

    async def find_one_by_select(self, identifier: int) -> dict[str, Any] | None:
        row = await User.select().where(User.id == identifier).first()
        read_names([row])
        return row

    async def find_many_by_objects(self, above: int, limit: int) -> list[User]:
        users = await User.objects().where(User.age > above).limit(limit)
        read_attributes(users)
        return users

    async def find_many_by_select(self, above: int, limit: int) -> list[dict[str, Any]]:
        rows = await User.select().where(User.age > above).limit(limit)
        read_names(rows)
        return rows

    async def count(self, above: int) -> int:
        number: int = await User.count().where(User.age > above)
        return number

    async def update_one(self, identifier: int, score: float) -> None:
        await User.update({User.score: score}).where(User.id == identifier)

    async def update_many(self, above: int) -> None:
        await User.update({User.active: False}).where(User.age > above)

    async def update_each_by_transaction(self, changes: Sequence[tuple[int, float]]) -> None:
        async with self.engine.transaction():
            for identifier, score in changes:
                await User.update({User.score: score}).where(User.id == identifier)

    async def update_each_by_raw(self, changes: Sequence[tuple[int, float]]) -> None:
        await User.raw(
            "UPDATE bench_piccolo SET score = change.score"
            " FROM unnest({}::bigint[], {}::float8[]) AS change (id, score)"
            " WHERE bench_piccolo.id = change.id",
            *map(list, zip(*changes, strict=True)),
        )

    async def delete_many(self, above: int) -> None:
        await User.delete().where(User.age > above)

    async def transaction(self, row: Row, identifier: int, score: float) -> tuple[int, Any]:
        async with self.engine.transaction():
            inserted = await self.insert_one(row)
            await self.update_one(identifier, score)
            found = await User.select(User.score).where(User.id == identifier).first()
        return inserted, found["score"] if found else None

    async def transaction_of(self, changes: Sequence[tuple[int, float]]) -> None:
        async with self.engine.transaction():
            for identifier, score in changes:
                await self.update_one(identifier, score)

    async def savepoints(self, changes: Sequence[tuple[int, float]]) -> None:
        async with self.engine.transaction() as transaction:
            for number, (identifier, score) in enumerate(changes):
                savepoint: Any = await transaction.savepoint()
                await self.update_one(identifier, score)
                if number % 2:
                    await savepoint.rollback_to()
                await savepoint.release()

    async def join(self, region: str, limit: int) -> list[dict[str, Any]]:
        buyer: Any = Order.user_id
        rows = (
            await Order.select(
                Order.id,
                buyer.name.as_alias("name"),
                buyer.city.as_alias("city"),
                Order.amount,
                Order.placed,
            )
            .where(buyer.city.region == region)
            .order_by(Order.id)
            .limit(limit)
        )
        read_named(rows, statements.JOIN_NAMES)
        return rows

    async def subquery(self, above: int, amount: Decimal) -> list[dict[str, Any]]:
        buyers = Order.select(Order.user_id).where(Order.amount >= amount)
        rows = await User.select().where(User.age > above, User.id.is_in(buyers)).order_by(User.id)
        read_names(rows)
        return rows

    async def cte_by_sql(self, since: dt.date, spent: Decimal, limit: int) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await User.raw(CTE, since, spent, limit)
        read_named(rows, statements.CTE_NAMES)
        return rows

    async def group_by(self, above: int) -> list[dict[str, Any]]:
        rows = (
            await User.select(
                User.city,
                User.age,
                Count(alias="people"),
                Avg(User.score, alias="mean"),
                Max(User.score, alias="highest"),
            )
            .where(User.age > above)
            .group_by(User.city, User.age)
            .order_by(User.age)
        )
        read_named(rows, statements.GROUP_NAMES)
        return rows

    async def prepare_find_one_unprepared(self, identifier: int) -> tuple[int]:
        if not self.unprepared.pool:
            await self.unprepared.start_connection_pool(min_size=1, max_size=1)
        return (identifier,)

    async def find_one_unprepared(self, identifier: int) -> dict[str, Any] | None:
        row = await User.select().where(User.id == identifier).first().run(node="unprepared")
        read_names([row])
        return row

    async def find_values(self, kind: str) -> list[Any]:
        table = VALUES[kind]
        found: list[Any] = await table.select(table.value).output(
            as_list=True, load_json=kind == "jsonb"
        )
        return found

    async def find_wide(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await Wide.select(*WIDE)
        read_named(rows, WIDE_COLUMNS)
        return rows


ADAPTER = PiccoloAdapter
