"""Runs the script of one framework in this process, as new as can be, and says how long it took.

    python -I start_process.py LOOP SCRIPT DSN CALLS

One line of JSON, in nanoseconds: when the interpreter was ready, when the script's imports were
done, when the first row was there (all of the monotonic clock, which the starter's is), how long
each further connection with its first row took, and the row. Nothing is imported before the script
but what every interpreter has.
"""

import sys
import time


def main(loop: str, path: str, dsn: str, calls: int) -> None:
    """Import the script, then run it once, and `calls` times more."""
    ready = time.monotonic_ns()
    # A module, since models look for the one that they are declared in.
    script = type(sys)("start")
    sys.modules[script.__name__] = script
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib would be an import
        exec(compile(file.read(), path, "exec"), script.__dict__)  # noqa: S102 - one of our own
    imported = time.monotonic_ns()
    if loop == "uvloop":
        # Together with the import, as it is for a program that chooses this loop.
        import asyncio

        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    shown: list[tuple[int, tuple[object, ...]]] = []

    def show(*values: object) -> None:
        shown.append((time.monotonic_ns(), values))

    script.main(dsn, show)
    again = []
    for _ in range(calls):
        begin = time.monotonic_ns()
        script.main(dsn, show)
        again.append(shown[-1][0] - begin)
    first, row = shown[0]
    import json

    answer = {"ready": ready, "imported": imported, "first": first, "again": again, "row": row}
    print(json.dumps(answer))


if __name__ == "__main__":
    _, loop, path, dsn, calls = sys.argv
    main(loop, path, dsn, int(calls))
