import io

import pytest
from rich.console import Console

from benchmarks.gate import report
from benchmarks.gate.judging import Finding, Quantity, Subject
from benchmarks.gate.outcome import Outcome
from benchmarks.statistic import Interval, Verdict

ORM = Subject("find_many", "data_bridge_orm")
SYNC = Subject("find_one", "data_bridge_sync")


def wall(subject: Subject, verdict: Verdict, value: float) -> Finding:
    ratio = Interval(value, value - 0.02, value + 0.02)
    return Finding(subject, Quantity.WALL, 0.00037, 0.00037 * value, ratio, verdict)


def printed(outcome: Outcome) -> str:
    console = Console(width=report.FILE_WIDTH, file=io.StringIO())
    report.show(console, outcome)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_slower_stand_first_and_the_status_last() -> None:
    counted = Finding(
        ORM, Quantity.INSTRUCTIONS, 100, 103, Interval(1.03, 1.03, 1.03), Verdict.SLOWER
    )
    text = printed(
        Outcome([wall(SYNC, Verdict.EQUAL, 1.0), wall(ORM, Verdict.SLOWER, 1.2), counted])
    )
    assert text.index("find_many") < text.index("find_one")
    assert "1.0300" in text
    assert "1.200 (1.180 to 1.220)" in text
    assert "370 us" in text
    assert text.splitlines()[-1] == "Status 1: slower: find_many of data_bridge_orm."


def test_what_was_not_compared_is_said() -> None:
    text = printed(
        Outcome(
            [wall(SYNC, Verdict.EQUAL, 1.0)],
            unconfirmed=[wall(SYNC, Verdict.SLOWER, 1.3)],
            passed_over=["count of data_bridge_orm: base: it has no such operation"],
        )
    )
    assert "find_one of data_bridge_sync: wall time seemed 1.300 times base's" in text
    assert "Passed over: count of data_bridge_orm: base: it has no such operation\n" in text
    assert text.splitlines()[-1] == "Status 0: nothing became slower."


def test_what_is_slower_for_another_reason_is_not_excused() -> None:
    text = printed(
        Outcome([wall(ORM, Verdict.SLOWER, 1.2)], unconfirmed=[wall(ORM, Verdict.SLOWER, 1.3)])
    )
    assert "seemed" not in text


def test_what_is_broken_is_said() -> None:
    text = printed(Outcome(broken=["count of data_bridge_orm: head: AttributeError: count"]))
    assert "Broken: count of data_bridge_orm: head: AttributeError: count\n" in text
    assert text.splitlines()[-1] == "Status 1: 1 broken."


def test_what_is_not_clear_is_not_called_equal() -> None:
    text = printed(Outcome([wall(SYNC, Verdict.EQUAL, 1.04)]))
    assert "not clear" in text
    assert "equal │" not in text
    assert "1 not clear: by their wall times they may be equal or slower" in text


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(), "Status 2: could not measure: nothing could be compared."),
        (Outcome(ended="no server"), "Status 2: could not measure: no server."),
        (
            Outcome(ended="interrupted", interrupted=True),
            "Status 130: interrupted; what was measured by then stands above.",
        ),
    ],
)
def test_the_last_line(outcome: Outcome, expected: str) -> None:
    assert printed(outcome).splitlines()[-1] == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(2.5, "2.5 s"), (0.0123, "12.3 ms"), (3.7e-4, "370 us"), (2e-7, "0.2 us")],
)
def test_durations(seconds: float, expected: str) -> None:
    assert report.duration(seconds) == expected
