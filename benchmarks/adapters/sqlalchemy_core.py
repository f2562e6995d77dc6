"""SQLAlchemy Core on asyncpg: its language for SQL, without the ORM."""

import contextlib
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    insert,
    literal,
    make_url,
    select,
    update,
)
from sqlalchemy import Row as Record
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeEngine

from benchmarks.adapters import statements
from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter, UndoneError
from benchmarks.adapters.reading import read_attributes, read_fields
from benchmarks.data import Row, StoredRow
from benchmarks.shared_tables import WIDE_COLUMNS

metadata = MetaData()
users = Table(
    "bench_sqlalchemy_core",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("age", Integer, nullable=False, index=True),
    Column("city", Text, nullable=False),
    Column("score", Double, nullable=False),
    Column("active", Boolean, nullable=False),
)
cities = Table(
    "bench_city",
    metadata,
    Column("name", Text, primary_key=True),
    Column("region", Text, nullable=False),
)
orders = Table(
    "bench_order",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("user_id", BigInteger, nullable=False, index=True),
    Column("amount", Numeric(10, 2), nullable=False, index=True),
    Column("placed", Date, nullable=False, index=True),
)
TYPES: dict[str, TypeEngine[Any]] = {
    "numeric": Numeric(),
    "timestamptz": DateTime(timezone=True),
    "uuid": Uuid(),
    "jsonb": JSONB(),
    "int_array": ARRAY(Integer),
    "bytea": LargeBinary(),
    "text": Text(),
}
VALUES = {
    kind: Table(
        f"bench_values_{kind}",
        metadata,
        Column("id", BigInteger, primary_key=True),
        Column("value", sql, nullable=False),
    )
    for kind, sql in TYPES.items()
}
wide = Table(
    "bench_wide",
    metadata,
    Column("id", BigInteger, primary_key=True),
    *(Column(name, Integer, nullable=False) for name in WIDE_COLUMNS),
)


class SqlalchemyCoreAdapter(Adapter):
    """Connections of an engine; single statements in autocommit, without BEGIN and COMMIT."""

    title = "SQLAlchemy Core"
    package = "sqlalchemy"
    kind = "async"
    table = "bench_sqlalchemy_core"

    async def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        self.url = make_url(dsn).set(drivername="postgresql+asyncpg")
        self.unprepared: AsyncEngine | None = None
        self.engine = create_async_engine(
            self.url, pool_size=smallest, max_overflow=largest - smallest
        )
        # The same pool, as SQLAlchemy's documentation has it.
        self.autocommit = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    async def close(self) -> None:
        if self.unprepared is not None:
            await self.unprepared.dispose()
        await self.engine.dispose()

    def values(self, row: Any) -> StoredRow:
        values: StoredRow = tuple(row)
        return values

    async def insert_one(self, row: Row) -> int:
        async with self.autocommit.connect() as connection:
            statement = insert(users).values(row._asdict()).returning(users.c.id)
            identifier: int = (await connection.execute(statement)).scalar_one()
        return identifier

    def prepare_insert_many(self, rows: Sequence[Row]) -> tuple[list[dict[str, Any]]]:
        return ([row._asdict() for row in rows],)

    async def insert_many_by_executemany(self, rows: Sequence[dict[str, Any]]) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(insert(users), rows)

    async def insert_many_by_returning(self, rows: Sequence[dict[str, Any]]) -> list[int]:
        async with self.engine.begin() as connection:
            statement = insert(users).returning(users.c.id, sort_by_parameter_order=True)
            return list((await connection.execute(statement, rows)).scalars())

    async def find_one(self, identifier: int) -> Record[Any] | None:
        async with self.autocommit.connect() as connection:
            statement = select(users).where(users.c.id == identifier)
            row = (await connection.execute(statement)).one_or_none()
        read_attributes([row])
        return row

    async def find_many(self, above: int, limit: int) -> Sequence[Record[Any]]:
        async with self.autocommit.connect() as connection:
            statement = select(users).where(users.c.age > above).limit(limit)
            rows = (await connection.execute(statement)).all()
        read_attributes(rows)
        return rows

    async def count(self, above: int) -> int:
        async with self.autocommit.connect() as connection:
            statement = select(func.count()).select_from(users).where(users.c.age > above)
            return (await connection.execute(statement)).scalar_one()

    async def update_one(self, identifier: int, score: float) -> int:
        async with self.autocommit.connect() as connection:
            statement = update(users).where(users.c.id == identifier).values(score=score)
            return (await connection.execute(statement)).rowcount

    async def update_many(self, above: int) -> int:
        async with self.autocommit.connect() as connection:
            statement = update(users).where(users.c.age > above).values(active=False)
            return (await connection.execute(statement)).rowcount

    def prepare_update_each_by_executemany(
        self, changes: Sequence[tuple[int, float]]
    ) -> tuple[list[dict[str, Any]]]:
        return ([{"identifier": identifier, "score": score} for identifier, score in changes],)

    async def update_each_by_executemany(self, changes: Sequence[dict[str, Any]]) -> None:
        async with self.engine.begin() as connection:
            statement = update(users).where(users.c.id == bindparam("identifier"))
            await connection.execute(statement, changes)

    async def update_each_by_unnest(self, changes: Sequence[tuple[int, float]]) -> int:
        identifiers, scores = zip(*changes, strict=True)
        change = (
            func.unnest(literal(identifiers, ARRAY(BigInteger)), literal(scores, ARRAY(Double)))
            .table_valued(Column("id", BigInteger), Column("score", Double))
            .render_derived("change")
        )
        async with self.autocommit.connect() as connection:
            statement = update(users).where(users.c.id == change.c.id).values(score=change.c.score)
            return (await connection.execute(statement)).rowcount

    async def delete_many(self, above: int) -> int:
        async with self.autocommit.connect() as connection:
            statement = delete(users).where(users.c.age > above)
            return (await connection.execute(statement)).rowcount

    async def transaction(self, row: Row, identifier: int, score: float) -> tuple[int, float]:
        async with self.engine.begin() as connection:
            added = insert(users).values(row._asdict()).returning(users.c.id)
            inserted: int = (await connection.execute(added)).scalar_one()
            await self.set_score(connection, identifier, score)
            read = select(users.c.score).where(users.c.id == identifier)
            found: float = (await connection.execute(read)).scalar_one()
        return inserted, found

    async def transaction_of(self, changes: Sequence[tuple[int, float]]) -> int:
        changed = 0
        async with self.engine.begin() as connection:
            for identifier, score in changes:
                changed += await self.set_score(connection, identifier, score)
        return changed

    async def savepoints(self, changes: Sequence[tuple[int, float]]) -> int:
        kept = 0
        async with self.engine.begin() as connection:
            for number, (identifier, score) in enumerate(changes):
                with contextlib.suppress(UndoneError):
                    async with connection.begin_nested():
                        changed = await self.set_score(connection, identifier, score)
                        if number % 2:
                            raise UndoneError
                    kept += changed
        return kept

    async def set_score(self, connection: AsyncConnection, identifier: int, score: float) -> int:
        """One row's UPDATE on a connection; returns how many rows were changed."""
        statement = update(users).where(users.c.id == identifier).values(score=score)
        return (await connection.execute(statement)).rowcount

    async def fetch(self, statement: Select[Any]) -> Sequence[Record[Any]]:
        """All rows of a query, in autocommit."""
        async with self.autocommit.connect() as connection:
            rows: Sequence[Record[Any]] = (await connection.execute(statement)).all()
        return rows

    async def join(self, region: str, limit: int) -> Sequence[Record[Any]]:
        rows = await self.fetch(
            select(orders.c.id, users.c.name, users.c.city, orders.c.amount, orders.c.placed)
            .join(users, users.c.id == orders.c.user_id)
            .join(cities, cities.c.name == users.c.city)
            .where(cities.c.region == region)
            .order_by(orders.c.id)
            .limit(limit)
        )
        read_fields(rows, statements.JOIN_NAMES)
        return rows

    async def subquery(self, above: int, amount: Decimal) -> Sequence[Record[Any]]:
        buyers = select(orders.c.user_id).where(orders.c.amount >= amount)
        rows = await self.fetch(
            select(users).where(users.c.age > above, users.c.id.in_(buyers)).order_by(users.c.id)
        )
        read_attributes(rows)
        return rows

    async def cte(self, since: dt.date, spent: Decimal, limit: int) -> Sequence[Record[Any]]:
        spending = (
            select(
                orders.c.user_id,
                func.count().label("orders"),
                func.sum(orders.c.amount).label("total"),
            )
            .where(orders.c.placed >= since)
            .group_by(orders.c.user_id)
            .cte("spending")
        )
        rows = await self.fetch(
            select(users.c.id, users.c.name, spending.c.orders, spending.c.total)
            .join(spending, spending.c.user_id == users.c.id)
            .where(spending.c.total > spent)
            .order_by(spending.c.total.desc(), users.c.id)
            .limit(limit)
        )
        read_fields(rows, statements.CTE_NAMES)
        return rows

    async def group_by(self, above: int) -> Sequence[Record[Any]]:
        rows = await self.fetch(
            select(
                users.c.city,
                users.c.age,
                func.count().label("people"),
                func.avg(users.c.score).label("mean"),
                func.max(users.c.score).label("highest"),
            )
            .where(users.c.age > above)
            .group_by(users.c.city, users.c.age)
            .order_by(users.c.age)
        )
        read_fields(rows, statements.GROUP_NAMES)
        return rows

    async def prepare_find_one_unprepared(self, identifier: int) -> tuple[AsyncEngine, int]:
        if self.unprepared is None:
            # The first is SQLAlchemy's own cache, the second asyncpg's.
            self.unprepared = create_async_engine(
                self.url.update_query_dict({"prepared_statement_cache_size": "0"}),
                connect_args={"statement_cache_size": 0},
            )
        return self.unprepared.execution_options(isolation_level="AUTOCOMMIT"), identifier

    async def find_one_unprepared(self, engine: AsyncEngine, identifier: int) -> Record[Any] | None:
        async with engine.connect() as connection:
            statement = select(users).where(users.c.id == identifier)
            row = (await connection.execute(statement)).one_or_none()
        read_attributes([row])
        return row

    async def find_values(self, kind: str) -> Sequence[Any]:
        async with self.autocommit.connect() as connection:
            return (await connection.execute(select(VALUES[kind].c.value))).scalars().all()

    async def find_wide(self) -> Sequence[Record[Any]]:
        rows = await self.fetch(select(*(wide.c[name] for name in WIDE_COLUMNS)))
        read_fields(rows, WIDE_COLUMNS)
        return rows


ADAPTER = SqlalchemyCoreAdapter
