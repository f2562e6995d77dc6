import pytest

from data_bridge.test.selection import selector

NAMES = (
    "Insert One",
    "Bulk Insert 1000",
    "Bulk Insert 10000",
    "Update One",
    "Save and Find",
    "Find and Save",
)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Insert One", ["Insert One"]),
        ("insert one", ["Insert One"]),
        ("insert", ["Insert One", "Bulk Insert 1000", "Bulk Insert 10000"]),
        ("Bulk Insert 1000", ["Bulk Insert 1000"]),
        ("bulk insert", ["Bulk Insert 1000", "Bulk Insert 10000"]),
        ("insert and not bulk", ["Insert One"]),
        ("(insert one) or update", ["Insert One", "Update One"]),
        ("Save and Find", ["Save and Find"]),
        ("bench_users", list(NAMES)),
        ("delete", []),
    ],
)
def test_groups_are_named_as_people_name_them(expression: str, expected: list[str]) -> None:
    selected = selector(expression, NAMES)
    assert [name for name in NAMES if selected([name], "bench_users.py")] == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Dump", ["Dump[rows=10]", "Dump[rows=1000]"]),
        ("Dump[rows=10]", ["Dump[rows=10]"]),
        ("rows=1000", ["Dump[rows=1000]"]),
    ],
)
def test_a_group_with_parameters_has_a_name_and_titles(
    expression: str, expected: list[str]
) -> None:
    groups = [("Dump[rows=10]", "Dump"), ("Dump[rows=1000]", "Dump"), ("Dump More", "Dump More")]
    selected = selector(expression, [name for names in groups for name in names])
    assert [names[0] for names in groups if selected(names, "bench_dump.py")] == expected


@pytest.mark.parametrize("expression", ["insert and", "(insert", "or"])
def test_what_is_no_expression_is_a_usage_error(expression: str) -> None:
    with pytest.raises(pytest.UsageError, match="Wrong expression passed to '-k'"):
        selector(expression, NAMES)
