"""From nothing to the first row with data-bridge's driver."""

import asyncio
import sys
from collections.abc import Callable

from data_bridge import postgres


def main(dsn: str, show: Callable[..., None] = print) -> None:
    """Connect, and show the id and the name of one row."""
    asyncio.run(first(dsn, show))


async def first(dsn: str, show: Callable[..., None]) -> None:
    """The same, on the loop."""
    connection = await postgres.connect(dsn)
    row = await connection.fetchrow(
        "SELECT id, name FROM bench_data_bridge_driver WHERE id = $1", 1
    )
    if row is not None:
        show(row["id"], row["name"])
    await connection.close()


if __name__ == "__main__":
    main(sys.argv[1])
