from pathlib import Path

from benchmarks.comparison.recording import recorded, replayed
from benchmarks.comparison.result import Result, Series
from benchmarks.figure import Failure, Figure
from benchmarks.journal import Journal, Writer, load

from .comparisons import RUN, control, result, series


def test_a_comparison_comes_back_out_of_a_journal(tmp_path: Path) -> None:
    found = result(
        series("find_one", "data_bridge_orm", 16, cpu=8),
        series("find_one", "asyncpg", 24, cpu=15, way="connection"),
        Series("find_one", "fastpg", "fastpg", "", failure="wrong"),
        series("find_one", "floor", 12),
        series("count", "asyncpg", 30, cpu=15),
    )
    found.series[1].unsteady = 12
    found.controls.append(control(found.series[1], 1.07))
    with Writer(tmp_path, RUN) as writer:
        for operation in found.operations():
            writer.keep(("operations", operation), list(recorded(found, operation)))
        path = writer.finish()
    again = replayed(load(path))
    assert again.run == RUN
    assert sorted(map(vars, again.series), key=str) == sorted(map(vars, found.series), key=str)
    assert again.operations() == ["find_one", "count"]
    (entered_twice,) = again.controls
    assert entered_twice.second.walls == found.controls[0].second.walls
    assert again.noise == found.noise


def test_what_failed_is_a_failure_and_no_figure() -> None:
    found = series("find_one", "asyncpg", 24)
    found.failure = "wrong"
    assert list(recorded(result(found), "find_one")) == [
        Failure("operations", "find_one", "asyncpg", "", "wrong")
    ]


def test_a_framework_and_an_operation_that_are_gone_are_shown_by_their_names() -> None:
    figure = Figure("operations", "fly", "phoenix", "", "wall", "s", [1.0])
    study = Figure("growth", "insert", "asyncpg", "", "wall", "s", [1.0])
    journal = Journal(RUN, [figure, study], done=[("operations", "fly"), ("growth", "insert")])
    (found,) = replayed(journal).series
    assert (found.operation, found.label, found.walls) == ("fly", "phoenix", [1.0])


def test_operations_stay_in_their_order_where_one_has_only_failures() -> None:
    done = [("operations", "find_one"), ("operations", "count")]
    figure = Figure("operations", "count", "asyncpg", "", "wall", "s", [1.0])
    failure = Failure("operations", "find_one", "asyncpg", "", "wrong")
    assert replayed(Journal(RUN, [figure], [failure], done)).operations() == ["find_one", "count"]


def test_a_control_that_failed_is_no_figure() -> None:
    found = result(series("find_one", "asyncpg", 24))
    found.controls.append(control(found.series[0], 2.0))
    found.controls[0].second.failure = "wrong"
    assert [one.metric for one in figures_of(found)] == ["wall"]


def figures_of(found: Result) -> list[Figure]:
    return [one for one in recorded(found, "find_one") if isinstance(one, Figure)]
