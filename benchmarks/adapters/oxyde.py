"""Oxyde: an ORM with Pydantic's models, whose statements are built and run in Rust, by sqlx."""

import contextlib
import datetime as dt
import types
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from oxyde import (
    AsyncDatabase,
    Avg,
    Count,
    Field,
    Max,
    Model,
    PoolSettings,
    atomic,
    db,
    execute_raw,
)

from benchmarks.adapters import statements
from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter, UndoneError
from benchmarks.adapters.reading import read_attributes, read_fields, read_named, read_names
from benchmarks.data import Row, StoredRow
from benchmarks.shared_tables import WIDE_COLUMNS

# Each row has six values, and a statement no more than 65,535.
MOST_ROWS = 10_000


class User(Model):
    """A row, as Oxyde's users declare it."""

    id: int | None = Field(default=None, db_pk=True)
    name: str
    email: str
    age: int = Field(db_index=True)
    city: str
    score: float
    active: bool

    class Meta:
        """Where the rows are."""

        is_table = True
        table_name = "bench_oxyde"


def read_only(name: str, table: str, columns: dict[str, Any]) -> Any:
    """The model of a table with an id and other columns, as a class statement would make it."""
    settings = {"__qualname__": f"{name}.Meta", "is_table": True, "table_name": table}
    body = {
        "__module__": __name__,
        "__qualname__": name,
        "__annotations__": {"id": int, **columns},
        "id": Field(db_pk=True),
        "Meta": type("Meta", (), settings),
    }
    return types.new_class(name, (Model,), exec_body=lambda found: found.update(body))


VALUES = {
    kind: read_only(f"Value{kind}", f"bench_values_{kind}", {"value": value})
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
Wide = read_only("Wide", "bench_wide", dict.fromkeys(WIDE_COLUMNS, int))
JOIN = statements.join("bench_oxyde")
# A parameter that is no JSON is sent as text, and the server is to be told what it is.
SUBQUERY = statements.subquery("bench_oxyde").replace("$2", "$2::numeric")
CTE = statements.cte("bench_oxyde").replace("$1", "$1::date").replace("$2", "$2::numeric")


class OxydeAdapter(Adapter):
    """Models, over the pool that `db.init` opens."""

    title = "Oxyde"
    package = "oxyde"
    kind = "async"
    table = "bench_oxyde"

    async def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        self.dsn = with_host(dsn)
        self.unprepared: AsyncDatabase | None = None
        settings = PoolSettings(
            min_connections=smallest,
            max_connections=largest,
            # Where nobody answers over TCP, it tries again until this is over; else 30 seconds.
            acquire_timeout=10,
        )
        await db.init(default=self.dsn, settings=settings)

    async def close(self) -> None:
        await db.close()

    def values(self, row: Any) -> StoredRow:
        values: StoredRow = tuple((row if isinstance(row, dict) else row.model_dump()).values())
        return values

    async def insert_one(self, row: Row) -> int | None:
        user = await User.objects.create(
            name=row.name,
            email=row.email,
            age=row.age,
            city=row.city,
            score=row.score,
            active=row.active,
        )
        return user.id

    def prepare_insert_many(self, rows: Sequence[Row]) -> tuple[list[User]]:
        return ([User(**row._asdict()) for row in rows],)

    async def insert_many(self, users: Sequence[User]) -> list[int | None]:
        created = await User.objects.bulk_create(users, batch_size=MOST_ROWS)
        return [user.id for user in created]

    async def find_one(self, identifier: int) -> User:
        user = await User.objects.get(id=identifier)
        read_attributes([user])
        return user

    async def find_many_by_models(self, above: int, limit: int) -> list[User]:
        users = await User.objects.filter(age__gt=above).limit(limit).all()
        read_attributes(users)
        return users

    async def find_many_by_values(self, above: int, limit: int) -> list[dict[str, Any]]:
        rows = await User.objects.filter(age__gt=above).limit(limit).values().all()
        read_names(rows)
        return rows

    async def count(self, above: int) -> int:
        return await User.objects.filter(age__gt=above).count()

    async def update_one(self, identifier: int, score: float) -> int:
        return await User.objects.filter(id=identifier).update(score=score)

    async def update_many(self, above: int) -> int:
        return await User.objects.filter(age__gt=above).update(active=False)

    async def prepare_update_each(self, changes: Sequence[tuple[int, float]]) -> tuple[list[User]]:
        identifiers = [identifier for identifier, _ in changes]
        users = await User.objects.filter(id__in=identifiers).all()
        scores = dict(changes)
        for user in users:
            user.score = scores[user.id or 0]
        return (users,)

    async def update_each(self, users: Sequence[User]) -> int:
        return await User.objects.bulk_update(users, ["score"])

    async def delete_many(self, above: int) -> int:
        return await User.objects.filter(age__gt=above).delete()

    async def transaction(
        self, row: Row, identifier: int, score: float
    ) -> tuple[int | None, float]:
        async with atomic():
            inserted = await self.insert_one(row)
            await self.update_one(identifier, score)
            found = await User.objects.get(id=identifier)
        return inserted, found.score

    async def transaction_of(self, changes: Sequence[tuple[int, float]]) -> int:
        changed = 0
        async with atomic():
            for identifier, score in changes:
                changed += await self.update_one(identifier, score)
        return changed

    async def savepoints(self, changes: Sequence[tuple[int, float]]) -> int:
        kept = 0
        async with atomic():
            for number, (identifier, score) in enumerate(changes):
                with contextlib.suppress(UndoneError):
                    async with atomic():
                        changed = await self.update_one(identifier, score)
                        if number % 2:
                            raise UndoneError
                    kept += changed
        return kept

    async def join_by_sql(self, region: str, limit: int) -> list[dict[str, Any]]:
        rows = await execute_raw(JOIN, [region, limit])
        for row in rows:
            # Of SQL that is no model's, these are strings.
            row["amount"] = Decimal(row["amount"])
            row["placed"] = dt.date.fromisoformat(row["placed"])
        read_named(rows, statements.JOIN_NAMES)
        return rows

    async def subquery_by_sql(self, above: int, amount: Decimal) -> list[dict[str, Any]]:
        rows = await execute_raw(SUBQUERY, [above, str(amount)])
        read_names(rows)
        return rows

    async def cte_by_sql(self, since: dt.date, spent: Decimal, limit: int) -> list[dict[str, Any]]:
        rows = await execute_raw(CTE, [since.isoformat(), str(spent), limit])
        for row in rows:
            row["total"] = Decimal(row["total"])
        read_named(rows, statements.CTE_NAMES)
        return rows

    async def group_by(self, above: int) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (
            await User.objects.filter(age__gt=above)
            .annotate(people=Count("id"), mean=Avg("score"), highest=Max("score"))
            .group_by("city", "age")
            .order_by("age")
            .values("city", "age")
            .all()
        )
        read_named(rows, statements.GROUP_NAMES)
        return rows

    async def prepare_find_one_unprepared(self, identifier: int) -> tuple[AsyncDatabase, int]:
        if self.unprepared is None:
            settings = PoolSettings(max_connections=1, pg_statement_cache_capacity=0)
            self.unprepared = AsyncDatabase(
                self.dsn, name="unprepared", settings=settings, overwrite=True
            )
            await self.unprepared.connect()
        return self.unprepared, identifier

    async def find_one_unprepared(self, client: AsyncDatabase, identifier: int) -> User:
        user = await User.objects.get(id=identifier, client=client)
        read_attributes([user])
        return user

    async def find_values(self, kind: str) -> list[Any]:
        return [row.value for row in await VALUES[kind].objects.all()]

    async def find_wide(self) -> list[Any]:
        rows: list[Any] = await Wide.objects.all()
        read_fields(rows, WIDE_COLUMNS)
        return rows

    def plain(self, row: Any) -> tuple[Any, ...]:
        if isinstance(row, Wide):
            return tuple(getattr(row, name) for name in WIDE_COLUMNS)
        # Aggregates come first, wherever they are asked for.
        names = statements.GROUP_NAMES if "highest" in row else tuple(row)
        return tuple(row[name] for name in names)


def with_host(dsn: str) -> str:
    """A URI that names a host: Oxyde refuses one that leaves it to the parameter `host`."""
    parts = urlsplit(dsn)
    return dsn if parts.hostname else parts._replace(netloc=f"{parts.netloc}localhost").geturl()


ADAPTER = OxydeAdapter
