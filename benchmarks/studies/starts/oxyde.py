"""From nothing to the first row with Oxyde."""

import asyncio
import sys
from collections.abc import Callable

from oxyde import Field, Model, db


class User(Model):
    """A row, without the columns that nobody asks for."""

    id: int | None = Field(default=None, db_pk=True)
    name: str

    class Meta:
        """Where the rows are."""

        is_table = True
        table_name = "bench_oxyde"


def main(dsn: str, show: Callable[..., None] = print) -> None:
    """Connect, and show the id and the name of one row."""
    # It refuses a URI that leaves the host to its parameters.
    asyncio.run(first(dsn.replace("@/", "@localhost/"), show))


async def first(dsn: str, show: Callable[..., None]) -> None:
    """The same, on the loop."""
    await db.init(default=dsn)
    user = await User.objects.get(id=1)
    show(user.id, user.name)
    await db.close()


if __name__ == "__main__":
    main(sys.argv[1])
