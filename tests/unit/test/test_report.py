from data_bridge.test.comparison import Comparison, Entry
from data_bridge.test.measurement import Measurement
from data_bridge.test.report import render

SEED = """\
============================================================
Benchmark: Insert One
============================================================

  data-bridge    :     0.85 ms  (2.72x faster)
  asyncpg        :     1.12 ms  (2.06x faster)
  psycopg2       :     1.45 ms  (1.59x faster)
  sqlalchemy     :     2.31 ms  (baseline)

Winner: data-bridge (2.72x faster than baseline)"""


def group(baseline: str | None = None, /, **milliseconds: float) -> Comparison:
    entries = [
        Entry(name.replace("_", "-"), Measurement([[round(each * 1e6)]] * 5))
        for name, each in milliseconds.items()
    ]
    return Comparison("Insert One", entries, 5, baseline)


def rows(comparison: Comparison) -> list[str]:
    return render(comparison).splitlines()[4:-2]


def test_the_table_is_the_seeds_to_the_letter() -> None:
    comparison = group(asyncpg=1.12, sqlalchemy=2.31, data_bridge=0.85, psycopg2=1.45)
    assert render(comparison) == SEED


def test_slower_than_the_baseline() -> None:
    comparison = group(asyncpg=1.0, data_bridge=1.3)
    assert rows(comparison)[1] == "  data-bridge    :     1.30 ms  (1.30x slower)"
    assert render(comparison).endswith("\nWinner: asyncpg (baseline)")


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
        Entry("psycopg2", failure=ValueError("wrong rows\nand more")),
        Entry("fastpg", skipped="not installed"),
        Entry("lost", Measurement([[1_120_000]] * 2), failure=ConnectionError("gone")),
    ]
    assert rows(comparison) == [
        "  asyncpg        :     2.00 ms  (baseline)",
        "  psycopg2       :   failed     (ValueError: wrong rows)",
        "  fastpg         :  skipped     (not installed)",
        "  lost           :   failed     (ConnectionError: gone; 1.12 ms in 2 of 5 rounds)",
    ]


def test_nothing_measured_has_no_winner() -> None:
    comparison = Comparison("Insert One", [Entry("ours", failure=ValueError("no"))], 5)
    assert render(comparison).endswith("\n\nWinner: none, nothing was measured")


def test_an_interrupted_run_is_marked() -> None:
    comparison = group(asyncpg=2.0)
    comparison.entries[0].measurement.rounds[2:] = []
    comparison.entries.append(Entry("ours"))
    comparison.interrupted = True
    assert render(comparison).splitlines()[4:] == [
        "  asyncpg        :     2.00 ms  (baseline)",
        "  ours           :     none     (interrupted before its first round was complete)",
        "",
        "Winner: asyncpg (baseline)",
        "Partial: interrupted after 2 of 5 rounds",
    ]
