"""Flame graphs of the client: where the time of find one and find many goes, down to the kernel.

`python -m benchmarks.flame_graph [OPERATION...]` writes `docs/performance/OPERATION.svg` for each,
with hyphens; without arguments, for `find_one` and `find_many`. It needs perf (Debian:
linux-perf), inferno (`cargo install inferno`), Python 3.13 or later, and an engine with its
symbols: `CARGO_PROFILE_RELEASE_DEBUG=1 make build-release`.

Ends with 0; with 2, and one line that says why, where it cannot measure.
"""

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.adapters.adapter import Adapter
from benchmarks.frameworks import load
from benchmarks.operations import BY_NAME, Operation
from benchmarks.pinning import one_core
from benchmarks.server import ServerError, server
from benchmarks.tables import Tables

FRAMEWORK = "data_bridge_orm"
FOLDER = Path(__file__).parents[1] / "docs" / "performance"
SECONDS = 15
# Samples in a second of the client's CPU time, and bytes of the stack that each keeps.
FREQUENCY = "1997"
STACK = "dwarf,16384"
# The frame under which the event loop's turns lie; what is outside is start-up.
ROOT = "BaseEventLoop._run_once"
# How the interpreter calls things, between two frames that mean something.
PLUMBING = re.compile(
    r"py_trampoline_evaluator|_PyEval_EvalFrameDefault|cfunction_vectorcall_\w+|method_vectorcall\w*"
    r"|_?PyObject_(Vectorcall|Call)\w*|object_vacall|vectorcall_\w+|entry_SYSCALL_64\w*|\[unknown\]"
    r"|pyo3::impl_::trampoline::\w+|gen_send\w*|_PyFunction_Vectorcall|do_syscall_64|x64_sys_call"
)
# Thinner than this share, in percent, is not drawn.
THINNEST = 0.3


class FlameGraphError(Exception):
    """No graph can be made. The message is one line that says what to do."""


async def run(adapter: Adapter, operation: Operation, dsn: str, seconds: float) -> None:
    """Do an operation again and again: the process that is looked at."""
    await adapter.open(dsn)
    method = getattr(adapter, operation.method)
    end, k = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        await method(*operation.arguments(k))
        k += 1
    await adapter.close()


def check_tools() -> None:
    """See to it that all is there that is called.

    Raises:
        FlameGraphError: one of them is missing, or Python cannot name its frames to perf.
    """
    if sys.version_info < (3, 13):
        raise FlameGraphError("perf sees Python's frames from Python 3.13 on: use that or later")
    needed = {
        "perf": "install linux-perf",
        "inferno-collapse-perf": "cargo install inferno",
        "inferno-flamegraph": "cargo install inferno",
    }
    for tool, remedy in needed.items():
        if shutil.which(tool) is None:
            raise FlameGraphError(f"{tool} is not installed: {remedy}")


def call(command: Sequence[str | Path], given: str | None = None) -> str:
    """Run a program and give what it printed.

    Raises:
        FlameGraphError: it failed.
    """
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip() or "without a word").splitlines()[-1]
        raise FlameGraphError(f"{command[0]} failed: {reason}")
    return done.stdout


def record(dsn: str, name: str, folder: Path) -> str:
    """Run the operation under perf; give its stacks, one a line, with a count."""
    raw, injected = folder / "perf.data", folder / "perf.jit.data"
    client = [sys.executable, "-X", "perf_jit", "-m", "benchmarks.flame_graph"]
    how = ["-q", "-k", "1", "-e", "cpu-clock", "-F", FREQUENCY, "--call-graph", STACK]
    call(["perf", "record", *how, "-o", raw, *client, "--run", dsn, name, str(SECONDS)])
    # Joins the names that Python wrote down for its frames.
    call(["perf", "inject", "--jit", "-i", raw, "-o", injected])
    fields = "comm,pid,tid,time,event,ip,sym,dso"
    script = call(["perf", "script", "--no-inline", "-F", fields, "-i", injected])
    return call(["inferno-collapse-perf", "--kernel"], script)


def readable(frame: str) -> str | None:
    """A frame as it is drawn, None for one that says nothing; Python's end like JIT code's."""
    if match := re.fullmatch(r"py::(.+):(?:.*/)?([^/:]+)", frame):
        function, file = match.groups()
        return f"{function} ({file})_[j]"
    name = frame.removesuffix("_[k]")
    return None if PLUMBING.fullmatch(name) else frame


def cleaned(stacks: Iterable[str]) -> list[str]:
    """Stacks from the event loop's turn on, without plumbing and without this machine's paths."""
    counts: Counter[str] = Counter()
    for stack in stacks:
        frames, _, count = stack.rpartition(" ")
        named = [frame for frame in map(readable, frames.split(";")) if frame]
        roots = [i for i, frame in enumerate(named) if frame.startswith(ROOT)]
        if roots:
            counts[";".join(named[roots[0] :])] += int(count)
    return [f"{stack} {count}" for stack, count in sorted(counts.items())]


def draw(stacks: list[str], title: str) -> str:
    """The graph as SVG."""
    options = ["--title", title, "--countname", "samples", "--minwidth", str(THINNEST)]
    # Green is Python, yellow Rust, red C, orange the kernel.
    return call(["inferno-flamegraph", "--colors", "java", *options], "\n".join(stacks))


def make(names: Sequence[str]) -> None:
    """Write the graphs of some operations."""
    check_tools()
    for name in names:
        if name not in BY_NAME:
            raise FlameGraphError(f"there is no operation {name!r}")
    FOLDER.mkdir(exist_ok=True)
    table = load(FRAMEWORK).table
    with server() as running, Tables(running.dsn) as tables:
        tables.create(table)
        tables.restore(table)
        for name in names:
            with one_core(running.pid), tempfile.TemporaryDirectory() as folder:
                stacks = cleaned(record(running.dsn, name, Path(folder)).splitlines())
            title = f"{BY_NAME[name].title}: the client's time, of the event loop's turns"
            path = FOLDER / f"{name.replace('_', '-')}.svg"
            path.write_text(draw(stacks, title), encoding="utf-8")
            print(f"{path.relative_to(FOLDER.parents[1])}: {len(stacks)} different stacks")


def main(arguments: Sequence[str]) -> int:
    """The command."""
    if arguments[:1] == ["--run"]:
        dsn, name, seconds = arguments[1:]
        asyncio.run(run(load(FRAMEWORK)(), BY_NAME[name], dsn, float(seconds)))
        return 0
    try:
        make(arguments or ("find_one", "find_many"))
    except (FlameGraphError, ServerError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
