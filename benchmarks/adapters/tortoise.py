"""Tortoise ORM on asyncpg."""

import contextlib
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tortoise import Tortoise, fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.expressions import Subquery
from tortoise.functions import Avg, Count, Max
from tortoise.models import Model
from tortoise.transactions import in_transaction

from benchmarks.adapters import statements
from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter, UndoneError
from benchmarks.adapters.reading import read_attributes, read_fields, read_named, read_names
from benchmarks.data import Row, StoredRow
from benchmarks.shared_tables import WIDE_COLUMNS


class User(Model):
    """A row, as Tortoise's users declare it."""

    id = fields.BigIntField(primary_key=True)
    name = fields.TextField()
    email = fields.TextField()
    age = fields.IntField(db_index=True)
    city = fields.TextField()
    score = fields.FloatField()
    active = fields.BooleanField()

    class Meta:
        """Where the rows are."""

        table = "bench_tortoise"


class City(Model):
    """A city."""

    name = fields.CharField(max_length=100, primary_key=True)
    region = fields.TextField()

    class Meta:
        """Where the rows are."""

        table = "bench_city"


class Buyer(Model):
    """A user again, with the city as a relation, for joins."""

    id = fields.BigIntField(primary_key=True)
    name = fields.TextField()
    city: fields.ForeignKeyRelation[City] = fields.ForeignKeyField(
        "models.City", source_field="city", db_constraint=False
    )

    class Meta:
        """Where the rows are."""

        table = "bench_tortoise"


class Order(Model):
    """An order of a user."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[Buyer] = fields.ForeignKeyField(
        "models.Buyer", db_constraint=False
    )
    amount = fields.DecimalField(max_digits=10, decimal_places=2, db_index=True)
    placed = fields.DateField(db_index=True)

    class Meta:
        """Where the rows are."""

        table = "bench_order"


def read_only(name: str, table: str, columns: dict[str, Any]) -> type[Model]:
    """The model of a table with an id and other columns, as a class statement would make it."""
    body = {
        "__module__": __name__,
        "id": fields.BigIntField(primary_key=True),
        **columns,
        "Meta": type("Meta", (), {"table": table}),
    }
    return type(name, (Model,), body)


CTE = statements.cte("bench_tortoise")
VALUES: dict[str, Any] = {
    kind: read_only(f"Value_{kind}", f"bench_values_{kind}", {"value": field})
    for kind, field in {
        "numeric": fields.DecimalField(max_digits=17, decimal_places=5),
        "timestamptz": fields.DatetimeField(),
        "uuid": fields.UUIDField(),
        "jsonb": fields.JSONField(),
        "int_array": ArrayField(element_type="int"),
        "bytea": fields.BinaryField(),
        "text": fields.TextField(),
    }.items()
}
Wide: Any = read_only("Wide", "bench_wide", {name: fields.IntField() for name in WIDE_COLUMNS})
# Tortoise looks for models among the names of a module.
globals().update({model.__name__: model for model in VALUES.values()})


class TortoiseAdapter(Adapter):
    """Models, in the context that `Tortoise.init` opens for this event loop."""

    title = "Tortoise"
    package = "tortoise-orm"
    kind = "async"
    table = "bench_tortoise"

    async def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        sizes = f"minsize={smallest}&maxsize={largest}"
        database = expand_db_url(f"{dsn}{'&' if '?' in dsn else '?'}{sizes}")
        unprepared = {**database["credentials"], "minsize": 1, "statement_cache_size": 0}
        await Tortoise.init(
            {
                "connections": {
                    "default": database,
                    "unprepared": {**database, "credentials": unprepared},
                },
                "apps": {"models": {"models": [__name__], "default_connection": "default"}},
            }
        )
        # A pool is opened by its first statement only.
        await Tortoise.get_connection("default").execute_query("SELECT 1")

    async def close(self) -> None:
        await Tortoise.close_connections()

    def values(self, row: Any) -> StoredRow:
        if isinstance(row, User):
            return row.id, row.name, row.email, row.age, row.city, row.score, row.active
        values: StoredRow = tuple(row.values())
        return values

    async def insert_one(self, row: Row) -> int:
        user = await User.create(
            name=row.name,
            email=row.email,
            age=row.age,
            city=row.city,
            score=row.score,
            active=row.active,
        )
        identifier: int = user.id
        return identifier

    def prepare_insert_many(self, rows: Sequence[Row]) -> tuple[list[User]]:
        return ([User(**row._asdict()) for row in rows],)

    async def insert_many(self, users: Sequence[User]) -> None:
        await User.bulk_create(users)

    async def find_one(self, identifier: int) -> User:
        user = await User.get(id=identifier)
        read_attributes([user])
        return user

    async def find_many_by_models(self, above: int, limit: int) -> list[User]:
        users = await User.filter(age__gt=above).limit(limit)
        read_attributes(users)
        return users

    async def find_many_by_values(self, above: int, limit: int) -> list[dict[str, Any]]:
        users = await User.filter(age__gt=above).limit(limit).values()
        read_names(users)
        return users

    async def count(self, above: int) -> int:
        return await User.filter(age__gt=above).count()

    async def update_one_by_filter(self, identifier: int, score: float) -> int:
        return await User.filter(id=identifier).update(score=score)

    async def prepare_update_one_by_save(self, identifier: int, score: float) -> tuple[User, float]:
        return await User.get(id=identifier), score

    async def update_one_by_save(self, user: User, score: float) -> int:
        # One row: save() raises where the row is gone.
        user.score = score
        await user.save(update_fields=["score"])
        return 1

    async def update_many(self, above: int) -> int:
        return await User.filter(age__gt=above).update(active=False)

    async def prepare_update_each(self, changes: Sequence[tuple[int, float]]) -> tuple[list[User]]:
        loaded = await User.in_bulk([identifier for identifier, _ in changes])
        for identifier, score in changes:
            loaded[identifier].score = score
        return (list(loaded.values()),)

    async def update_each(self, users: Sequence[User]) -> int:
        return await User.bulk_update(users, fields=["score"])

    async def delete_many(self, above: int) -> int:
        return await User.filter(age__gt=above).delete()

    async def transaction(self, row: Row, identifier: int, score: float) -> tuple[int, Any]:
        async with in_transaction("default"):
            inserted = await self.insert_one(row)
            await User.filter(id=identifier).update(score=score)
            found = await User.get(id=identifier).values_list("score", flat=True)
        return inserted, found

    async def transaction_of(self, changes: Sequence[tuple[int, float]]) -> int:
        changed = 0
        async with in_transaction("default"):
            for identifier, score in changes:
                changed += await User.filter(id=identifier).update(score=score)
        return changed

    async def savepoints(self, changes: Sequence[tuple[int, float]]) -> int:
        kept = 0
        async with in_transaction("default"):
            for number, (identifier, score) in enumerate(changes):
                with contextlib.suppress(UndoneError):
                    async with in_transaction("default"):
                        changed = await User.filter(id=identifier).update(score=score)
                        if number % 2:
                            raise UndoneError
                    kept += changed
        return kept

    async def join(self, region: str, limit: int) -> list[dict[str, Any]]:
        rows = (
            await Order.filter(user__city__region=region)
            .order_by("id")
            .limit(limit)
            .values("id", "amount", "placed", name="user__name", city="user__city_id")
        )
        read_named(rows, statements.JOIN_NAMES)
        return rows

    async def subquery(self, above: int, amount: Decimal) -> list[User]:
        buyers = Subquery(Order.filter(amount__gte=amount).values("user_id"))
        users = await User.filter(age__gt=above, id__in=buyers).order_by("id")
        read_attributes(users)
        return users

    async def cte_by_sql(self, since: dt.date, spent: Decimal, limit: int) -> list[dict[str, Any]]:
        connection = Tortoise.get_connection("default")
        rows = await connection.execute_query_dict(CTE, [since, spent, limit])
        read_named(rows, statements.CTE_NAMES)
        return rows

    async def group_by(self, above: int) -> list[dict[str, Any]]:
        rows = (
            await User.filter(age__gt=above)
            .annotate(people=Count("id"), mean=Avg("score"), highest=Max("score"))
            .group_by("city", "age")
            .order_by("age")
            .values(*statements.GROUP_NAMES)
        )
        read_named(rows, statements.GROUP_NAMES)
        return rows

    async def prepare_find_one_unprepared(self, identifier: int) -> tuple[BaseDBAsyncClient, int]:
        return Tortoise.get_connection("unprepared"), identifier

    async def find_one_unprepared(self, connection: BaseDBAsyncClient, identifier: int) -> User:
        user = await User.get(id=identifier, using_db=connection)
        read_attributes([user])
        return user

    async def find_values(self, kind: str) -> Any:
        return await VALUES[kind].all().values_list("value", flat=True)

    async def find_wide(self) -> Any:
        rows = await Wide.all()
        read_fields(rows, WIDE_COLUMNS)
        return rows

    def plain(self, row: Any) -> tuple[Any, ...]:
        if isinstance(row, Wide):
            return tuple(getattr(row, name) for name in WIDE_COLUMNS)
        names = next(
            names
            for names in (statements.JOIN_NAMES, statements.CTE_NAMES, statements.GROUP_NAMES)
            if names[-1] in row
        )
        return tuple(row[name] for name in names)


ADAPTER = TortoiseAdapter
