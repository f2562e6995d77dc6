"""SQLAlchemy: the ORM that most of Python uses, here asynchronous, on asyncpg."""

import contextlib
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Column,
    CursorResult,
    DateTime,
    Delete,
    Executable,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    Update,
    Uuid,
    delete,
    func,
    insert,
    make_url,
    select,
    update,
)
from sqlalchemy import Row as Record
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from benchmarks.adapters import statements
from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter, UndoneError
from benchmarks.adapters.reading import read_attributes, read_fields
from benchmarks.data import Row, StoredRow
from benchmarks.shared_tables import WIDE_COLUMNS


class Base(DeclarativeBase):
    """The registry of the models."""


class User(Base):
    """A row, as SQLAlchemy's users declare it."""

    __tablename__ = "bench_sqlalchemy"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    age: Mapped[int] = mapped_column(index=True)
    city: Mapped[str] = mapped_column(Text)
    score: Mapped[float]
    active: Mapped[bool]


class City(Base):
    """A city."""

    __tablename__ = "bench_city"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    region: Mapped[str] = mapped_column(Text)


class Order(Base):
    """An order of a user."""

    __tablename__ = "bench_order"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, index=True)
    amount: Mapped[Decimal] = mapped_column(Numeric(10, 2), index=True)
    placed: Mapped[dt.date] = mapped_column(index=True)


def value_model(kind: str, sql: TypeEngine[Any]) -> Any:
    """The model of a table of values."""
    columns = {
        "__tablename__": f"bench_values_{kind}",
        "id": mapped_column(BigInteger, primary_key=True),
        "value": mapped_column(sql, nullable=False),
    }
    return type(f"Value{kind}", (Base,), columns)


TYPES: dict[str, TypeEngine[Any]] = {
    "numeric": Numeric(),
    "timestamptz": DateTime(timezone=True),
    "uuid": Uuid(),
    "jsonb": JSONB(),
    "int_array": ARRAY(Integer),
    "bytea": LargeBinary(),
    "text": Text(),
}
VALUES = {kind: value_model(kind, sql) for kind, sql in TYPES.items()}


class Wide(Base):
    """A row of a hundred integers."""

    __table__ = Table(
        "bench_wide",
        Base.metadata,
        Column("id", BigInteger, primary_key=True),
        *(Column(name, Integer, nullable=False) for name in WIDE_COLUMNS),
    )


class SqlalchemyAdapter(Adapter):
    """Async sessions of SQLAlchemy's ORM."""

    title = "SQLAlchemy"
    package = "sqlalchemy"
    kind = "async"
    table = "bench_sqlalchemy"

    async def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        self.url = make_url(dsn).set(drivername="postgresql+asyncpg")
        self.unprepared: AsyncEngine | None = None
        self.engine = create_async_engine(
            self.url,
            pool_size=smallest,
            max_overflow=largest - smallest,
        )
        self.session = async_sessionmaker(self.engine, expire_on_commit=False)

    async def close(self) -> None:
        if self.unprepared is not None:
            await self.unprepared.dispose()
        await self.engine.dispose()

    def values(self, row: User) -> StoredRow:
        return row.id, row.name, row.email, row.age, row.city, row.score, row.active

    async def insert_one(self, row: Row) -> int:
        async with self.session() as session:
            user = User(
                name=row.name,
                email=row.email,
                age=row.age,
                city=row.city,
                score=row.score,
                active=row.active,
            )
            session.add(user)
            await session.commit()
            return user.id

    def prepare_insert_many(self, rows: Sequence[Row]) -> tuple[list[dict[str, Any]]]:
        return ([row._asdict() for row in rows],)

    async def insert_many_by_add_all(self, rows: Sequence[dict[str, Any]]) -> list[int]:
        async with self.session() as session:
            users = [User(**row) for row in rows]
            session.add_all(users)
            await session.commit()
            return [user.id for user in users]

    async def insert_many_by_returning(self, rows: Sequence[dict[str, Any]]) -> list[int]:
        async with self.session() as session:
            statement = insert(User).returning(User.id, sort_by_parameter_order=True)
            inserted = await session.scalars(statement, rows)
            identifiers = list(inserted)
            await session.commit()
            return identifiers

    async def insert_many_by_insert(self, rows: Sequence[dict[str, Any]]) -> None:
        async with self.session() as session:
            await session.execute(insert(User), rows)
            await session.commit()

    async def find_one(self, identifier: int) -> User | None:
        async with self.session() as session:
            user = await session.get(User, identifier)
        read_attributes([user])
        return user

    async def find_many(self, above: int, limit: int) -> Sequence[User]:
        async with self.session() as session:
            found = await session.scalars(select(User).where(User.age > above).limit(limit))
            users = found.all()
        read_attributes(users)
        return users

    async def count(self, above: int) -> int:
        async with self.session() as session:
            statement = select(func.count()).select_from(User).where(User.age > above)
            return await session.scalar(statement) or 0

    async def update_one(self, identifier: int, score: float) -> int:
        async with self.session() as session:
            statement = update(User).where(User.id == identifier).values(score=score)
            return await self.changed(session, statement)

    async def update_many(self, above: int) -> int:
        async with self.session() as session:
            return await self.changed(
                session, update(User).where(User.age > above).values(active=False)
            )

    def prepare_update_each(
        self, changes: Sequence[tuple[int, float]]
    ) -> tuple[list[dict[str, Any]]]:
        return ([{"id": identifier, "score": score} for identifier, score in changes],)

    async def update_each(self, changes: Sequence[dict[str, Any]]) -> None:
        async with self.session() as session:
            await session.execute(update(User), changes)
            await session.commit()

    async def delete_many(self, above: int) -> int:
        async with self.session() as session:
            return await self.changed(session, delete(User).where(User.age > above))

    async def changed(self, session: AsyncSession, statement: Update | Delete) -> int:
        """Execute and commit; returns how many rows were changed."""
        result = cast(CursorResult[Any], await session.execute(statement))
        await session.commit()
        return result.rowcount

    async def transaction(self, row: Row, identifier: int, score: float) -> tuple[int, float]:
        async with self.session.begin() as session:
            user = User(
                name=row.name,
                email=row.email,
                age=row.age,
                city=row.city,
                score=row.score,
                active=row.active,
            )
            session.add(user)
            await session.flush()
            await session.execute(update(User).where(User.id == identifier).values(score=score))
            found = await session.scalar(select(User.score).where(User.id == identifier))
        return user.id, found or 0.0

    async def transaction_of(self, changes: Sequence[tuple[int, float]]) -> int:
        changed = 0
        async with self.session.begin() as session:
            for identifier, score in changes:
                changed += await self.set_score(session, identifier, score)
        return changed

    async def savepoints(self, changes: Sequence[tuple[int, float]]) -> int:
        kept = 0
        async with self.session.begin() as session:
            for number, (identifier, score) in enumerate(changes):
                with contextlib.suppress(UndoneError):
                    async with session.begin_nested():
                        changed = await self.set_score(session, identifier, score)
                        if number % 2:
                            raise UndoneError
                    kept += changed
        return kept

    async def set_score(self, session: AsyncSession, identifier: int, score: float) -> int:
        """One row's UPDATE in a session's transaction; returns how many rows were changed."""
        statement = update(User).where(User.id == identifier).values(score=score)
        return cast(CursorResult[Any], await session.execute(statement)).rowcount

    async def join(self, region: str, limit: int) -> Sequence[Record[Any]]:
        statement = (
            select(Order.id, User.name, User.city, Order.amount, Order.placed)
            .join(User, User.id == Order.user_id)
            .join(City, City.name == User.city)
            .where(City.region == region)
            .order_by(Order.id)
            .limit(limit)
        )
        return await self.rows(statement, statements.JOIN_NAMES)

    async def subquery(self, above: int, amount: Decimal) -> Sequence[User]:
        buyers = select(Order.user_id).where(Order.amount >= amount)
        statement = select(User).where(User.age > above, User.id.in_(buyers)).order_by(User.id)
        async with self.session() as session:
            users = (await session.scalars(statement)).all()
        read_attributes(users)
        return users

    async def cte(self, since: dt.date, spent: Decimal, limit: int) -> Sequence[Record[Any]]:
        spending = (
            select(
                Order.user_id,
                func.count().label("orders"),
                func.sum(Order.amount).label("total"),
            )
            .where(Order.placed >= since)
            .group_by(Order.user_id)
            .cte("spending")
        )
        statement = (
            select(User.id, User.name, spending.c.orders, spending.c.total)
            .join(spending, spending.c.user_id == User.id)
            .where(spending.c.total > spent)
            .order_by(spending.c.total.desc(), User.id)
            .limit(limit)
        )
        return await self.rows(statement, statements.CTE_NAMES)

    async def group_by(self, above: int) -> Sequence[Record[Any]]:
        statement = (
            select(
                User.city,
                User.age,
                func.count().label("people"),
                func.avg(User.score).label("mean"),
                func.max(User.score).label("highest"),
            )
            .where(User.age > above)
            .group_by(User.city, User.age)
            .order_by(User.age)
        )
        return await self.rows(statement, statements.GROUP_NAMES)

    async def rows(self, statement: Executable, names: Sequence[str]) -> Sequence[Record[Any]]:
        """The rows of a query of columns, all of them read."""
        async with self.session() as session:
            found: Sequence[Record[Any]] = (await session.execute(statement)).all()
        read_fields(found, names)
        return found

    async def prepare_find_one_unprepared(
        self, identifier: int
    ) -> tuple[async_sessionmaker[AsyncSession], int]:
        if self.unprepared is None:
            # The first is SQLAlchemy's own cache, the second asyncpg's.
            self.unprepared = create_async_engine(
                self.url.update_query_dict({"prepared_statement_cache_size": "0"}),
                connect_args={"statement_cache_size": 0},
            )
        return async_sessionmaker(self.unprepared, expire_on_commit=False), identifier

    async def find_one_unprepared(
        self, maker: async_sessionmaker[AsyncSession], identifier: int
    ) -> User | None:
        async with maker() as session:
            user = await session.get(User, identifier)
        read_attributes([user])
        return user

    async def find_values(self, kind: str) -> Sequence[Any]:
        async with self.session() as session:
            return (await session.scalars(select(VALUES[kind].value))).all()

    async def find_wide(self) -> Sequence[Wide]:
        async with self.session() as session:
            found = (await session.scalars(select(Wide))).all()
        read_fields(found, WIDE_COLUMNS)
        return found

    def plain(self, row: Any) -> tuple[Any, ...]:
        if isinstance(row, Wide):
            return tuple(getattr(row, name) for name in WIDE_COLUMNS)
        return super().plain(row)


ADAPTER = SqlalchemyAdapter
