"""From nothing to the first row with SQLAlchemy's ORM on asyncpg."""

import asyncio
import sys
from collections.abc import Callable

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The registry of the models."""


class User(Base):
    """A row, without the columns that nobody asks for."""

    __tablename__ = "bench_sqlalchemy"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


def main(dsn: str, show: Callable[..., None] = print) -> None:
    """Connect, and show the id and the name of one row."""
    asyncio.run(first(dsn, show))


async def first(dsn: str, show: Callable[..., None]) -> None:
    """The same, on the loop."""
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        show(user.id, user.name)
    await engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
