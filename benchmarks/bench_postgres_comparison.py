"""All frameworks side by side, on the same operations, checked: one table, and the targets.

    python benchmarks/bench_postgres_comparison.py [--operations NAMES] [--frameworks NAMES]

Needs no database: it starts an embedded server, unless DATABASE_URL names another.
"""

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROFILES = ("quick", "regular", "full")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a comparison; returns the exit status."""
    options = parser().parse_args(arguments)
    try:
        # Here, since a package that is missing is to be told in one line.
        from benchmarks import logs, termination
        from benchmarks.comparison.command import compare
    except ImportError as error:
        if options.traceback:
            raise
        print(f"error: {error.name} is not installed; run make build-release", file=sys.stderr)
        return 1
    termination.on_sigterm()
    logs.keep_quiet()
    return compare(options)


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    found = argparse.ArgumentParser(
        prog="bench_postgres_comparison.py",
        description="Compare PostgreSQL clients for Python on the same, verified operations.",
    )
    found.add_argument(
        "-k",
        "--operations",
        metavar="NAMES",
        default="",
        help="operations, families of them, parts of names, or all; separated by commas "
        "(default: basic)",
    )
    found.add_argument(
        "--frameworks",
        default="",
        metavar="NAMES",
        help="frameworks, separated by commas (default: all that are installed)",
    )
    found.add_argument(
        "--profile",
        choices=PROFILES,
        default="full",
        help="how many of each operation's rounds: 3 in 10, half, or all (default)",
    )
    found.add_argument(
        "--quick",
        action="store_const",
        dest="profile",
        const="quick",
        help="the same as --profile quick: a look, not a measurement",
    )
    found.add_argument("--rounds", type=positive, help="as many rounds of every operation")
    found.add_argument("--loop", choices=("asyncio", "uvloop"), default="asyncio")
    found.add_argument("--json", type=Path, metavar="FILE", help="write every sample to a file")
    found.add_argument(
        "--traceback",
        action="store_true",
        help="show where an error came from, not only what it is",
    )
    return found


def positive(text: str) -> int:
    """A number of rounds."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


if __name__ == "__main__":
    if not __package__:
        # Run by its path: the folder of this file gives way to the one that holds the package.
        with contextlib.suppress(ValueError):
            sys.path.remove(str(Path(__file__).resolve().parent))
        sys.path.insert(0, str(ROOT))
    sys.exit(main())
