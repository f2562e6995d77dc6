"""From nothing to the first row with data-bridge's ORM."""

import asyncio
import sys
from collections.abc import Callable

from data_bridge.postgres import Column, Table, close, init


class User(Table):
    """A row, without the columns that nobody asks for."""

    id: int | None = Column(primary_key=True, default=None)
    name: str

    class Settings:
        """Where the rows are."""

        table_name = "bench_data_bridge_orm"


def main(dsn: str, show: Callable[..., None] = print) -> None:
    """Connect, and show the id and the name of one row."""
    asyncio.run(first(dsn, show))


async def first(dsn: str, show: Callable[..., None]) -> None:
    """The same, on the loop."""
    await init(dsn, min_connections=1)
    user = await User.get(1)
    if user is not None:
        show(user.id, user.name)
    await close()


if __name__ == "__main__":
    main(sys.argv[1])
