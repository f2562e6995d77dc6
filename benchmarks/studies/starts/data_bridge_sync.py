"""From nothing to the first row with data-bridge's synchronous driver."""

import sys
from collections.abc import Callable

from data_bridge.postgres import sync


def main(dsn: str, show: Callable[..., None] = print) -> None:
    """Connect, and show the id and the name of one row."""
    with sync.connect(dsn) as connection:
        row = connection.fetchrow("SELECT id, name FROM bench_data_bridge_sync WHERE id = $1", 1)
        if row is not None:
            show(row["id"], row["name"])


if __name__ == "__main__":
    main(sys.argv[1])
