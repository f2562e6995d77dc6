from data_bridge.test.comparison import Comparison, Entry
from data_bridge.test.measurement import Measurement
from data_bridge.test.memory import Memory
from data_bridge.test.report.against import Earlier
from data_bridge.test.report.console import render, render_report
from data_bridge.test.report.record import INTERRUPTED
from tests.unit.test.report.example import group, report

SEED = """\
============================================================
Benchmark: Insert One
============================================================

  data-bridge    :     0.85 ms  (2.72x faster)
  asyncpg        :     1.12 ms  (2.06x faster)
  psycopg2       :     1.45 ms  (1.59x faster)
  sqlalchemy     :     2.31 ms  (baseline)

Winner: data-bridge (2.72x faster than baseline)"""


def table(comparison: Comparison) -> list[str]:
    """The seed's part: all but the statistics below it."""
    return render(comparison).split("\n\n  ms ")[0].splitlines()


def rows(comparison: Comparison) -> list[str]:
    return table(comparison)[4:-2]


def test_the_table_is_the_seeds_to_the_letter() -> None:
    comparison = group(asyncpg=1.12, sqlalchemy=2.31, data_bridge=0.85, psycopg2=1.45)
    assert table(comparison) == SEED.splitlines()


def test_slower_than_the_baseline() -> None:
    comparison = group(asyncpg=1.0, data_bridge=1.3)
    assert rows(comparison)[1] == "  data-bridge    :     1.30 ms  (1.30x slower)"
    assert table(comparison)[-1] == "Winner: asyncpg (baseline)"


def test_small_times_get_the_decimals_that_tell_them_apart() -> None:
    assert rows(group(asyncpg=0.0246, data_bridge=0.0123, ours=0.1)) == [
        "  data-bridge    :   0.0123 ms  (2.00x faster)",
        "  asyncpg        :   0.0246 ms  (baseline)",
        "  ours           :   0.1000 ms  (4.07x slower)",
    ]
    assert rows(group(asyncpg=0.00008))[0] == "  asyncpg        :  0.00008 ms  (baseline)"
    assert rows(group(asyncpg=0.0))[0] == "  asyncpg        :     0.00 ms  (baseline)"
    assert rows(group(asyncpg=12345.678))[0] == "  asyncpg        : 12345.68 ms  (baseline)"


def test_long_names_widen_the_column() -> None:
    assert rows(group(data_bridge_driver=1.0, asyncpg=2.0)) == [
        "  data-bridge-driver :     1.00 ms  (2.00x faster)",
        "  asyncpg            :     2.00 ms  (baseline)",
    ]


def test_throughput_stands_beside_the_latency() -> None:
    table = render(group(asyncpg=2.0, data_bridge=0.5), throughput=True)
    assert "  data-bridge    :     0.50 ms  (4.00x faster)             2,000 ops/s" in table
    assert "  asyncpg        :     2.00 ms  (baseline)                   500 ops/s" in table


def test_what_failed_is_said_and_not_ranked() -> None:
    comparison = group(asyncpg=2.0)
    comparison.entries += [
        Entry("psycopg2", failure="ValueError: wrong rows"),
        Entry("fastpg", skipped="not installed"),
        Entry("lost", Measurement([[1_120_000]] * 2), failure="ConnectionError: gone"),
    ]
    assert rows(comparison) == [
        "  asyncpg        :     2.00 ms  (baseline)",
        "  psycopg2       :   failed     (ValueError: wrong rows)",
        "  fastpg         :  skipped     (not installed)",
        "  lost           :   failed     (ConnectionError: gone; 1.12 ms in 2 of 5 rounds)",
    ]


def test_nothing_measured_has_no_winner() -> None:
    comparison = group()
    comparison.entries.append(Entry("ours", failure="ValueError: no"))
    assert render(comparison).endswith("\n\nWinner: none, nothing was measured")


def test_an_interrupted_run_is_marked() -> None:
    comparison = group(asyncpg=2.0)
    comparison.entries[0].measurement.rounds[2:] = []
    comparison.entries.append(Entry("ours"))
    comparison.interrupted = True
    assert table(comparison)[4:] == [
        "  asyncpg        :     2.00 ms  (baseline)",
        "  ours           :     none     (interrupted before its first round was complete)",
        "",
        "Winner: asyncpg (baseline)",
        "Partial: interrupted after 2 of 5 rounds",
    ]


def test_what_lies_within_the_noise_is_equal_and_not_won() -> None:
    comparison = group(asyncpg=1.0, data_bridge=0.99, sqlalchemy=2.0)
    assert rows(comparison)[0] == "  data-bridge    :     0.99 ms  (2.02x faster)"
    assert table(comparison)[-1] == (
        "Winner: none, data-bridge and asyncpg are equal (2.02x faster than baseline)"
    )
    comparison = group("asyncpg", asyncpg=1.0, data_bridge=0.99, other=1.0)
    assert rows(comparison)[0] == "  data-bridge    :     0.99 ms  (equal)"
    assert table(comparison)[-1] == "Winner: none, data-bridge, asyncpg and other are equal"


def test_statistics_stand_below_the_table() -> None:
    comparison = group(asyncpg=2.0, ours=1.0)
    comparison.entries[1].measurement = Measurement([[1_000_000] * 19 + [5_000_000]] * 5)
    shown = render(comparison).split("\n\n")[-1].splitlines()
    assert [line.split() for line in shown] == [
        ["ms", "median", "mean", "stddev", "p95", "min", "outliers", "99", "%", "interval"],
        ["ours", "1.00", "1.20", "0.88", "1.20", "1.00", "5/100", "2.00x", "to", "2.00x"],
        ["asyncpg", "2.00", "2.00", "0.00", "2.00", "2.00", "0/5"],
    ]


def test_one_call_has_no_deviation() -> None:
    comparison = group(ours=1.0)
    comparison.entries[0].measurement = Measurement([[1_000_000]])
    last = render(comparison).splitlines()[-1]
    assert last.split() == ["ours", "1.00", "1.00", "-", "1.00", "1.00", "0/1"]


def test_memory_where_it_was_measured() -> None:
    comparison = group(ours=1.0, asyncpg=2.0)
    assert "peak memory" not in render(comparison)
    comparison.entries[0].memory = Memory(512, 3 * 1024 * 1024)
    comparison.entries[1].memory = Memory(2048, None)
    shown = [line.split() for line in render(comparison).splitlines()[-3:]]
    assert shown == [
        ["peak", "memory", "Python", "process"],
        ["ours", "512", "B", "3.0", "MiB"],
        ["asyncpg", "2.0", "KiB", "-"],
    ]


def test_an_earlier_run_stands_last() -> None:
    before = report(group(ours=1.0, asyncpg=1.0, gone=1.0))
    now = group(ours=1.3, asyncpg=1.0, new=5.0)
    shown = render(now, against=Earlier("base.json", before)).splitlines()
    assert shown[-3:] == [
        "Against base.json:",
        "  asyncpg        : equal          (1.00x to 1.00x)",
        "  ours           : 1.30x slower   (1.30x to 1.30x)",
    ]


def test_all_that_move_the_same_way_may_be_the_machine() -> None:
    before = report(group(ours=1.0, asyncpg=1.0))
    shown = render(group(ours=1.3, asyncpg=1.4), against=Earlier("base.json", before))
    assert shown.endswith("All are slower: the machine may have changed, not the code.")


def test_a_whole_run_says_how_it_ended() -> None:
    run = report(group(ours=1.0), group(ours=2.0), state=INTERRUPTED)
    run.errors.append("bench_broken.py: SyntaxError")
    text = render_report(run)
    assert text.count("Benchmark: Insert One") == 2
    assert text.endswith("\n\nERROR: bench_broken.py: SyntaxError\nThe run is interrupted.\n")
