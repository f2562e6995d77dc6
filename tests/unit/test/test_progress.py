"""The bar, on a terminal and elsewhere."""

import contextlib
import os
import pty
import subprocess
import sys

import pytest

from tests.unit.test.conftest import Dbtest, Sample

GROUP = """
group = BenchmarkGroup("Find [One]", batch=20_000)

@group.add("ours")
def ours():
    print("printed by a benchmark")

register_group(group)
"""


def on_terminal(arguments: list[str]) -> str:
    """What a terminal shows of a command whose output goes there."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(arguments, stdout=theirs, stderr=theirs):
        os.close(theirs)
        shown = b""
        # Linux reports the end of the other side as an error.
        with contextlib.suppress(OSError):
            while data := os.read(ours, 4096):
                shown += data
    os.close(ours)
    return shown.decode()


def test_a_terminal_shows_a_bar_and_then_only_the_table(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample.bench("bench_find", GROUP)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    monkeypatch.setenv("TERM", "xterm")
    shown = on_terminal([sys.executable, "-m", "data_bridge.test"])
    assert "[1/1] Find [One]: ours, warm-up" in shown
    assert "round 3 of 3" in shown
    assert "printed by a benchmark" not in shown
    # The cursor is away while there is a bar, and back when the table is printed.
    assert shown.startswith("\x1b[?25l")
    assert "\x1b[?25h" in shown[shown.rindex("round 3 of 3") : shown.index("=====")]


def test_no_bar_elsewhere(sample: Sample, dbtest: Dbtest) -> None:
    sample.bench("bench_find", GROUP)
    result = dbtest()
    assert result.errlines == []
    assert "round" not in result.stdout.str()
