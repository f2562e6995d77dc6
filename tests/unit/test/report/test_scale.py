import pytest

from data_bridge.test.report.scale import Linear, Logarithmic, three_digits, unit_for


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (2500.0, "2.50 s"),
        (1.0, "1.00 ms"),
        (12.34, "12.3 ms"),
        (0.0123, "12.3 µs"),
        (0.00095, "950 ns"),
        (0.0, "0 ns"),
    ],
)
def test_times_get_the_unit_that_suits_them(milliseconds: float, words: str) -> None:
    unit = unit_for(milliseconds)
    assert f"{unit.words(milliseconds)} {unit.name}" == words


def test_numbers_keep_what_is_before_the_point() -> None:
    assert three_digits(123456.7) == "123,457"
    assert three_digits(float("inf")) == "inf"


def test_a_linear_axis_begins_at_zero_and_ends_with_what_is_beyond() -> None:
    axis = Linear(4.0)
    assert [axis.place(value) for value in (0, 1, 4, 9)] == [0, 25, 100, 100]
    assert [(tick.label, tick.place) for tick in axis.ticks(unit_for(1.0))] == [
        ("0", 0),
        ("1 ms", 25),
        ("2 ms", 50),
        ("3 ms", 75),
        ("4 ms", 100),
    ]


def test_no_time_at_all_has_an_axis() -> None:
    assert Linear(0.0).place(0.0) == 0
    assert Linear(0.0).ticks(unit_for(0.0))


def test_equal_ratios_are_equally_long() -> None:
    axis = Logarithmic([1.0, 10.0, 100.0])
    assert [axis.place(value) for value in (1, 10, 100)] == [0, 50, 100]
    assert axis.round_values() == [1, 10, 100]
    assert Logarithmic([2.0, 12.0]).round_values() == [2, 5, 10]
    assert Logarithmic([3.0]).place(3.0) == 50
