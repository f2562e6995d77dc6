"""Parameters by name: where they are, and where something only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_bridge.postgres import errors, named, named_rows
from data_bridge.postgres.named import compile_named


@pytest.mark.parametrize(
    ("sql", "text", "names"),
    [
        ("SELECT :a, :b, :a", "SELECT $1, $2, $1", ("a", "b")),
        ("SELECT :a::int", "SELECT $1::int", ("a",)),
        ("SELECT :été", "SELECT $1", ("été",)),
        ("f(a => :a, b := :b)", "f(a => $1, b := $2)", ("a", "b")),
        ("ARRAY[:a,:b]", "ARRAY[$1,$2]", ("a", "b")),
        ("x[:a]", "x[$1]", ("a",)),
        ("WHERE id=:id AND(x)>:x", "WHERE id=$1 AND(x)>$2", ("id", "x")),
        ("'it''s' = :a", "'it''s' = $1", ("a",)),
        (r"E'it\'s :x' = :a", r"E'it\'s :x' = $1", ("a",)),
        (r"'ends with \' = :a", r"'ends with \' = $1", ("a",)),
        (r"some_e'\' = :a", r"some_e'\' = $1", ("a",)),
        ("/* a /* :b */ :c */ :d", "/* a /* :b */ :c */ $1", ("d",)),
        ("-- :a\n:b", "-- :a\n$1", ("b",)),
        ("$$ :a $$ || :b", "$$ :a $$ || $1", ("b",)),
        ("$x$ $$ :a $x$ || :b", "$x$ $$ :a $x$ || $1", ("b",)),
        ("a$b$c = :d", "a$b$c = $1", ("d",)),
        ('":a" = :b', '":a" = $1', ("b",)),
        ("x[1::int] = :b", "x[1::int] = $1", ("b",)),
    ],
)
def test_names_become_numbers(sql: str, text: str, names: tuple[str, ...]) -> None:
    assert compile_named(sql) == (text, names)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a::int, '12:30:15'::time",
        "SELECT a[1:2], a[low:high], a[1 :high], a[f(x):high], a[:2], a[b[1]:high]",
        "SELECT $$:a$$, $tag$:a$tag$, E'\\\\:a', U&':a', B'1', ':a'",
        'SELECT ":a", "x"":a", /* :a */ 1 -- :a',
        "SELECT 'never closed :a",
        'SELECT "never closed :a',
        "SELECT $$ never closed :a",
        "SELECT /* never /* closed */ :a",
        "SELECT E'never closed \\",
        "a := 1; b:=2; x::y",
        "SELECT $1, $2",
        ":",
        "",
    ],
)
def test_what_only_looks_like_a_name(sql: str) -> None:
    assert compile_named(sql) == (sql, ())


STRINGS = ["'a'", "E'\\'b'", "$$c$$", "$t$'$t$", '"f"']
PIECES = [*STRINGS, "/*d*/", "--e\n", "::", ":=", "[1:2]", "g", " "]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.sampled_from("xyz")), max_size=12))
def test_names_between_anything(parts: list[str]) -> None:
    """Pieces that are whole stay as they are, and the names between them are found."""
    sql = " ".join(f":{part}" if part in "xyz" else part for part in parts)
    names = list(dict.fromkeys(part for part in parts if part in "xyz"))
    numbers = {name: f"${n}" for n, name in enumerate(names, 1)}
    expected = " ".join(numbers.get(part, part) for part in parts)
    assert compile_named(sql) == (expected, tuple(names))


@given(st.text(alphabet="ab:'\"$/*-\\\nE[]1 ", max_size=40))
def test_nothing_is_lost(sql: str) -> None:
    """Whatever the text: with the names back in their places it is what it was."""
    try:
        text, names = compile_named(sql)
    except errors.InterfaceError:
        return
    for number in range(len(names), 0, -1):
        text = text.replace(f"${number}", f":{names[number - 1]}")
    assert text == sql or "$" in sql


def test_values_come_in_the_order_of_the_names() -> None:
    sql = "SELECT :b, :a, :b"
    assert named(sql, a=1, b={"x": 1}) == ("SELECT $1, $2, $1", {"x": 1}, 1)
    assert named(sql, {"a": 1, "b": 2}) == ("SELECT $1, $2, $1", 2, 1)
    assert named(sql, {"a": 1}, b=None) == ("SELECT $1, $2, $1", None, 1)
    assert named("SELECT 1") == ("SELECT 1",)
    text, rows = named_rows(sql, [{"a": 1, "b": 2}, {"a": 3, "b": 4}])
    assert (text, list(rows)) == ("SELECT $1, $2, $1", [(2, 1), (4, 3)])


def test_values_that_do_not_fit() -> None:
    with pytest.raises(errors.InterfaceError, match="no value for :b, :c"):
        named("SELECT :a, :b, :c", a=1)
    with pytest.raises(errors.InterfaceError, match="no parameter :c; it has :a, :b"):
        named("SELECT :a, :b", a=1, b=2, c=3)
    with pytest.raises(errors.InterfaceError, match="no parameter :c; it has none"):
        named("SELECT 1", c=3)
    with pytest.raises(errors.InterfaceError, match="not both"):
        named("SELECT :a, $1", a=1)
