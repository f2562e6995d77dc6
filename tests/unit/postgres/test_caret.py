"""The line and the caret of an error."""

import pytest

from data_bridge.postgres.caret import pointed


@pytest.mark.parametrize(
    ("query", "position", "shown"),
    [
        ("SELECT a", 8, ["LINE 1: SELECT a", "               ^"]),
        ("SELECT a", 9, ["LINE 1: SELECT a", "                ^"]),
        ("SELECT\n  a,\r\n  b", 16, ["LINE 3:   b", "          ^"]),
        ("SELECT\n  a,\r\n  b", 10, ["LINE 2:   a,", "          ^"]),
        ("\ta", 2, ["LINE 1: \ta", "        \t^"]),
        ("'中e\u0301' a", 7, ["LINE 1: '中e\u0301' a", " " * 14 + "^"]),
        ("SELECT a", 10, []),
        ("SELECT a", 0, []),
        ("SELECT a", None, []),
        (None, 3, []),
    ],
)
def test_the_place_is_shown(query: str | None, position: int | None, shown: list[str]) -> None:
    assert pointed(query, position) == shown


def test_a_long_line_is_cut_around_the_place() -> None:
    query = "SELECT " + "a, " * 50 + "nam FROM t WHERE " + "b AND " * 50
    line, caret = pointed(query, query.index("nam") + 1)
    assert len(line) < 100
    assert line.startswith("LINE 1: ...")
    assert line.endswith("...")
    assert line[caret.index("^") :].startswith("nam FROM")
