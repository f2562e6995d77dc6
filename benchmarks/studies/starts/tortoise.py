"""From nothing to the first row with Tortoise ORM on asyncpg."""

import asyncio
import sys
from collections.abc import Callable

from tortoise import Tortoise, fields
from tortoise.models import Model


class User(Model):
    """A row, without the columns that nobody asks for."""

    id = fields.BigIntField(primary_key=True)
    name = fields.TextField()

    class Meta:
        """Where the rows are."""

        table = "bench_tortoise"


def main(dsn: str, show: Callable[..., None] = print) -> None:
    """Connect, and show the id and the name of one row."""
    asyncio.run(first(dsn, show))


async def first(dsn: str, show: Callable[..., None]) -> None:
    """The same, on the loop."""
    await Tortoise.init(db_url=dsn, modules={"models": [User.__module__]})
    user = await User.get(id=1)
    show(user.id, user.name)
    await Tortoise.close_connections()


if __name__ == "__main__":
    main(sys.argv[1])
