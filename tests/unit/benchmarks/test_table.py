import io
from dataclasses import replace

from rich.console import Console

from benchmarks.comparison import table
from benchmarks.comparison.result import Result, Series

from .comparisons import control, result, series


def shown(found: Result, width: int = 200) -> str:
    output = io.StringIO()
    table.show(Console(file=output, width=width), found)
    return output.getvalue()


def example() -> Result:
    return result(
        series("find_one", "data_bridge_orm", 16, cpu=8),
        series("find_one", "asyncpg", 80, cpu=50),
        series("find_one", "asyncpg", 24, cpu=15, way="connection"),
        series("find_one", "floor", 12),
    )


def text_of(found: Result, framework: str) -> str:
    return table.cell(found, "find_one", framework, found.winners("find_one")).plain


def test_a_cell_has_time_ratio_interval_cpu_and_way() -> None:
    found = example()
    told = "24.0 us\n1.50x ±0.0 %\ncpu 15.0 us\nconnection"
    assert text_of(found, "asyncpg") == told
    assert text_of(found, "floor") == "12.0 us\n0.75x ±0.0 %"
    assert text_of(found, "data_bridge_orm") == "16.0 us\n1.00x\ncpu 8.00 us"
    assert text_of(found, "fastpg") == "-"


def test_what_cannot_be_told_apart_is_marked_and_wins_together() -> None:
    found = example()
    found.series.append(series("find_one", "fastpg", 16.2))
    assert "\n=1.01x ±" in text_of(found, "fastpg")
    assert "data-bridge, fastpg" in shown(found)
    found.series[-1] = series("find_one", "fastpg", 17)
    assert "\n1.06x ±" in text_of(found, "fastpg")
    assert "data-bridge, fastpg" not in shown(found)


def test_of_many_quickest_some_are_named() -> None:
    assert table.named(["a", "b", "c"]) == "a, b, c"
    assert table.named(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


def test_the_report_names_what_a_reader_must_know() -> None:
    found = example()
    left_out = {"fastpg": "fastpg is not installed (pip install fastpg)"}
    found.run = replace(found.run, left_out=left_out)
    found.series[1].unsteady = 12
    found.series.append(Series("find_one", "sqlalchemy", "SQLAlchemy", "", failure="wrong rows"))
    text = shown(found)
    assert "Find one by id" in text
    assert "Left out: fastpg: fastpg is not installed (pip install fastpg)" in text
    assert "other ways: asyncpg 80.0 us (5.00x ±0.0 %)." in text
    assert "Not steady after 12 rounds of warm-up: Find one by id: asyncpg." in text
    assert "commit 01234567, on some-machine (Linux), profile quick" in text
    assert "Failed: Find one by id, SQLAlchemy: wrong rows" in text
    assert "server and client on one core" in text
    assert "3 us a call above" not in text


def test_what_weakens_the_figures_is_said() -> None:
    found = example()
    found.run = replace(found.run, pinned=False, versions={"floor": "python"}, dirty=True)
    text = shown(found)
    assert "not pinned to a core" in text
    assert "3 us a call above" in text
    assert "commit 01234567 with changes that are not committed" in text
    assert "With 3 rounds the intervals say little; 5 are the least." in text
    assert "The noise was not measured in this run; 2.0 % is taken for it." in text


def test_the_noise_of_the_run_is_said() -> None:
    found = example()
    found.controls.append(control(found.series[1], 1.07))
    assert "Noise of this run: 7.0 %, by entering asyncpg twice in one operation." in shown(found)
    assert "quieter machine" not in shown(found)


def test_too_much_noise_is_said() -> None:
    found = example()
    found.controls.append(control(found.series[1], 1.12))
    text = " ".join(shown(found).split())
    assert "Noise of this run: 12 %, by entering asyncpg twice in one operation. That" in text
    assert "That is too much: measure again on a quieter machine." in text


def test_targets_are_shown_as_they_are() -> None:
    found = example()
    found.series.append(series("find_one", "data_bridge_driver", 15, cpu=8))
    text = shown(found)
    assert "at least 4.00x" in text
    rows = [line for line in text.splitlines() if "data-bridge-driver" in line]
    assert any("5.33x (5.33 to 5.33)" in row and " reached" in row for row in rows)
    assert any("not measured" in row for row in rows)


def test_a_narrow_terminal_gets_the_columns_in_several_tables() -> None:
    assert table.chunks(["a", "b", "c"], 200) == [["a", "b", "c"]]
    assert table.chunks(["a", "b", "c"], 85) == [["a", "b", "c"]]
    assert table.chunks(["a", "b", "c"], 70) == [["a", "b"], ["c"]]
    text = shown(example(), width=66)
    assert text.count("operation ") >= 2
    assert max(map(len, text.splitlines())) <= 66


def test_nothing_measured_is_no_target_table() -> None:
    assert "Targets" not in shown(result(series("find_one", "asyncpg", 20)))
