"""The studies without a server: how they race, count and judge."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest
from rich.console import Console

from benchmarks import data
from benchmarks.comparison.race import ServerGoneError
from benchmarks.figure import Failure, Figure, Unit
from benchmarks.measurement import WrongResultError
from benchmarks.studies import growth, memory, table
from benchmarks.studies.__main__ import main
from benchmarks.studies.catalogue import STUDIES
from benchmarks.studies.child import ChildError
from benchmarks.studies.limit import Limit
from benchmarks.studies.study import PROFILES, Context, Entrant, Profile, Study, quickest


class Ask(Study):
    """A study that only races."""

    name = "ask"
    title = "Ask"
    question = "Who is next?"
    units: ClassVar[Mapping[str, Unit]] = {"wall": "s"}
    rounds: ClassVar[Mapping[Profile, int]] = {"quick": 3, "regular": 3, "full": 3}

    def measure(self, context: Context, subject: str) -> Iterator[Figure | Failure]:
        """Nothing by itself."""
        yield from ()


class Place:
    """As much of a context as a race needs."""

    profile: Profile = "quick"

    def __init__(self, alive: bool = True) -> None:
        self.tables = self
        self.alive = lambda: alive
        self.told: list[str] = []
        self.tell = self.told.append
        self.runs: list[str] = []

    def entrant(self, name: str, error: Exception | None = None) -> Entrant:
        def run() -> Mapping[str, float]:
            self.runs.append(name)
            if error is not None:
                raise error
            return {"wall": float(len(self.runs))}

        return Entrant(name, run, parameters={"rows": 10})


def race(place: Any, entrants: list[Entrant]) -> list[Figure | Failure]:
    study = Ask()
    study.race(place, entrants)
    return list(study.found("thing", entrants))


def test_everybody_is_first_in_turn() -> None:
    place = Place()
    found = race(place, [place.entrant(name) for name in "ABC"])
    assert "".join(place.runs) == "ABCBCACAB"
    assert place.told[0] == "Ask: A rows 10"
    assert found[0] == Figure("ask", "thing", "A", "", "wall", "s", [1.0, 6.0, 8.0], {"rows": 10})


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (WrongResultError("wrong"), "wrong"),
        (ValueError("broken\nthing"), "ValueError: broken thing"),
        (ChildError("asyncpg.Error: no"), "asyncpg.Error: no"),
    ],
)
def test_one_that_fails_is_out_and_the_others_go_on(error: Exception, reason: str) -> None:
    place = Place()
    found = race(place, [place.entrant("A"), place.entrant("B", error)])
    assert "".join(place.runs) == "ABAA"
    assert found[1] == Failure("ask", "thing", "B", "", reason, {"rows": 10})


def test_a_server_that_is_gone_ends_the_study() -> None:
    place = Place(alive=False)
    with pytest.raises(ServerGoneError, match="stopped answering during 'Ask'"):
        race(place, [place.entrant("A", OSError())])


def test_a_wrong_result_is_no_sign_of_a_server_that_is_gone() -> None:
    place = Place(alive=False)
    assert isinstance(race(place, [place.entrant("A", WrongResultError("x"))])[0], Failure)


def test_the_quickest_way_of_each_framework_goes_on() -> None:
    def one(framework: str, way: str, wall: float, failure: str | None = None) -> Entrant:
        return Entrant(framework, dict, way, samples={"wall": [wall]}, failure=failure)

    entrants = [one("A", "x", 2), one("A", "y", 1), one("A", "z", 0.5, "wrong"), one("B", "", 9)]
    assert [(each.framework, each.way) for each in quickest(entrants)] == [("A", "y"), ("B", "")]


def test_a_call_that_would_take_too_long_is_refused_with_the_reason() -> None:
    limit = Limit(2.0)
    slow, quick = Entrant("slow", dict), Entrant("quick", dict)
    assert limit.allowed([slow, quick], 100) == ([slow, quick], [])
    limit.note(slow, 100, 0.25)
    limit.note(quick, 100, 0.19)
    assert limit.allowed([slow, quick], 1000) == ([quick], [slow])
    reason = "one call would take about 2.50 s, judged by its 250 ms for 100 rows"
    assert slow.failure == reason


@pytest.mark.parametrize("rows", [10, 3000, 10_000])
def test_batches_of_growth_follow_one_another(rows: int) -> None:
    operation = growth.inserting(rows)
    batches = [operation.arguments(k)[0] for k in range(operation.calls + 1)]
    assert {len(batch) for batch in batches[1:]} == {rows}
    assert len(batches[0]) == min(rows, growth.WARM_ROWS)
    everything = [*data.table(), *(row for batch in batches for row in batch)]
    assert everything == data.rows(0, len(everything))
    assert operation.after() == everything
    assert operation.expected(1) == rows


def test_bytes_of_a_row_are_a_slope_for_each_round() -> None:
    def one(way: str, rows: int, *peaks: float, failure: str | None = None) -> Entrant:
        samples = {"peak": list(peaks), "held": [1.0] * len(peaks)}
        return Entrant("A", dict, way, {"rows": rows}, samples, failure)

    found = memory.slopes(
        [
            one("x", 100, 1000, 2000),
            one("x", 200, 1500, 3000),
            one("x", 300, failure="too long"),
            one("y", 100, 1000, 1000),
        ]
    )
    assert [(each.way, dict(each.parameters)) for each in found] == [("x", {})]
    assert found[0].samples == {"peak_per_row": [5.0, 10.0], "held_per_row": [0.0, 0.0]}


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_a_study_says_what_it_is(study: Study) -> None:
    assert type(study).__module__ == f"benchmarks.studies.{study.name}"
    assert study.question.endswith("?")
    for profile in PROFILES:
        assert study.subjects(profile)
        assert study.rounds[profile] > 0
    assert sorted(study.rounds.values()) == [study.rounds[profile] for profile in PROFILES]


def test_a_table_has_a_line_for_each_framework_and_says_what_failed() -> None:
    where = ("ask", "thing")
    found: list[Figure | Failure] = [
        Figure(*where, "A", "copy", "wall", "s", [0.001, 0.002, 0.003], {"rows": 1000}),
        Figure(*where, "A", "copy", "peak", "B", [3 * 1024 * 1024], {"rows": 1000}),
        Figure(*where, "A", "copy", "wall", "s", [0.5], {"rows": 10_000}),
        Failure(*where, "B", "", "it broke", {"rows": 1000}),
    ]
    console = Console(file=io.StringIO(), width=120)
    table.show(console, Ask(), "thing", found)
    assert isinstance(console.file, io.StringIO)
    lines = [" ".join(line.split()) for line in console.file.getvalue().splitlines()]
    assert "rows 1,000 A copy 2.00 ms ±50% 3.00 MiB" in lines
    assert "rows 10,000 A copy 500 ms -" in lines
    assert "No figures: B rows 1,000: it broke" in lines


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lode"], "there is no study 'lode'; choose from growth, pool, load"),
        (["load", "--frameworks", "asyncpq"], "there is no framework 'asyncpq'; choose from"),
    ],
)
def test_a_mistyped_name_is_told(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err
