"""From nothing to the first row with psycopg2."""

import sys
from collections.abc import Callable

import psycopg2


def main(dsn: str, show: Callable[..., None] = print) -> None:
    """Connect, and show the id and the name of one row."""
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM bench_psycopg2 WHERE id = %s", (1,))
        show(*cursor.fetchone() or ())
    connection.close()


if __name__ == "__main__":
    main(sys.argv[1])
