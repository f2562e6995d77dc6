"""What a run is asked for, and what it cannot be asked for."""

from pathlib import Path

import pytest

from tests.unit.test.conftest import Dbtest, Sample

GROUPS = """
for name in ("Insert One", "Find One"):
    group = BenchmarkGroup(name, batch=20_000, baseline="ours")

    @group.add("ours")
    def ours(spend): spend(1)

    @group.add("asyncpg copy")
    def copy(spend): spend(2)

    if name == "Find One":
        @group.add("psycopg")
        def psycopg(spend): spend(4)

    register_group(group)
"""


@pytest.fixture
def groups(sample: Sample) -> Sample:
    sample.bench("bench_users", GROUPS)
    return sample


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--format", "xml"], "unknown format 'xml': choose console, json, markdown, html"),
        (["--rounds", "0"], "--rounds is a number from 1 up, not '0'"),
        (["--rounds=-3"], "--rounds is a number from 1 up, not '-3'"),
        (["--rounds", "some"], "--rounds is a number from 1 up, not 'some'"),
        (["-o", "none/run.json"], "cannot write none/run.json: the folder */none does not exist"),
        (["-o", "."], "cannot write .: it is a folder"),
        (["-o", "ok.md", "-o", "/proc/run.json"], "cannot write /proc/run.json: *"),
        (["--against", "none.json"], "cannot read none.json: No such file or directory"),
        (["--against", "bench_users.py"], "bench_users.py is cut short, or no JSON (*): *"),
        (["--fail-slower", "5"], "--fail-slower needs --against FILE, the run to compare with"),
        (["--fail-slower", "much"], "--fail-slower is a percentage from 0 up, not 'much'"),
        (["--fail-slower", "nan"], "--fail-slower is a percentage from 0 up, not 'nan'"),
        (
            ["--baseline", "nobody"],
            "no implementation is called 'nobody'; there are: ours, asyncpg copy, psycopg",
        ),
    ],
)
def test_what_cannot_be_met_is_said_in_a_line_before_anything_runs(
    groups: Sample, dbtest: Dbtest, arguments: list[str], line: str
) -> None:
    result = dbtest(*arguments)
    assert result.ret == 4
    assert result.outlines == []
    result.stderr.fnmatch_lines([f"ERROR: {line}"])
    assert len(list(filter(None, result.errlines))) == 1
    assert not (groups.path / "ok.md").exists()


def test_an_option_without_its_value_is_a_usage_error_too(
    capsys: pytest.CaptureFixture[str], dbtest: Dbtest
) -> None:
    with pytest.raises(SystemExit) as caught:
        dbtest("--format")
    assert caught.value.code == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("ERROR: argument --format: expected one argument")


def test_the_baseline_of_all_groups_that_have_it(groups: Sample, dbtest: Dbtest) -> None:
    insert, find = dbtest("--baseline", "psycopg").stdout.str().split("Benchmark: ")[1:]
    assert "psycopg        :     4.00 ms  (baseline)" in find
    assert "ours           :     1.00 ms  (4.00x faster)" in find
    # In a group without it, what is the baseline by default.
    assert "asyncpg copy   :     2.00 ms  (baseline)" in insert
    shown = dbtest("--baseline", "ASYNCPG", "-k", "Find One").stdout.str()
    assert "asyncpg copy   :     2.00 ms  (baseline)" in shown


def test_rounds_take_the_place_of_the_schedules(groups: Sample, dbtest: Dbtest) -> None:
    assert "0/21" in dbtest("--rounds", "7", "-k", "Insert One").stdout.str()
    assert "0/9" in dbtest("-k", "Insert One").stdout.str()


def test_a_list_runs_nothing(groups: Sample, dbtest: Dbtest) -> None:
    result = dbtest("--list", "-o", "run.json")
    assert result.ret == 0
    assert result.outlines == [
        "bench_users.py::Insert One",
        "    ours, asyncpg copy",
        "bench_users.py::Find One",
        "    ours, asyncpg copy, psycopg",
    ]
    assert not Path("run.json").exists()
    assert dbtest("--list", "-k", "Delete").ret == 5


def test_pytest_may_load_the_plugin_by_itself(groups: Sample) -> None:
    result = groups.pytester.runpytest_inprocess(
        *("-p", "data_bridge.test.plugin", "-p", "no:asyncio", "-o", "python_files=bench_*.py"),
        *("--dbtest-rounds=2", "--dbtest-output=run.json"),
    )
    assert result.ret == 0
    assert "Winner: ours (baseline)" in result.outlines
    assert (groups.path / "run.json").exists()
