"""Parameters: which combinations there are, and who gets the values."""

from pathlib import Path

import pytest

from data_bridge.test import BenchmarkGroup
from tests.unit.test.conftest import Dbtest, Sample


def test_every_combination_the_last_parameter_first() -> None:
    group = BenchmarkGroup("Dump")
    group.params(rows=[1, 20], kind=["a", "b"])
    group.params(wide=(True,))
    assert [each.suffix for each in group.combinations()] == [
        "[rows=1, kind=a, wide=True]",
        "[rows=1, kind=b, wide=True]",
        "[rows=20, kind=a, wide=True]",
        "[rows=20, kind=b, wide=True]",
    ]
    assert group.combinations()[3].values == {"rows": 20, "kind": "b", "wide": True}


def test_no_parameters_are_one_combination_without_a_name() -> None:
    (only,) = BenchmarkGroup("Dump").combinations()
    assert only.suffix == ""


def test_what_is_no_number_or_short_text_is_shown_by_its_name_or_place() -> None:
    group = BenchmarkGroup("Dump")
    group.params(what=[len, Path("/"), "two\nlines", "a::b", "x" * 41, " ", None])
    assert [each.suffix for each in group.combinations()] == [
        "[what=len]",
        *("[what=what1]", "[what=what2]", "[what=what3]", "[what=what4]", "[what=what5]"),
        "[what=None]",
    ]


def test_it_is_a_decorator_that_leaves_the_function_alone() -> None:
    group = BenchmarkGroup("Dump")

    @group.params(rows=[1, 2])
    @group.add("ours")
    @group.params(rows=[1, 2])
    def ours(rows: int) -> int:
        return rows

    assert ours(3) == 3
    assert group.parameters == {"rows": [1, 2]}


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ([], ValueError, "the parameter 'rows' of 'Dump' has no values: give one at least"),
        (range(0), ValueError, "has no values"),
        (10, TypeError, r"is a list of values, such as rows=\[10, 1000\], not 10"),
        ("abc", TypeError, "is a list of values"),
        ([1, "1"], ValueError, "has two values that are shown as 1"),
    ],
)
def test_what_is_no_list_of_different_values_is_refused(
    values: list[object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        BenchmarkGroup("Dump").params(rows=values)


def test_a_parameter_has_one_list_of_values() -> None:
    group = BenchmarkGroup("Dump")
    group.params(rows=[1])
    with pytest.raises(ValueError, match="'Dump' has the parameter 'rows' with other values"):
        group.params(rows=[2])


def test_pytests_own_name_is_refused() -> None:
    with pytest.raises(ValueError, match="that pytest keeps for itself"):
        BenchmarkGroup("Dump").params(request=[1])


def test_a_batch_may_be_a_parameter() -> None:
    group = BenchmarkGroup("Dump", batch="rows")
    with pytest.raises(ValueError, match="the batch of 'Dump' is 'rows', no parameter of it"):
        group.batch_of(*group.combinations())
    group.params(rows=[10, 0])
    ten, none = group.combinations()
    assert group.batch_of(ten) == 10
    with pytest.raises(ValueError, match="a number of rows from 1 up, not 0"):
        group.batch_of(none)


GROUP = """
group = BenchmarkGroup("Dump", batch="rows")
group.params(rows=[20_000, 30_000], word=["a"])

@pytest.fixture
async def made(rows):
    return [rows]

def fill(rows, made):
    assert made == [rows]

def check(result, rows, word):
    note(f"{result}{word}{rows}")

async def begin(rows):
    note(f"begin{rows}")

@group.add("ours", setup=fill, check=check, setup_round=begin)
async def ours(rows, spend):
    spend(rows / 10_000)
    return "ours"

@group.add("text", setup="assert made == [rows]; note(word)", teardown_round="note(str(rows))")
def text(made): pass

register_group(group)
"""


def test_all_who_ask_get_the_value(sample: Sample, dbtest: Dbtest) -> None:
    sample.bench("bench_dump", GROUP)
    result = dbtest()
    assert result.ret == 0, result.outlines
    titles = [line for line in result.outlines if line.startswith("Benchmark: ")]
    assert titles == [
        "Benchmark: Dump[rows=20000, word=a]",
        "Benchmark: Dump[rows=30000, word=a]",
    ]
    assert "  ours           :     3.00 ms  (baseline)" in result.outlines
    # Warm-up and three rounds; ten calls in them.
    for rows in ("20000", "30000"):
        assert sample.notes.count(f"begin{rows}") == 4
        assert sample.notes.count(rows) == 4
        assert sample.notes.count(f"oursa{rows}") == 10
    assert sample.notes.count("a") == 20


def test_an_autouse_fixture_gets_the_value_and_hides_no_fixture_of_that_name(
    sample: Sample, dbtest: Dbtest
) -> None:
    sample.conftest(
        """
@pytest.fixture
def rows():
    raise AssertionError("the parameter comes first")

@pytest.fixture(autouse=True)
def setup_tables(rows):
    note(str(rows))
"""
    )
    sample.bench("bench_dump", GROUP)
    result = dbtest()
    assert result.ret == 0, result.outlines
    assert next(note for note in sample.notes if note in ("20000", "30000")) == "20000"


def test_one_combination_can_be_chosen(sample: Sample, dbtest: Dbtest) -> None:
    sample.bench("bench_dump", GROUP)
    for arguments in (
        ["bench_dump.py::Dump[rows=30000, word=a]"],
        ["-k", "Dump[rows=30000, word=a]"],
        ["-k", "rows=30000"],
    ):
        result = dbtest("--list", *arguments)
        assert result.outlines == ["bench_dump.py::Dump[rows=30000, word=a]", "    ours, text"]
    assert len(dbtest("--list", "bench_dump.py::Dump").outlines) == 4


def test_an_empty_list_is_said_in_a_line(sample: Sample, dbtest: Dbtest) -> None:
    sample.bench("bench_dump", "BenchmarkGroup('Dump').params(rows=[])")
    result = dbtest()
    assert result.ret == 1
    (line,) = result.errlines
    assert line.startswith("ERROR: bench_dump.py: ValueError: the parameter 'rows' of 'Dump' has")
