"""From nothing to the first row with Piccolo."""

import asyncio
import sys
from collections.abc import Callable

from piccolo.columns import BigSerial, Text
from piccolo.engine.postgres import PostgresEngine
from piccolo.table import Table


class User(Table, tablename="bench_piccolo"):
    """A row, without the columns that nobody asks for."""

    id: BigSerial = BigSerial(primary_key=True)
    name = Text()


def main(dsn: str, show: Callable[..., None] = print) -> None:
    """Connect, and show the id and the name of one row."""
    asyncio.run(first(dsn, show))


async def first(dsn: str, show: Callable[..., None]) -> None:
    """The same, on the loop."""
    User._meta.db = PostgresEngine(config={"dsn": dsn})
    user = await User.objects().where(User.id == 1).first()
    if user is not None:
        show(user.id, user.name)


if __name__ == "__main__":
    main(sys.argv[1])
