"""What is collected, and what a run of it comes to."""

from xml.etree import ElementTree as ET

import pytest

from tests.unit.test.conftest import Dbtest, Sample

THREE = """
group = BenchmarkGroup("Insert One", batch=20_000)

@group.add("ours")
async def ours(spend): spend(0.85)

@group.add("asyncpg")
def asyncpg(spend):
    spend(1.12)
    {fault}

@group.add("SQLAlchemy")
def sqlalchemy(spend): spend(2.31)

register_group(group)
"""


def test_the_whole_output(sample: Sample, dbtest: Dbtest) -> None:
    sample.bench("bench_insert", THREE.format(fault=""))
    sample.bench("test_insert", "def test_insert(): raise AssertionError('a test, no benchmark')")
    result = dbtest()
    assert result.ret == 0
    assert result.outlines == [
        "============================================================",
        "Benchmark: Insert One",
        "============================================================",
        "",
        "  ours           :     0.85 ms  (2.72x faster)",
        "  asyncpg        :     1.12 ms  (2.06x faster)",
        "  SQLAlchemy     :     2.31 ms  (baseline)",
        "",
        "Winner: ours (2.72x faster than baseline)",
        "",
        "  ms                 median     mean   stddev      p95      min  outliers  99 % interval",
        "  ours                 0.85     0.85     0.00     0.85     0.85       0/9  2.72x to 2.72x",
        "  asyncpg              1.12     1.12     0.00     1.12     1.12       0/9  2.06x to 2.06x",
        "  SQLAlchemy           2.31     2.31     0.00     2.31     2.31       0/9",
    ]
    assert result.errlines == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("raise ValueError('wrong rows')", "failed     (ValueError: wrong rows)"),
        ("assert 3 == 4", "failed     (AssertionError: assert 3 == 4)"),
        ("pytest.fail('no way')", "failed     (no way)"),
        ("raise asyncio.CancelledError", "failed     (CancelledError)"),
        ("raise SystemExit('no server')", "failed     (SystemExit: no server)"),
        ("raise GeneratorExit", "failed     (GeneratorExit)"),
    ],
)
def test_one_that_fails_is_said_and_the_others_run(
    sample: Sample, dbtest: Dbtest, fault: str, words: str
) -> None:
    sample.bench("bench_insert", THREE.format(fault=fault))
    result = dbtest()
    assert result.ret == 1
    assert result.outlines[4:9] == [
        "  ours           :     0.85 ms  (2.72x faster)",
        "  SQLAlchemy     :     2.31 ms  (baseline)",
        f"  asyncpg        :   {words}",
        "",
        "Winner: ours (2.72x faster than baseline)",
    ]
    assert result.errlines == []


def test_an_async_one_that_exits_ends_itself_alone(sample: Sample, dbtest: Dbtest) -> None:
    source = THREE.format(fault="raise SystemExit").replace("def asyncpg", "async def asyncpg")
    sample.bench("bench_insert", source.replace("async def ours", "def ours"))
    result = dbtest()
    assert result.ret == 1
    assert "  asyncpg        :   failed     (SystemExit)" in result.outlines
    assert "Winner: ours (2.72x faster than baseline)" in result.outlines


def test_a_fixture_that_exits_ends_its_implementation_alone(sample: Sample, dbtest: Dbtest) -> None:
    sample.conftest("@pytest.fixture\ndef gone(): raise SystemExit(3)")
    sample.bench("bench_insert", THREE.format(fault="").replace("asyncpg(spend)", "asyncpg(gone)"))
    result = dbtest()
    assert result.ret == 1
    assert "  asyncpg        :   failed     (SystemExit: 3)" in result.outlines
    assert "  ours           :     0.85 ms  (2.72x faster)" in result.outlines


def test_one_that_is_skipped_is_no_failure(sample: Sample, dbtest: Dbtest) -> None:
    sample.bench("bench_insert", THREE.format(fault="pytest.importorskip('no_such_driver')"))
    result = dbtest()
    assert result.ret == 0
    result.stdout.fnmatch_lines(["  asyncpg        :  skipped     (could not import *driver*)"])


def test_a_marked_group_is_skipped(sample: Sample, dbtest: Dbtest) -> None:
    source = THREE.format(fault="") + "pytestmark = pytest.mark.skip(reason='no server')"
    sample.bench("bench_insert", source)
    result = dbtest()
    assert result.ret == 0
    assert "  ours           :  skipped     (no server)" in result.outlines


def test_an_autouse_fixture_that_fails_fails_the_group(sample: Sample, dbtest: Dbtest) -> None:
    sample.conftest(
        """
@pytest.fixture(autouse=True)
async def setup_tables():
    raise ConnectionRefusedError(111, "Connection refused")
"""
    )
    sample.bench("bench_insert", THREE.format(fault=""))
    result = dbtest()
    assert result.ret == 1
    line = ":   failed     (ConnectionRefusedError: [Errno 111] Connection refused)"
    assert [row.endswith(line) for row in result.outlines[4:7]] == [True] * 3
    assert len(result.errlines) == 1
    assert "pg_isready" in result.errlines[0]


def test_a_fixture_that_fails_to_clear_up_is_said(sample: Sample, dbtest: Dbtest) -> None:
    sample.conftest(
        """
@pytest.fixture(autouse=True)
def setup_tables():
    yield
    raise ValueError("still in use")
"""
    )
    sample.bench("bench_insert", THREE.format(fault=""))
    result = dbtest()
    assert result.ret == 1
    assert "Winner: ours (2.72x faster than baseline)" in result.outlines
    assert result.errlines == ["ERROR: Insert One, clearing up: ValueError: still in use"]


def test_a_group_without_implementations_fails(sample: Sample, dbtest: Dbtest) -> None:
    sample.bench("bench_empty", "register_group(BenchmarkGroup('Empty'))")
    result = dbtest()
    assert result.ret == 1
    assert result.errlines == ["ERROR: 'Empty' has no implementations"]


def test_the_figures_reach_junit(sample: Sample, dbtest: Dbtest) -> None:
    sample.bench("bench_insert", THREE.format(fault="raise ValueError('wrong rows')"))
    sample.bench("bench_broken", "import no_such_driver")
    dbtest("--junitxml=junit.xml", "--memory")
    suite = ET.parse(sample.path / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "1")
    (case,) = suite.findall("testcase[@name='Insert One']")
    assert case.get("classname") == "bench_insert"
    found = {str(each.get("name")): each.get("value") for each in case.iter("property")}
    assert found["ours ms"] == "0.85"
    assert found["ours p95 ms"] == "0.85"
    assert found["ours outliers"] == "0"
    assert found["ours verdict"] == "2.72x faster"
    assert found["ours speedup low"] == found["ours speedup high"] == found["ours speedup"]
    assert int(str(found["ours Python peak bytes"])) > 0
    assert found["SQLAlchemy verdict"] == "baseline"
    assert found["asyncpg failed"] == "ValueError: wrong rows"
    assert found["winner"] == "ours (2.72x faster than baseline)"
    assert found["rounds"] == "3 of 3"
    assert case.findtext("failure") == "asyncpg: ValueError: wrong rows"
    assert "  ours           :     0.85 ms  (2.72x faster)" in str(case.findtext("system-out"))


TWO_FAIL = """
for name in ("First", "Second"):
    group = BenchmarkGroup(name, batch=20_000)

    @group.add("ours")
    def ours(spend):
        spend(1)
        note("ours")

    @group.add("bad")
    def bad(number=[0]):
        number[0] += 1
        if number[0] == 3:
            raise ValueError("wrong rows")

    register_group(group)
"""


def test_all_failures_are_found_unless_the_first_is_to_stop_the_run(
    sample: Sample, dbtest: Dbtest
) -> None:
    sample.bench("bench_two", TWO_FAIL)
    result = dbtest()
    assert result.ret == 1
    assert result.stdout.str().count("ValueError: wrong rows") == 2
    assert sample.notes == ["ours"] * 20

    (sample.path / "notes").unlink()
    result = dbtest("-x")
    assert result.ret == 1
    assert result.outlines[4:9] == [
        "  ours           :     1.00 ms  (baseline)",
        "  bad            :   failed     (ValueError: wrong rows)",
        "",
        "Winner: ours (baseline)",
        "Partial: interrupted after 1 of 3 rounds",
    ]
    assert result.errlines == ["Stopped at the first failure; groups not run: 1"]
    # The warm-up and one round: the second one the failing one began.
    assert sample.notes == ["ours"] * 4


def test_a_fixture_that_fails_stops_the_run_as_well(sample: Sample, dbtest: Dbtest) -> None:
    source = TWO_FAIL.replace("def bad(number=[0]):", "def bad(nowhere, number=[0]):")
    sample.bench("bench_two", source)
    result = dbtest("-x")
    assert result.ret == 1
    assert "Winner: none, nothing was measured" in result.outlines
    assert "Stopped at the first failure; groups not run: 1" in result.errlines
    assert not (sample.path / "notes").exists()


def test_groups_of_an_imported_file_stay_there(sample: Sample, dbtest: Dbtest) -> None:
    sample.bench("bench_a", "import bench_b\n" + THREE.format(fault=""))
    sample.bench("bench_b", THREE.format(fault="").replace("Insert One", "Update One"))
    result = dbtest("--collect-only")
    assert result.outlines == ["bench_a.py::Insert One", "bench_b.py::Update One"]
