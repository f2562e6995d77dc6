"""Runs studies, and prints what they found.

    python -m benchmarks.studies [NAME ...] [--profile PROFILE] [--frameworks NAMES] [--loop LOOP]

Needs no database: it starts an embedded server, unless DATABASE_URL names another. The exit status
is 1 where a framework has no figures of something, 2 where there is no such study or framework.
"""

import argparse
import sys
from collections.abc import Sequence

from benchmarks import frameworks, logs, termination
from benchmarks.measurement import LOOPS
from benchmarks.studies.catalogue import BY_NAME
from benchmarks.studies.study import PROFILES

FAILED = 1
MISUSED = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the studies that are asked for; returns the exit status."""
    options = parser().parse_args(arguments)
    unknown = [name for name in options.names if name not in BY_NAME]
    if unknown:
        known = ", ".join(BY_NAME)
        print(f"error: there is no study {unknown[0]!r}; choose from {known}", file=sys.stderr)
        return MISUSED
    try:
        chosen = frameworks.select(options.frameworks.split(",")) if options.frameworks else None
    except frameworks.UnknownFrameworkError as error:
        print(f"error: {error}", file=sys.stderr)
        return MISUSED
    termination.on_sigterm()
    logs.keep_quiet()
    try:
        from benchmarks.comparison.trouble import explain
        from benchmarks.studies.command import run
    except ImportError as error:
        print(f"error: {error.name} is not installed; run make build-release", file=sys.stderr)
        return FAILED
    studies = [
        study for name, study in BY_NAME.items() if not options.names or name in options.names
    ]
    try:
        return run(studies, chosen or frameworks.names(), options.loop, options.profile)
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        if options.traceback:
            raise
        print(f"error: {explain(error)}", file=sys.stderr)
        return FAILED


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    found = argparse.ArgumentParser(
        prog="python -m benchmarks.studies",
        description="Answer questions about PostgreSQL clients that one call's time does not.",
        epilog="Studies: " + "; ".join(f"{name}: {one.question}" for name, one in BY_NAME.items()),
    )
    found.add_argument("names", nargs="*", metavar="NAME", help="studies (default: all)")
    found.add_argument("--profile", choices=PROFILES, default="quick", help="how thorough")
    found.add_argument(
        "--frameworks",
        default="",
        metavar="NAMES",
        help="frameworks, separated by commas (default: all that are installed)",
    )
    found.add_argument("--loop", choices=LOOPS, default="asyncio")
    found.add_argument(
        "--traceback",
        action="store_true",
        help="show where an error came from, not only what it is",
    )
    return found


if __name__ == "__main__":
    sys.exit(main())
