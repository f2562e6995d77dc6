from benchmarks.history.change import Change, changes, weather
from benchmarks.history.results import Series
from benchmarks.statistic import Interval, Verdict

THRESHOLDS = {".*track_time.*": 0.15, ".*track_ratio.*": 0.10, ".*track_instructions.*": 0.01}
TIME: Series = ("suites.find.FindOne.track_time", ("data_bridge_orm",))
RATIO: Series = ("suites.find.FindOne.track_ratio", ("data_bridge_orm", "best peer"))
COUNT: Series = ("suites.instructions.Instructions.track_instructions", ("find_one", "driver"))
PEERS: list[Series] = [
    ("suites.find.FindOne.track_time", (name,)) for name in ("asyncpg", "fastpg", "floor")
]


def figures(
    ours: dict[Series, float], peers: tuple[float, ...], share: float = 0.02
) -> dict[Series, Interval]:
    known = {**ours, **dict(zip(PEERS, peers, strict=True))}
    return {
        series: Interval(value, value * (1 - share), value * (1 + share))
        for series, value in known.items()
    }


def change(
    before: float, after: float, series: Series = TIME, peers: tuple[float, ...] = (1, 1, 1)
) -> Change:
    (found,) = changes(
        figures({series: before}, (1, 1, 1)), figures({series: after}, peers), THRESHOLDS
    )
    return found


def test_a_larger_figure_is_slower() -> None:
    for series in (TIME, RATIO):
        found = change(1.0, 1.5, series)
        assert (found.verdict, found.factor.value) == (Verdict.SLOWER, 1.5)
        assert change(1.5, 1.0, series).verdict is Verdict.FASTER
        assert change(1.0, 1.0, series).verdict is Verdict.EQUAL


def test_what_the_machine_did_is_taken_out_of_times_alone() -> None:
    found = change(1.0, 2.0, peers=(2, 2, 2))
    assert (found.verdict, found.factor.value) == (Verdict.EQUAL, 1.0)
    assert change(1.0, 2.0, RATIO, peers=(2, 2, 2)).verdict is Verdict.SLOWER
    # Our time stayed while all others doubled.
    assert change(1.0, 1.0, peers=(2, 2, 2)).verdict is Verdict.FASTER


def test_a_change_within_the_spread_of_the_peers_is_none() -> None:
    assert change(1.0, 1.4, peers=(1, 1, 1)).verdict is Verdict.SLOWER
    found = change(1.0, 1.4, peers=(0.7, 1, 1.5))
    assert found.verdict is Verdict.EQUAL
    assert found.factor.low < 1 < found.factor.value


def test_a_change_within_the_intervals_is_none() -> None:
    before, after = (figures({RATIO: value}, (1, 1, 1), share=0.3) for value in (1.0, 1.4))
    (found,) = changes(before, after, THRESHOLDS)
    assert (found.verdict, found.factor.value) == (Verdict.EQUAL, 1.4)


def test_less_than_the_threshold_is_none() -> None:
    counts = [{COUNT: Interval(value, value, value)} for value in (50_000.0, 50_400.0, 50_600.0)]
    (slight,) = changes(counts[0], counts[1], THRESHOLDS)
    (clear,) = changes(counts[0], counts[2], THRESHOLDS)
    assert (slight.verdict, clear.verdict) == (Verdict.EQUAL, Verdict.SLOWER)


def test_what_one_commit_lacks_is_passed_over() -> None:
    both = figures({TIME: 1.0}, (1, 1, 1))
    assert [one.series for one in changes(both, both | {RATIO: Interval(1, 1, 1)}, {})] == [TIME]
    assert changes({}, both, {}) == []


def test_the_weather_is_what_the_peers_have_in_common() -> None:
    before, after = figures({TIME: 1.0}, (1, 1, 1)), figures({TIME: 9.0}, (1.2, 1.5, 1.6))
    assert weather(before, after) == Interval(1.5, 1.2, 1.6)
    assert weather({}, after) == Interval(1.0, 1.0, 1.0)
