"""From nothing to the first row with psqlpy."""

import asyncio
import sys
from collections.abc import Callable

import psqlpy


def main(dsn: str, show: Callable[..., None] = print) -> None:
    """Connect, and show the id and the name of one row."""
    asyncio.run(first(dsn, show))


async def first(dsn: str, show: Callable[..., None]) -> None:
    """The same, on the loop."""
    connection = await psqlpy.connect(dsn)
    found = await connection.fetch_row("SELECT id, name FROM bench_psqlpy WHERE id = $1", [1])
    row = found.result()
    show(row["id"], row["name"])
    connection.close()


if __name__ == "__main__":
    main(sys.argv[1])
