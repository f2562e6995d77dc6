"""The command `dbtest`: its options, handed to pytest."""

import argparse
import sys
from collections.abc import Sequence

_DESCRIPTION = "Run benchmark groups side by side and say who wins."
_EPILOG = """
examples:
  dbtest tests/postgres/benchmarks/
  dbtest tests/postgres/benchmarks/bench_insert.py
  dbtest tests/postgres/benchmarks/ -k "Insert One"
  dbtest "tests/postgres/benchmarks/bench_find.py::Find One"

Other options, written --name=value, go to pytest (--junitxml=FILE, --collect-only, -x).
exit codes: 0 all measured, 1 something failed, 2 interrupted, 4 usage, 5 no benchmarks.
"""

# pytest's settings, whatever the project's tests have: no coverage, no workers, no second loop.
_PYTEST = (
    *("-p", "data_bridge.test.plugin"),
    *("-p", "no:asyncio"),
    *("-p", "no:sugar"),
    *("-o", "addopts="),
    *("-o", "python_files=bench_*.py"),
    "--continue-on-collection-errors",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit code."""
    translated = translate(sys.argv[1:] if arguments is None else arguments)
    try:
        # They may not be installed: they come with data-bridge[test].
        import pytest  # noqa: PLC0415
        import rich  # noqa: F401, PLC0415
    except ImportError as error:
        todo = 'uv pip install "data-bridge[test]"'
        print(f"ERROR: dbtest needs {error.name}: {todo}", file=sys.stderr)
        return 4
    return int(pytest.main(translated))


def translate(arguments: Sequence[str]) -> list[str]:
    """What pytest is called with for these arguments of `dbtest`."""
    options, others = _parser().parse_known_args(arguments)
    translated = [*_PYTEST, *others]
    if options.k:
        translated.append(f"--dbtest-select={options.k}")
    if options.traceback:
        translated.append("--dbtest-traceback")
    if options.verbose:
        translated.append("--dbtest-throughput")
    return [*translated, *(options.paths or ["."])]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dbtest",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="folders, files, or FILE::GROUP; here by default"
    )
    parser.add_argument(
        "-k", metavar="EXPR", help='groups by name: "Insert One", "insert and not bulk"'
    )
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="show operations a second as well"
    )
    parser.add_argument("--traceback", action="store_true", help="show tracebacks of what failed")
    return parser
