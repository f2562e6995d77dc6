"""From nothing to the first row with psycopg 3."""

import sys
from collections.abc import Callable

import psycopg


def main(dsn: str, show: Callable[..., None] = print) -> None:
    """Connect, and show the id and the name of one row."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        query = "SELECT id, name FROM bench_psycopg WHERE id = %s"
        row = connection.execute(query, (1,)).fetchone()
        show(*row or ())


if __name__ == "__main__":
    main(sys.argv[1])
