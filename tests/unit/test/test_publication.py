"""Reports of real runs: where they go, and what is in them when a run does not end well."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.unit.test.conftest import Dbtest, Sample

GROUPS = """
import os
SLOWNESS = float(os.environ.get("SLOWNESS", 1))

for name in ("Insert One", "Find One"):
    group = BenchmarkGroup(name, batch=20_000)

    @group.add("ours")
    def ours(spend): spend(1 * SLOWNESS)

    @group.add("asyncpg")
    def asyncpg(spend): spend(2)

    register_group(group)
"""


@pytest.fixture
def groups(sample: Sample) -> Sample:
    sample.bench("bench_users", GROUPS)
    return sample


def saved(sample: Sample, name: str = "run.json") -> Any:
    return json.loads((sample.path / name).read_text())


def test_stdout_gets_the_report_and_nothing_else(groups: Sample, dbtest: Dbtest) -> None:
    read = json.loads(dbtest("--format", "json").stdout.str())
    assert [each["title"] for each in read["groups"]] == ["Insert One", "Find One"]
    assert read["state"] == "complete"
    assert dbtest("--format", "markdown").outlines[0] == "## Benchmarks"
    assert dbtest("--format", "html").outlines[0] == "<!doctype html>"
    assert dbtest("--format", "console").outlines == dbtest().outlines


def test_files_get_the_format_of_their_ending_and_the_console_its_tables(
    groups: Sample, dbtest: Dbtest
) -> None:
    names = ["run.json", "run.md", "run.html", "run.txt"]
    result = dbtest(*(word for name in names for word in ("-o", name)))
    assert result.ret == 0
    assert "Winner: ours (2.00x faster than baseline)" in result.outlines
    assert [line for line in result.outlines if line.startswith("Report: ")] == [
        f"Report: {name}" for name in names
    ]
    starts = {name: (groups.path / name).read_text()[:10] for name in names}
    assert starts == {
        "run.json": '{\n  "forma',
        "run.md": "## Benchma",
        "run.html": "<!doctype ",
        "run.txt": "==========",
    }
    dbtest("--format", "markdown", "-o", "run.html")
    assert (groups.path / "run.html").read_text().startswith("## Benchmarks")


def test_an_earlier_run_is_compared_with(
    groups: Sample, dbtest: Dbtest, monkeypatch: pytest.MonkeyPatch
) -> None:
    dbtest("-o", "base.json")
    monkeypatch.setenv("SLOWNESS", "1.2")
    result = dbtest("--against", "base.json", "-o", "run.json")
    # Slower is no failure, unless it is asked to be one.
    assert result.ret == 0
    assert result.outlines.count("Against base.json:") == 2
    assert "  ours           : 1.20x slower   (1.20x to 1.20x)" in result.outlines
    assert "  asyncpg        : equal          (1.00x to 1.00x)" in result.outlines
    ours = saved(groups)["groups"][0]["implementations"][0]
    assert ours["against"]["verdict"] == "slower"

    result = dbtest("--against", "base.json", "--fail-slower", "10")
    assert result.ret == 1
    assert result.errlines == [
        f"ERROR: {name}, ours: slower than in base.json by more than 10 % (1.20x to 1.20x)"
        for name in ("Insert One", "Find One")
    ]
    assert dbtest("--against", "base.json", "--fail-slower", "25%").ret == 0


def test_groups_that_the_earlier_run_lacks(groups: Sample, dbtest: Dbtest) -> None:
    dbtest("-o", "base.json", "-k", "Find One")
    result = dbtest("--against", "base.json")
    assert result.ret == 0
    assert result.errlines == [
        "note: base.json has no 'bench_users.py::Insert One' to compare with"
    ]
    assert "Against base.json: nothing to compare with" in result.outlines
    result = dbtest("--against", "base.json", "-k", "Insert One")
    assert result.ret == 4
    error = "ERROR: base.json is of other groups: it has bench_users.py::Find One; "
    error += "this run has bench_users.py::Insert One"
    assert list(filter(None, result.errlines)) == [error]


def test_what_failed_elsewhere_is_in_the_report(groups: Sample, dbtest: Dbtest) -> None:
    groups.bench("bench_broken", "import no_such_driver")
    assert dbtest("-o", "run.json").ret == 1
    (error,) = saved(groups)["errors"]
    assert error == "bench_broken.py: ModuleNotFoundError: No module named 'no_such_driver'"
    assert len(saved(groups)["groups"]) == 2


def test_a_report_that_cannot_be_written_in_the_end_is_a_failure(
    groups: Sample, dbtest: Dbtest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setenv("TMPDIR", str(groups.path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(os, "fsync", full)
    result = dbtest("-o", "run.json")
    assert result.ret == 1
    (line,) = result.errlines
    words, _, rescued = line.partition("; the report is in ")
    assert words == "ERROR: cannot write run.json: No space left on device"
    assert json.loads(Path(rescued).read_text())["state"] == "complete"
    assert not (groups.path / "run.json").exists()


def test_a_run_stopped_at_a_failure_says_so(groups: Sample, dbtest: Dbtest) -> None:
    source = (groups.path / "bench_users.py").read_text()
    (groups.path / "bench_users.py").write_text(source.replace("spend(2)", "1 / 0"))
    dbtest("-x", "-o", "run.json")
    run = saved(groups)
    assert run["state"] == "stopped"
    assert [each["title"] for each in run["groups"]] == ["Insert One"]


ENDLESS = """
import time

quick = BenchmarkGroup("Quick", batch=20_000)
quick.add("ours")(lambda: None)
register_group(quick)

slow = BenchmarkGroup("Slow", batch=20_000)
calls = []

@slow.add("ours")
def ours():
    calls.append(1)
    if len(calls) == 6:
        note("here")
        time.sleep(60)

register_group(slow)
"""
# A shell's background jobs ignore SIGINT, and their children with them.
DBTEST = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from data_bridge.test.cli import main
sys.exit(main(["-o", "run.json", "-o", "run.html"]))
"""


@pytest.mark.parametrize(
    ("how", "code", "state", "rounds"),
    [(signal.SIGINT, 2, "interrupted", [3, 1]), (signal.SIGKILL, -9, "unfinished", [3])],
)
def test_a_run_that_does_not_end_leaves_what_it_measured(
    sample: Sample, how: signal.Signals, code: int, state: str, rounds: list[int]
) -> None:
    sample.bench("bench_endless", ENDLESS)
    with subprocess.Popen(
        [sys.executable, "-c", DBTEST],
        cwd=sample.path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
    ) as running:
        deadline = time.monotonic() + 60
        while not (sample.path / "notes").exists():
            assert time.monotonic() < deadline
            assert running.poll() is None
            time.sleep(0.01)
        running.send_signal(how)
        assert running.wait(30) == code
    run = saved(sample)
    assert run["state"] == state
    done = [len(each["implementations"][0]["samples_ns"]) for each in run["groups"]]
    assert done == rounds
    assert [each["interrupted"] for each in run["groups"]] == [False, True][: len(rounds)]
    page = (sample.path / "run.html").read_text()
    assert f"This run is {state}." in page
    assert page.endswith("</html>")


def test_a_run_that_measured_nothing_leaves_an_older_report_alone(
    groups: Sample, dbtest: Dbtest
) -> None:
    dbtest("-o", "run.json")
    groups.conftest(
        """
@pytest.fixture(autouse=True)
def server():
    pytest.exit("the server is gone", 1)
"""
    )
    result = dbtest("-o", "run.json")
    assert result.ret == 1
    assert result.errlines == ["ERROR: the server is gone"]
    assert saved(groups)["state"] == "complete"
