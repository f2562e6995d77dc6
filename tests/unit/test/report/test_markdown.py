from data_bridge.test.comparison import Entry
from data_bridge.test.memory import Memory
from data_bridge.test.report.against import Earlier
from data_bridge.test.report.markdown import render_report
from data_bridge.test.report.record import INTERRUPTED
from tests.unit.test.report.example import group, report


def test_a_table_for_each_group() -> None:
    comparison = group(asyncpg=2.0, ours=1.0)
    comparison.entries.append(Entry("bad", failure="ValueError: 1|2"))
    lines = render_report(report(comparison)).splitlines()
    assert lines[:10] == [
        "## Benchmarks",
        "",
        "### Insert One",
        "",
        "|  | median, ms | vs. baseline | 99 % interval | mean | stddev | p95 | min | outliers |",
        "| :-- | --: | :-- | :-- | --: | --: | --: | --: | --: |",
        "| **ours** | 1.00 | 2.00x faster | 2.00x to 2.00x | 1.00 | 0.00 | 1.00 | 1.00 | 0 of 5 |",
        "| asyncpg | 2.00 | baseline |  | 2.00 | 0.00 | 2.00 | 2.00 | 0 of 5 |",
        "",
        "Winner: ours (2.00x faster than baseline)",
    ]
    assert lines[10] == r"- bad: failed (ValueError: 1\|2)"
    assert "Two are called equal unless" in lines[-2]
    assert "CPython 3.13.0 on Linux x86\\_64, AMD EPYC, 2 cores, 2026-11-24 12:30 UTC" in lines[-1]


def test_every_row_has_as_many_cells_as_the_head() -> None:
    comparison = group(asyncpg=2.0, ours=1.0)
    comparison.entries[1].memory = Memory(2048, 1)
    run = report(comparison)
    run.against = Earlier("base|.json", report(group(ours=1.3)))
    rows = [line for line in render_report(run).splitlines() if line.startswith("|")]
    assert {line.replace(r"\|", "").count("|") for line in rows} == {13}
    assert rows[0].endswith(r"| Python peak | process peak | against base\|.json |")
    assert rows[2].endswith("| 2.0 KiB | 1 B | 1.30x faster (1.30x to 1.30x) |")
    assert rows[3].endswith("| - | - | not there |")


def test_names_are_no_markup() -> None:
    comparison = group(ours=1.0)
    comparison.group = "<script>*x*_y_|`z`"
    comparison.entries[0].name = "a|b"
    text = render_report(report(comparison))
    assert r"### \<script\>\*x\*\_y\_\|\`z\`" in text
    assert r"| **a\|b** |" in text


def test_a_run_that_is_not_whole_says_so() -> None:
    comparison = group(ours=1.0)
    comparison.interrupted = True
    run = report(comparison, state=INTERRUPTED)
    run.errors.append("bench_broken.py: SyntaxError")
    text = render_report(run)
    assert "**The run is interrupted: this is what was measured until then.**" in text
    assert "Partial: interrupted after 5 of 5 rounds" in text
    assert r"- ERROR: bench\_broken.py: SyntaxError" in text
