"""From nothing to the first row with psycopg 3, asynchronous."""

import asyncio
import sys
from collections.abc import Callable

import psycopg


def main(dsn: str, show: Callable[..., None] = print) -> None:
    """Connect, and show the id and the name of one row."""
    asyncio.run(first(dsn, show))


async def first(dsn: str, show: Callable[..., None]) -> None:
    """The same, on the loop."""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        query = "SELECT id, name FROM bench_psycopg_async WHERE id = %s"
        cursor = await connection.execute(query, (1,))
        show(*await cursor.fetchone() or ())


if __name__ == "__main__":
    main(sys.argv[1])
