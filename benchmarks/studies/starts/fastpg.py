"""From nothing to the first row with fastpg."""

import asyncio
import sys
from collections.abc import Callable

import fastpg


def main(dsn: str, show: Callable[..., None] = print) -> None:
    """Connect, and show the id and the name of one row."""
    asyncio.run(first(dsn, show))


async def first(dsn: str, show: Callable[..., None]) -> None:
    """The same, on the loop."""
    pool = await fastpg.create_pool(dsn, min_size=1, max_size=1)
    show(*await pool.select_one("SELECT id, name FROM bench_fastpg WHERE id = $1", 1))
    await pool.close()


if __name__ == "__main__":
    main(sys.argv[1])
