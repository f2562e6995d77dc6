"""SQLAlchemy: the ORM that most of Python uses, here asynchronous, on asyncpg."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import (
    CursorResult,
    Delete,
    Text,
    Update,
    delete,
    func,
    insert,
    make_url,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter
from benchmarks.adapters.reading import read_attributes
from benchmarks.data import Row, StoredRow


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


class SqlalchemyAdapter(Adapter):
    """Async sessions of SQLAlchemy's ORM."""

    title = "SQLAlchemy"
    package = "sqlalchemy"
    kind = "async"
    table = "bench_sqlalchemy"

    async def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        self.engine = create_async_engine(
            make_url(dsn).set(drivername="postgresql+asyncpg"),
            pool_size=smallest,
            max_overflow=largest - smallest,
        )
        self.session = async_sessionmaker(self.engine, expire_on_commit=False)

    async def close(self) -> None:
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


ADAPTER = SqlalchemyAdapter
