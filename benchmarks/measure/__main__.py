"""Measure everything, and keep it for the site: all operations, all studies, instruction counts.

    python -m benchmarks.measure [--profile quick|regular|full] [--loop asyncio|uvloop]
    python -m benchmarks.measure --operations NAMES --studies NAMES
    python -m benchmarks.measure --show FILE

The first keeps what it measures in results/MACHINE/COMMIT-LOOP.jsonl, and goes on where an earlier
run was interrupted. It takes a clean tree and an engine built for measuring. The second measures a
part, prints it and keeps nothing; the third prints what was kept.

The exit status is 0 where all is measured, 1 where something could not be, 2 on misuse, and 130
after Ctrl-C.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import logs, termination

FAILED = 1
PROFILES = ("quick", "regular", "full")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, or show what was measured; returns the exit status."""
    options = parser().parse_args(arguments)
    try:
        # Here, since a package that is missing is to be told in one line.
        from benchmarks.measure.command import run
    except ImportError as error:
        if options.traceback:
            raise
        print(f"error: {error.name} is not installed; run make build-release", file=sys.stderr)
        return FAILED
    termination.on_sigterm()
    logs.keep_quiet()
    return run(options)


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    found = argparse.ArgumentParser(
        prog="python -m benchmarks.measure",
        description="Measure all operations and studies, and keep the figures for the site.",
        epilog="With --operations, --studies or --frameworks the part is printed, and not kept.",
    )
    found.add_argument(
        "--profile", choices=PROFILES, default="regular", help="how thorough (default: regular)"
    )
    found.add_argument("--loop", choices=("asyncio", "uvloop"), default="asyncio")
    found.add_argument(
        "--operations",
        default="",
        metavar="NAMES",
        help="only these operations: names, families, parts of names, or all; separated by commas",
    )
    found.add_argument(
        "--studies",
        default="",
        metavar="NAMES",
        help="only these studies, or all of them; separated by commas",
    )
    found.add_argument(
        "--frameworks", default="", metavar="NAMES", help="only these; separated by commas"
    )
    found.add_argument(
        "--machine",
        type=machine_name,
        metavar="NAME",
        help="name of this machine in results/ (default: its processor)",
    )
    found.add_argument(
        "--again", action="store_true", help="measure a commit that is measured already"
    )
    found.add_argument(
        "--show", type=Path, metavar="FILE", help="print what a file of results/ holds"
    )
    found.add_argument(
        "--traceback",
        action="store_true",
        help="show where an error came from, not only what it is",
    )
    return found


def machine_name(text: str) -> str:
    """A name that can be a folder's."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", text):
        raise argparse.ArgumentTypeError("must be of small letters, digits and hyphens")
    return text


if __name__ == "__main__":
    sys.exit(main())
