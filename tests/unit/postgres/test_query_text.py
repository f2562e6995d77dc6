"""What is said of a statement in public holds no literal, and no guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_bridge.postgres.query_text import LONGEST, query_text


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("SELECT 1", "SELECT ?"),
        ("SELECT $1, $12 FROM t1 LIMIT 10", "SELECT $1, $12 FROM t1 LIMIT ?"),
        ("SELECT 'it''s', 1.5e-7, .5, 0xff, -3", "SELECT ?, ?, ?, ?, -?"),
        (r"SELECT E'a\'b', 'c\', b", "SELECT ?, ?, b"),
        ("SELECT B'01', N'x', x'ff', U&'d'", "SELECT ?, ?, ?, U&?"),
        ("SELECT $$it's$$, $a$ $$ $a$", "SELECT ?, ?"),
        ('SELECT "it\'s 1" FROM "T2"', 'SELECT "it\'s 1" FROM "T2"'),
        ("SELECT a -- 'secret'\nFROM t /* 'secret' */", "SELECT a  \nFROM t"),
        ("SELECT 'never closed", "SELECT ?"),
        ("SELECT $a$never closed", "SELECT ?"),
        ("SELECT a[1], t.c2", "SELECT a[?], t.c2"),
    ],
)
def test_literals_are_left_out(sql: str, text: str) -> None:
    assert query_text(sql).text == text


@pytest.mark.parametrize(
    ("sql", "operation", "collection"),
    [
        ("SELECT a FROM t", "SELECT", "t"),
        ("select a from only app.t where a = 1", "SELECT", "app.t"),
        ('SELECT a FROM "My table" t', "SELECT", '"My table"'),
        ("SELECT a FROM t JOIN u USING (a)", "SELECT", None),
        ("SELECT a FROM t, u", "SELECT", None),
        ("SELECT a FROM generate_series(1, 2) a", "SELECT", None),
        ("SELECT a FROM (SELECT a FROM t) s", "SELECT", None),
        ("SELECT a FROM t WHERE a IN (SELECT b FROM u)", "SELECT", None),
        ("SELECT 1", "SELECT", None),
        ("INSERT INTO t (a) SELECT a FROM u", "INSERT", "t"),
        ("insert into t values ('from x')", "INSERT", "t"),
        ("UPDATE t SET a = 1", "UPDATE", "t"),
        ("UPDATE t SET a = u.a FROM u", "UPDATE", "t"),
        ("DELETE FROM t;", "DELETE", "t"),
        ("WITH x AS (SELECT 1) SELECT * FROM x", "WITH", None),
        ("(SELECT a FROM t)", "SELECT", "t"),
        ("-- why\nBEGIN", "BEGIN", None),
        ("SELECT 1; SELECT a FROM t", None, None),
        ("", None, None),
        ("$1", None, None),
    ],
)
def test_operation_and_collection(sql: str, operation: str | None, collection: str | None) -> None:
    found = query_text(sql)
    assert (found.operation, found.collection) == (operation, collection)


def test_the_summary_names_all_statements_alike() -> None:
    assert query_text("SELECT a FROM t WHERE b = 7").summary == "SELECT t"
    assert query_text("COMMIT").summary == "COMMIT"
    assert query_text("SELECT 1; SELECT 2").summary is None


def test_a_long_text_is_cut() -> None:
    found = query_text(f"SELECT {'a, ' * 5000} 'secret'")
    assert len(found.text) == LONGEST + 3
    assert "secret" not in found.text


@given(st.text(alphabet="aE$'\"-/*\\1. \n;", max_size=40), st.sampled_from(["'", "$x$"]))
def test_no_text_is_too_strange(sql: str, quote: str) -> None:
    """A literal behind whatever is closed is left out."""
    assert query_text(sql).text is not None
    assert "secret" not in query_text(f"SELECT a, {quote}secret{quote}, {sql}").text
