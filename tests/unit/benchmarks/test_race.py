import contextlib
import signal
from typing import Any

import pytest

from benchmarks import termination
from benchmarks.adapters.adapter import Adapter
from benchmarks.comparison.race import (
    WARM_LIMIT,
    Entry,
    ServerGoneError,
    entered_twice,
    entries,
    is_warm,
    measure,
    race,
    warm_up,
)
from benchmarks.measurement import Sample, WrongResultError
from benchmarks.operations import BY_NAME, Operation

from .comparisons import result

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


class Warming(Track):
    """A bench on which each framework's rounds take what they are said to, the last one forever."""

    def __init__(self, **walls: list[float]) -> None:
        super().__init__()
        self.walls = walls

    def round(self, operation: Operation, adapter: Runner, way: str) -> Sample:
        super().round(operation, adapter, way)
        walls = self.walls[adapter.name]
        return Sample(walls.pop(0) if len(walls) > 1 else walls[0], None)


@pytest.mark.parametrize(
    ("walls", "warm"),
    [
        ([], False),
        ([5.0, 5.0, 5.0], False),
        ([5.0, 5.0, 5.0, 5.0], True),
        # Noise upwards is no warm-up.
        ([5.0, 9.0, 7.0, 5.1], True),
        ([9.0, 7.0, 6.0, 5.0], False),
        ([9.0, 5.0, 5.0, 5.0], False),
        ([9.0, 5.0, 5.0, 5.0, 4.9], True),
    ],
)
def test_a_series_is_warm_when_it_has_stopped_growing_quicker(
    walls: list[float], warm: bool
) -> None:
    assert is_warm(walls) is warm


def test_who_is_warm_waits_for_nobody() -> None:
    found = racing("AB")
    track = Warming(A=[5.0], B=[9.0, 8.0, 7.0, 6.0, 5.0])
    warm_up(track, FIND, found)  # type: ignore[arg-type]
    assert "".join(track.runs) == "ABABABAB" + "BBBB"
    assert [series.unsteady for series, _ in found] == [None, None]


def test_a_warm_up_has_an_end_and_says_so() -> None:
    found = racing("AB")
    track = Warming(A=[5.0], B=[0.9**number for number in range(50)])
    warm_up(track, FIND, found)  # type: ignore[arg-type]
    assert track.runs.count("B") == WARM_LIMIT
    assert [series.unsteady for series, _ in found] == [None, WARM_LIMIT]


def test_one_that_fails_while_it_warms_up_is_neither_warm_nor_unsteady() -> None:
    found = racing("AB")
    track = Track(B=WrongResultError("wrong"))
    warm_up(track, FIND, found)  # type: ignore[arg-type]
    assert [series.failure for series, _ in found] == [None, "wrong"]
    assert [series.unsteady for series, _ in found] == [None, None]


def test_a_peer_is_entered_twice_in_its_quickest_way() -> None:
    names = ("data_bridge_orm", "floor", "asyncpg", "fastpg")
    found = entries(BY_NAME["insert_1000"], [(name, Runner(name)) for name in names])
    for number, (series, _) in enumerate(found):
        series.samples.append(Sample(10.0 - number, None))
    second = entered_twice(found)
    assert second is not None
    assert (second[0].framework, second[0].way) == ("asyncpg", "unnest")
    only = entered_twice(found[:2])
    assert only is not None
    assert only[0].framework == "data_bridge_orm"
    assert entered_twice([]) is None


def test_a_whole_race_leaves_samples_of_timed_rounds_and_a_control() -> None:
    found = result()
    adapters: list[tuple[str, Adapter]] = [("asyncpg", Runner("A")), ("fastpg", Runner("B"))]
    track = Warming(A=[9.0, 5.0], B=[6.0])
    told: list[str] = []
    measure(track, FIND, adapters, 3, found, told.append)  # type: ignore[arg-type]
    assert [series.walls for series in found.series] == [[5.0] * 3, [6.0] * 3]
    (control,) = found.controls
    assert control.first is found.series[0]
    assert control.second.walls == [5.0] * 3
    assert len(told) == 3 * 3
    assert "".join(track.runs[-9:]) == "ABABAAAAB"


def test_a_server_that_dies_in_the_race_leaves_its_samples_in_the_result() -> None:
    found = result()
    adapters: list[tuple[str, Adapter]] = [("asyncpg", Runner("A"))]
    track = Warming(A=[5.0])

    def tick(_label: str) -> None:
        track.errors = {"A": OSError("gone")}
        track.alive = lambda: False
        track.walls = {}

    with pytest.raises(ServerGoneError):
        measure(track, FIND, adapters, 3, found, tick)  # type: ignore[arg-type]
    assert [series.walls for series in found.series] == [[5.0]]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interruption_is_not_lost_in_what_a_driver_makes_of_it(
    kind: type[BaseException],
) -> None:
    class Clumsy(Track):
        def round(self, operation: Operation, adapter: Runner, way: str) -> Sample:
            try:
                raise kind
            except kind:
                try:
                    raise OSError("cannot cancel")
                except OSError as error:
                    raise ValueError("cannot close") from error

    with pytest.raises(kind):
        race(Clumsy(), FIND, racing("AB"), 2)  # type: ignore[arg-type]


def test_a_signal_that_a_framework_lost_ends_the_race_before_the_next_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(termination, "_received", [])

    class Losing(Track):
        def round(self, operation: Operation, adapter: Runner, way: str) -> Sample:
            with contextlib.suppress(SystemExit):
                termination.terminate(signal.SIGTERM, None)
            return super().round(operation, adapter, way)

    track = Losing()
    with pytest.raises(SystemExit) as ended:
        run(track, racing("AB"), 3)
    assert ended.value.code == 143
    assert track.runs == ["A"]
