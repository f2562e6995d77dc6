"""From how many rows on a second core helps to encode a bulk statement.

`python -m benchmarks.bulk_encoding` prints, for a growing number of rows, how long encoding takes
on one core and on all, in turn. The engine's threshold (`PARALLEL_ROWS`) is taken from it.
"""

import asyncio
import gc
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks import data
from benchmarks.server import server

ROWS = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
# Encoding happens in the call; what the server then does with the rows is as little as it can.
SQL = (
    "SELECT count(*) FROM"
    " unnest($1::text[], $2::text[], $3::int8[], $4::text[], $5::float8[], $6::bool[])"
)
COLUMNS = ("name", "email", "age", "city", "score", "active")


async def measure(connection: Any, rows: list[dict[str, Any]]) -> tuple[float, float]:
    """Encode the rows on one core and on all, in turn; give the medians, in seconds."""
    from data_bridge._engine import Columns

    times: dict[bool, list[float]] = {False: [], True: []}
    gc.collect()
    gc.disable()
    for _ in range(max(15, min(60, 400_000 // len(rows)))):
        for parallel, taken in times.items():
            arguments = Columns(rows, COLUMNS, None, parallel=parallel)
            start = perf_counter()
            reply = connection._engine.fetchval(SQL, arguments, 0)
            taken.append(perf_counter() - start)
            if await reply != len(rows):
                raise AssertionError("the server counted other rows than were sent")
    gc.enable()
    return median(times[False]), median(times[True])


async def main() -> None:
    """Print the table."""
    from data_bridge import postgres

    with server() as running:
        connection = await postgres.connect(running.dsn)
        print("     rows   one core   all cores   ratio")
        for number in ROWS:
            rows = [row._asdict() for row in data.rows(0, number)]
            one, all_cores = await measure(connection, rows)
            print(
                f"{number:9,} {one * 1e6:7.0f} us {all_cores * 1e6:8.0f} us {one / all_cores:7.2f}"
            )
        await connection.close()


if __name__ == "__main__":
    asyncio.run(main())
