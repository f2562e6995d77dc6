from benchmarks.gate.judging import Finding, Quantity, Subject
from benchmarks.gate.outcome import Outcome, subjects, verdict
from benchmarks.statistic import Interval, Verdict

ONE = Subject("find_one", "data_bridge_orm")
TWO = Subject("find_many", "data_bridge_sync")
WALL, CPU, INSTRUCTIONS = Quantity.WALL, Quantity.CPU, Quantity.INSTRUCTIONS
SLOWER, EQUAL, FASTER = Verdict.SLOWER, Verdict.EQUAL, Verdict.FASTER


def finding(subject: Subject, quantity: Quantity, found: Verdict, value: float = 1.0) -> Finding:
    return Finding(subject, quantity, 1.0, value, Interval(value, value, value), found)


def test_the_status_of_what_was_found() -> None:
    assert Outcome([finding(ONE, WALL, EQUAL)]).status == 0
    assert Outcome([finding(ONE, WALL, FASTER)]).status == 0
    assert Outcome([finding(ONE, WALL, SLOWER)]).status == 1
    assert Outcome([finding(ONE, WALL, EQUAL)], broken=["find_many: head: gone"]).status == 1


def test_nothing_compared_is_nothing_measured() -> None:
    assert Outcome(passed_over=["find_one: base: lacks it"]).status == 2


def test_what_was_lost_is_not_measured_unless_something_is_slower() -> None:
    assert Outcome([finding(ONE, WALL, EQUAL)], lost=["instructions"]).status == 2
    assert Outcome([finding(ONE, WALL, SLOWER)], lost=["instructions"]).status == 1


def test_what_ended_early_is_not_measured_whatever_was_found() -> None:
    for found in (EQUAL, SLOWER):
        assert Outcome([finding(ONE, WALL, found)], ended="the server is gone").status == 2
        assert (
            Outcome([finding(ONE, WALL, found)], ended="interrupted", interrupted=True).status
            == 130
        )


def test_one_quantity_that_is_slower_condemns() -> None:
    for quantity in Quantity:
        found = {one: finding(ONE, one, EQUAL) for one in Quantity}
        assert verdict(found) is EQUAL
        found[quantity] = finding(ONE, quantity, SLOWER)
        assert verdict(found) is SLOWER


def test_more_instructions_in_less_time_are_no_loss() -> None:
    found = {
        INSTRUCTIONS: finding(ONE, INSTRUCTIONS, SLOWER),
        WALL: finding(ONE, WALL, FASTER),
        CPU: finding(ONE, CPU, FASTER),
    }
    assert verdict(found) is FASTER
    found[CPU] = finding(ONE, CPU, SLOWER)
    assert verdict(found) is SLOWER


def test_a_second_look_takes_the_place_of_the_first() -> None:
    outcome = Outcome([finding(ONE, WALL, SLOWER, 1.2), finding(TWO, WALL, SLOWER, 1.3)])
    assert outcome.slower() == [ONE, TWO]
    again = Outcome(
        [finding(ONE, WALL, EQUAL, 1.01), finding(TWO, WALL, SLOWER, 1.25)], broken=["a line"]
    )
    outcome.confirm(again)
    assert outcome.slower() == [TWO]
    assert [one.ratio.value for one in outcome.findings] == [1.01, 1.25]
    assert [one.ratio.value for one in outcome.unconfirmed] == [1.2]
    assert outcome.broken == ["a line"]


def test_a_second_look_that_found_nothing_leaves_the_first() -> None:
    outcome = Outcome([finding(ONE, WALL, SLOWER, 1.2)])
    outcome.confirm(Outcome())
    assert outcome.slower() == [ONE]
    assert outcome.unconfirmed == []


def test_what_is_not_clear() -> None:
    wide = Finding(ONE, WALL, 1.0, 1.0, Interval(1.0, 0.9, 1.1), EQUAL)
    outcome = Outcome([wide, finding(TWO, WALL, EQUAL)])
    assert outcome.unclear() == [ONE]
    # It is slower by its instructions; its time matters no more.
    outcome.findings.append(finding(ONE, INSTRUCTIONS, SLOWER))
    assert outcome.unclear() == []
    assert subjects(outcome.findings) == [ONE, TWO]
