"""Stop a commit that makes something slower: build it and its base, and measure both in turn.

    python -m benchmarks.gate --base main [--head HEAD] [--operations NAMES] [--frameworks NAMES]

The exit status is 0 where nothing became slower, 1 where something did or works no more, 2 where it
could not be measured, and 130 after Ctrl-C. The last line says the same in words.
"""

import argparse
import signal
import sys
from collections.abc import Sequence

UNMEASURED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare two commits; returns the exit status."""
    options = parser().parse_args(arguments)
    # Ends the run as Ctrl-C does: what was measured is printed, and nothing is left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        # Here, since a package that is missing is to be told in one line.
        from benchmarks.gate.command import run
    except ImportError as error:
        if options.traceback:
            raise
        print(f"error: {error.name} is not installed; run make build", file=sys.stderr)
        return UNMEASURED
    return run(options)


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    found = argparse.ArgumentParser(
        prog="python -m benchmarks.gate",
        description="Say whether a commit is slower than its base.",
        epilog="Ends with 0: nothing is slower, 1: something is, or works no more, 2: not measured,"
        " 130: interrupted.",
    )
    found.add_argument(
        "--base",
        required=True,
        metavar="COMMIT",
        help="what it is compared with, main for instance",
    )
    found.add_argument(
        "--head",
        metavar="COMMIT",
        help="what may be slower (default: HEAD, in which the package's sources must be committed)",
    )
    found.add_argument(
        "--operations",
        default="",
        metavar="NAMES",
        help="names, families, parts of names, or all; separated by commas (default: the basic ones"
        " in which the client has a share)",
    )
    found.add_argument(
        "--frameworks",
        default="",
        metavar="NAMES",
        help="of ours; separated by commas (default: all three)",
    )
    found.add_argument(
        "--rounds", type=positive, metavar="N", help="exactly as many (default: until it is clear)"
    )
    found.add_argument(
        "--no-instructions", action="store_true", help="time only, and count no instructions"
    )
    found.add_argument(
        "--even-if-same", action="store_true", help="measure two commits of the same package, too"
    )
    found.add_argument(
        "--traceback",
        action="store_true",
        help="show where an error came from, not only what it is",
    )
    return found


def positive(text: str) -> int:
    """A number from 1 on."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return number


if __name__ == "__main__":
    sys.exit(main())
