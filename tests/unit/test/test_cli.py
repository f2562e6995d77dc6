"""The command: what it runs, how it fails, its exit codes."""

import os
import subprocess
import sys
import textwrap

import pytest

from data_bridge.test.cli import main, translate
from tests.unit.test.conftest import HEAD, Dbtest, Sample

GROUP = """
for name in {names!r}:
    group = BenchmarkGroup(name, batch=20_000)
    group.add("ours")(lambda: note("called"))
    register_group(group)
"""


# A shell's background jobs ignore SIGINT, and their children with them.
INTERRUPTIBLE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from data_bridge.test.cli import main
sys.exit(main([]))
"""


@pytest.fixture
def names(sample: Sample) -> list[str]:
    sample.bench("bench_insert", GROUP.format(names=["Insert One", "Bulk Insert"]))
    sample.bench("bench_find", GROUP.format(names=["Find One"]))
    return ["Find One", "Insert One", "Bulk Insert"]


def ran(result: pytest.RunResult) -> list[str]:
    start = "Benchmark: "
    return [line.removeprefix(start) for line in result.outlines if line.startswith(start)]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["Find One", "Insert One", "Bulk Insert"]),
        (["."], ["Find One", "Insert One", "Bulk Insert"]),
        (["bench_find.py"], ["Find One"]),
        (["bench_insert.py", "bench_find.py"], ["Insert One", "Bulk Insert", "Find One"]),
        (["-k", "Insert One"], ["Insert One"]),
        ([".", "-k", "one and not find"], ["Insert One"]),
        (["-k", "bench_find"], ["Find One"]),
        (["bench_insert.py::Bulk Insert"], ["Bulk Insert"]),
    ],
)
def test_paths_and_names_choose(
    names: list[str], dbtest: Dbtest, arguments: list[str], expected: list[str]
) -> None:
    result = dbtest(*arguments)
    assert ran(result) == expected
    assert result.ret == 0


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["missing.py"], 4, "ERROR: file or directory not found: missing.py"),
        (["bench_find.py::Nothing"], 4, "ERROR: not found: *bench_find.py::Nothing"),
        (["-k", "insert and"], 4, "ERROR: Wrong expression passed to '-k': insert and: *"),
        (["--no-such-option"], 4, "dbtest: error: unrecognized arguments: --no-such-option"),
        (
            ["-k", "Delete"],
            5,
            "ERROR: no group matches -k 'Delete'; there are: Find One, Insert One, Bulk Insert",
        ),
        (["empty"], 5, "ERROR: no benchmarks: no bench_*.py there registers a group"),
    ],
)
def test_what_cannot_be_run_is_said_in_a_line(
    names: list[str], sample: Sample, dbtest: Dbtest, arguments: list[str], code: int, line: str
) -> None:
    sample.pytester.mkdir("empty")
    result = dbtest(*arguments)
    assert result.ret == code
    assert result.outlines == []
    result.stderr.fnmatch_lines([line])
    assert "Traceback" not in result.stderr.str()


def test_a_file_that_cannot_be_imported_does_not_stop_the_others(
    names: list[str], sample: Sample, dbtest: Dbtest
) -> None:
    sample.bench("bench_broken", "import no_such_driver")
    sample.bench("bench_wrong", "def (")
    result = dbtest()
    assert result.ret == 1
    assert ran(result) == names
    result.stderr.fnmatch_lines(
        [
            "ERROR: bench_broken.py: ModuleNotFoundError: No module named 'no_such_driver'",
            "ERROR: bench_wrong.py: SyntaxError: *",
            "hint: install it: uv pip install no_such_driver",
        ],
        consecutive=True,
    )
    assert len(result.errlines) == 3


def test_a_conftest_that_cannot_be_imported(sample: Sample, dbtest: Dbtest) -> None:
    sample.conftest("import no_such_driver")
    result = dbtest()
    assert result.ret == 4
    why = "ModuleNotFoundError: No module named 'no_such_driver'"
    todo = "install it: uv pip install no_such_driver"
    result.stderr.fnmatch_lines([f"ERROR: *conftest.py: {why}; {todo}"])
    assert "Traceback" not in result.stderr.str()


def test_what_exits_when_it_is_imported_is_one_line(
    names: list[str], sample: Sample, dbtest: Dbtest
) -> None:
    assert names
    sample.bench("bench_exit", "raise SystemExit('set DATABASE_URL')")
    result = dbtest("-k", "Find One")
    assert result.ret == 1
    assert result.errlines == ["ERROR: bench_exit.py: SystemExit: set DATABASE_URL"]
    assert "Benchmark: Find One" in result.outlines
    sample.conftest("raise SystemExit('set DATABASE_URL')")
    result = dbtest()
    assert result.ret == 4
    words = "ERROR: *conftest.py ended the run: SystemExit: set DATABASE_URL"
    result.stderr.fnmatch_lines([words])
    assert "Traceback" not in result.stderr.str()


def test_workers_are_refused(names: list[str], dbtest: Dbtest) -> None:
    pytest.importorskip("xdist")
    assert names
    result = dbtest("-n2")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["ERROR: dbtest measures in one process*leave out*-n, --dist*"])
    assert result.outlines == []
    assert dbtest("-n0", "--list").ret == 0


@pytest.mark.parametrize("wanted", [True, False])
def test_tracebacks_only_when_asked_for(sample: Sample, dbtest: Dbtest, wanted: bool) -> None:
    sample.bench("bench_bad", "def bad(): return 1 / 0\n" + GROUP.format(names=["Bad"]))
    source = (sample.path / "bench_bad.py").read_text().replace('lambda: note("called")', "bad")
    (sample.path / "bench_bad.py").write_text(source)
    result = dbtest(*["--traceback"] * wanted)
    assert result.ret == 1
    assert ("def bad(): return 1 / 0" in result.stderr.str()) is wanted


def test_throughput_when_asked_for(names: list[str], dbtest: Dbtest) -> None:
    assert "ops/s" in dbtest("-v", "-k", "Find One").stdout.str()
    assert "ops/s" not in dbtest("-k", "Find One").stdout.str()


def test_the_projects_settings_for_its_tests_do_not_reach_benchmarks(
    names: list[str], sample: Sample, dbtest: Dbtest
) -> None:
    sample.pytester.makepyprojecttoml(
        """
        [tool.pytest.ini_options]
        addopts = "--strict-config --no-such-plugins-option -q"
        asyncio_mode = "auto"
        asyncio_default_fixture_loop_scope = "function"
        filterwarnings = ["error"]
        python_files = ["check_*.py"]
        testpaths = ["elsewhere"]
        """
    )
    result = dbtest()
    assert ran(result) == names
    assert result.ret == 0


def test_pytest_alone_collects_no_benchmarks(names: list[str], sample: Sample) -> None:
    assert (
        sample.pytester.runpytest_inprocess("-p", "no:asyncio").ret
        == pytest.ExitCode.NO_TESTS_COLLECTED
    )


@pytest.mark.parametrize("name", ["pytest", "rich"])
def test_what_is_not_installed_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    assert main([]) == 4
    assert capsys.readouterr().err.startswith(f"ERROR: dbtest needs {name}: uv pip install")


def test_other_options_go_to_pytest() -> None:
    translated = translate(["here", "--junitxml=report.xml", "-s"])
    assert translated[-3:] == ["--junitxml=report.xml", "-s", "here"]


def test_an_interrupt_clears_up_and_shows_what_there_is(sample: Sample) -> None:
    sample.conftest(
        """
@pytest.fixture(scope="session")
async def pool():
    yield
    note("closed")
"""
    )
    body = """
        import itertools, os, signal
        from conftest import note

        group = BenchmarkGroup("Slow", batch=20_000)
        count = itertools.count()

        @group.add("ours")
        async def ours(pool, spend):
            spend(2)
            if next(count) == 8:
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.sleep(60)

        register_group(group)
    """
    (sample.path / "bench_slow.py").write_text(HEAD + textwrap.dedent(body))
    result = subprocess.run(
        [sys.executable, "-c", INTERRUPTIBLE],
        cwd=sample.path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.stdout.splitlines()[4:8] == [
        "  ours           :     2.00 ms  (baseline)",
        "",
        "Winner: ours (baseline)",
        "Partial: interrupted after 2 of 3 rounds",
    ]
    assert result.stderr == "Interrupted\n"
    assert result.returncode == 2
    assert sample.notes == ["closed"]
