"""From nothing to the first row with SQLAlchemy Core on asyncpg."""

import asyncio
import sys
from collections.abc import Callable

from sqlalchemy import Column, Integer, MetaData, Table, Text, make_url, select
from sqlalchemy.ext.asyncio import create_async_engine

users = Table(
    "bench_sqlalchemy_core",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", Text),
)


def main(dsn: str, show: Callable[..., None] = print) -> None:
    """Connect, and show the id and the name of one row."""
    asyncio.run(first(dsn, show))


async def first(dsn: str, show: Callable[..., None]) -> None:
    """The same, on the loop."""
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    async with engine.connect() as connection:
        row = (await connection.execute(select(users).where(users.c.id == 1))).one()
        show(row.id, row.name)
    await engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
