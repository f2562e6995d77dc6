"""Count the instructions of the client's calls, and print a table.

python -m benchmarks.instructions [--operations NAMES] [--frameworks NAMES] [--json FILE]
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.instructions.counting import Count, Subject, counts
from benchmarks.instructions.plan import FRAMEWORKS, PLANS
from benchmarks.instructions.valgrind import InstructionsError

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Count; returns 0, or 1 where something could not be counted, or 2 for a wrong option."""
    options = parser().parse_args(arguments)
    subjects = [
        (operation, name) for operation in options.operations for name in options.frameworks
    ]
    found: dict[Subject, Count] = {}

    def tick(subject: Subject, count: Count) -> None:
        found[subject] = count
        if sys.stderr.isatty():
            print(f"\r{len(found)} of {len(subjects)} ", end="", file=sys.stderr, flush=True)

    failure: str | None = None
    interrupted = False
    try:
        counts(subjects, options.packages, tick)
    except InstructionsError as error:
        failure = str(error)
    except KeyboardInterrupt:
        interrupted = True
    if sys.stderr.isatty():
        print("\r", end="", file=sys.stderr)
    show(found, options.operations, options.frameworks)
    try:
        if options.json is not None:
            options.json.write_text(json.dumps(exported(found), indent=1) + "\n")
    except OSError as error:
        failure = f"{options.json} could not be written: {error.strerror}"
    if interrupted:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    for (operation, framework), count in sorted(found.items()):
        if isinstance(count, InstructionsError):
            failure = f"{operation}, {framework}: {count}"
            print(f"error: {failure}", file=sys.stderr)
    if failure is not None and not found:
        print(f"error: {failure}", file=sys.stderr)
    return 0 if failure is None else 1


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    found = argparse.ArgumentParser(
        prog="python -m benchmarks.instructions",
        description="Count the instructions of data-bridge's side of database operations.",
    )
    found.add_argument(
        "--operations",
        type=names(tuple(PLANS)),
        default=tuple(PLANS),
        metavar="NAMES",
        help=f"separated by commas (default: {','.join(PLANS)})",
    )
    found.add_argument(
        "--frameworks",
        type=names(FRAMEWORKS),
        default=FRAMEWORKS,
        metavar="NAMES",
        help=f"separated by commas (default: {','.join(FRAMEWORKS)})",
    )
    found.add_argument(
        "--packages",
        type=Path,
        metavar="FOLDER",
        help="where data-bridge is installed (default: where this Python has it)",
    )
    found.add_argument("--json", type=Path, metavar="FILE", help="write the counts to a file")
    return found


def names(known: Sequence[str]) -> Callable[[str], list[str]]:
    """Reads a list of names, separated by commas, out of those that there are."""

    def read(text: str) -> list[str]:
        asked = [name.strip().replace("-", "_") for name in text.split(",")]
        for name in asked:
            if name not in known:
                raise argparse.ArgumentTypeError(
                    f"there is no {name!r}; choose from {', '.join(known)}"
                )
        return [name for name in known if name in asked]

    return read


def show(
    found: Mapping[Subject, Count], operations: Sequence[str], frameworks: Sequence[str]
) -> None:
    """Print what was counted, an operation a line."""
    if not found:
        return
    width = max(len(name) for name in operations)
    print(" " * width, *(f"{name:>20}" for name in frameworks))
    for operation in operations:
        cells = [found.get((operation, name)) for name in frameworks]
        shown = [f"{cell:,}" if isinstance(cell, int) else "-" for cell in cells]
        print(f"{operation:{width}}", *(f"{cell:>20}" for cell in shown))


def exported(found: Mapping[Subject, Count]) -> dict[str, dict[str, int | str]]:
    """The counts by operation and framework; why there is none, where there is none."""
    result: dict[str, dict[str, int | str]] = {}
    for (operation, framework), count in sorted(found.items()):
        value = count if isinstance(count, int) else str(count)
        result.setdefault(operation, {})[framework] = value
    return result


if __name__ == "__main__":
    sys.exit(main())
