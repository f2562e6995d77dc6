import io

from rich.console import Console

from benchmarks.comparison import table
from benchmarks.comparison.result import Result, Series

from .comparisons import result, series


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


def test_a_cell_has_time_ratio_cpu_and_way() -> None:
    found = example()
    assert (
        table.cell(found, "find_one", "asyncpg").plain == "24.0 us\n1.50x\ncpu 15.0 us\nconnection"
    )
    assert table.cell(found, "find_one", "floor").plain == "12.0 us\n0.75x"
    assert table.cell(found, "find_one", "fastpg").plain == "-"


def test_the_floor_never_wins() -> None:
    assert table.winners(example(), "find_one") == ["data-bridge"]


def test_what_cannot_be_told_apart_wins_together() -> None:
    found = example()
    found.series.append(series("find_one", "fastpg", 16.3))
    assert table.winners(found, "find_one") == ["data-bridge", "fastpg"]
    found.series[-1] = series("find_one", "fastpg", 17)
    assert table.winners(found, "find_one") == ["data-bridge"]


def test_the_report_names_what_a_reader_must_know() -> None:
    found = example()
    found.left_out["fastpg"] = "fastpg is not installed (pip install fastpg)"
    found.series.append(Series("find_one", "sqlalchemy", "SQLAlchemy", "", failure="wrong rows"))
    text = shown(found)
    assert "Find one by id" in text
    assert "Left out: fastpg: fastpg is not installed (pip install fastpg)" in text
    assert "other ways: asyncpg 80.0 us (5.00x)." in text
    assert "Failed: Find one by id, SQLAlchemy: wrong rows" in text
    assert "server and client on one core" in text
    assert "3 us a call above" not in text


def test_what_weakens_the_figures_is_said() -> None:
    found = example()
    found.core = None
    found.floor = "python"
    text = shown(found)
    assert "not pinned to a core" in text
    assert "3 us a call above" in text


def test_targets_are_shown_as_they_are() -> None:
    found = example()
    found.series.append(series("find_one", "data_bridge_driver", 15, cpu=8))
    text = shown(found)
    assert "at least 4.00x" in text
    rows = [line for line in text.splitlines() if "data-bridge-driver" in line]
    assert any("5.33x" in row and "yes" in row for row in rows)
    assert any("not measured" in row for row in rows)


def test_a_narrow_terminal_gets_the_columns_in_several_tables() -> None:
    assert table.chunks(["a", "b", "c"], 200) == [["a", "b", "c"]]
    assert table.chunks(["a", "b", "c"], 80) == [["a", "b", "c"]]
    assert table.chunks(["a", "b", "c"], 70) == [["a", "b"], ["c"]]
    text = shown(example(), width=66)
    assert text.count("operation ") >= 2
    assert max(map(len, text.splitlines())) <= 66


def test_nothing_measured_is_no_target_table() -> None:
    assert "Targets" not in shown(result(series("find_one", "asyncpg", 20)))
