"""The command `dbtest`: its options, handed to pytest."""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

_DESCRIPTION = "Run benchmark groups side by side and say who wins."
_EPILOG = """
examples:
  dbtest tests/postgres/benchmarks/
  dbtest tests/postgres/benchmarks/ -k "Insert One"
  dbtest "tests/postgres/benchmarks/bench_find.py::Find One"
  dbtest -o report.html -o run.json
  dbtest --against run.json --fail-slower 10

Other options, written --name=value, go to pytest (--junitxml=FILE, -p PLUGIN, -s).
exit codes: 0 all measured, 1 something failed, 2 interrupted, 3 internal error, 4 usage,
5 no benchmarks.
"""
# pytest's own code for what it cannot understand.
_USAGE_ERROR = 4

# pytest's settings, whatever the project's tests have: no coverage, no workers, no second loop.
_PYTEST = (
    *("-p", "data_bridge.test.plugin"),
    *("-p", "no:asyncio"),
    *("-p", "no:sugar"),
    *("-o", "addopts="),
    *("-o", "python_files=bench_*.py"),
    # The tables stand in a JUnit report as well.
    *("-o", "junit_logging=system-out"),
    "--continue-on-collection-errors",
)


# Options without and with a value, and what the plugin calls them.
_FLAGS = {
    "memory": "--dbtest-memory",
    "list": "--dbtest-list",
    "traceback": "--dbtest-traceback",
    "verbose": "--dbtest-throughput",
    "exitfirst": "--exitfirst",
}
_VALUES = {
    "k": "--dbtest-select",
    "format": "--dbtest-format",
    "baseline": "--dbtest-baseline",
    "rounds": "--dbtest-rounds",
    "against": "--dbtest-against",
    "fail_slower": "--dbtest-fail-slower",
}


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
        return _USAGE_ERROR
    return int(pytest.main(translated))


def translate(arguments: Sequence[str]) -> list[str]:
    """What pytest is called with for these arguments of `dbtest`."""
    options, others = _parser().parse_known_args(arguments)
    given = vars(options)
    translated = [*_PYTEST, *others]
    translated += [option for name, option in _FLAGS.items() if given[name]]
    for name, option in _VALUES.items():
        if given[name] is not None:
            translated.append(f"{option}={given[name]}")
    translated += [f"--dbtest-output={file}" for file in options.output]
    if options.list:
        translated.append("--collect-only")
    return [*translated, *(options.paths or ["."])]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """End as pytest does for the options that it knows."""
        self.exit(_USAGE_ERROR, f"ERROR: {message}; dbtest --help shows the options\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
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
    parser.add_argument(
        "--format",
        metavar="FORMAT",
        help="console, json, markdown or html; by default what the ending of FILE says, or console",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        action="append",
        default=[],
        help="write the report there, beside the tables on the console; may be given again",
    )
    parser.add_argument(
        "--list", action="store_true", help="list the groups and their implementations, and end"
    )
    parser.add_argument(
        "--baseline", metavar="NAME", help="the implementation that the others are held against"
    )
    parser.add_argument("--rounds", metavar="N", help="timed rounds, in place of the schedule's")
    parser.add_argument(
        "--against", metavar="FILE", help="compare with a run that --format json has saved"
    )
    parser.add_argument(
        "--fail-slower",
        metavar="PERCENT",
        help="end with 1 if something is slower than in --against by more than this",
    )
    parser.add_argument(
        "--memory", action="store_true", help="measure the peak memory of calls as well"
    )
    parser.add_argument("-x", "--exitfirst", action="store_true", help="stop at the first failure")
    parser.add_argument("--traceback", action="store_true", help="show tracebacks of what failed")
    return parser
