from typing import Any

import pytest

from benchmarks.adapters.adapter import Adapter
from benchmarks.comparison.race import Entry, ServerGoneError, entries, race
from benchmarks.measurement import Sample, WrongResultError
from benchmarks.operations import BY_NAME, Operation

FIND = BY_NAME["find_one"]


class Runner(Adapter):
    """An adapter that is measured without a server."""

    title = "runner"
    package = "none"
    kind = "sync"
    table = "bench_runner"

    def __init__(self, name: str = "") -> None:
        self.name = name

    def open(self, dsn: str, smallest: int = 0, largest: int = 0) -> None: ...

    def close(self) -> None: ...

    def values(self, row: Any) -> Any: ...

    def find_one(self, identifier: int) -> None: ...

    def insert_many_by_copy(self, rows: Any) -> None: ...

    def insert_many_by_unnest(self, rows: Any) -> None: ...


class Track:
    """A bench that notes who runs, and raises what it is told to."""

    def __init__(self, alive: bool = True, **errors: Exception) -> None:
        self.runs: list[str] = []
        self.errors = errors
        self.tables = self
        self.alive = lambda: alive

    def round(self, operation: Operation, adapter: Runner, way: str) -> Sample:
        self.runs.append(adapter.name)
        if adapter.name in self.errors:
            raise self.errors[adapter.name]
        return Sample(len(self.runs), None)


def racing(names: str) -> list[Entry]:
    return entries(FIND, [(name, Runner(name)) for name in names])


def run(track: Track, found: list[Entry], rounds: int) -> str:
    race(track, FIND, found, rounds)  # type: ignore[arg-type]
    return "".join(track.runs)


def test_everybody_is_first_in_turn() -> None:
    found = racing("ABC")
    assert run(Track(), found, 4) == "ABCBCACABABC"
    assert [sample.wall for sample in found[0][0].samples] == [1, 6, 8, 10]


def test_one_that_fails_is_out_and_the_others_go_on() -> None:
    found = racing("ABC")
    track = Track(B=WrongResultError("wrong"), C=ValueError("broken\nthing"))
    assert run(track, found, 3) == "ABCAA"
    assert [series.failure for series, _ in found] == [None, "wrong", "ValueError: broken thing"]
    assert [len(series.samples) for series, _ in found] == [3, 0, 0]


def test_a_server_that_is_gone_ends_the_race_and_leaves_what_there_is() -> None:
    found = racing("AB")
    with pytest.raises(ServerGoneError, match="stopped answering during 'Find one by id'"):
        run(Track(alive=False, B=OSError()), found, 3)
    assert len(found[0][0].samples) == 1


def test_a_wrong_result_is_no_sign_of_a_server_that_is_gone() -> None:
    assert run(Track(alive=False, A=WrongResultError("wrong")), racing("AB"), 2) == "ABB"


def test_all_ways_of_a_framework_race() -> None:
    found = entries(BY_NAME["insert_1000"], [("A", Runner())])
    assert [series.label for series, _ in found] == ["runner copy", "runner unnest"]
    assert entries(BY_NAME["count"], [("A", Runner())]) == []


def test_each_round_is_told() -> None:
    told: list[str] = []
    race(Track(), FIND, racing("AB"), 2, told.append)  # type: ignore[arg-type]
    assert told == ["runner"] * 4
