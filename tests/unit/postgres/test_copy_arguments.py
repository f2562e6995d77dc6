"""Literals stand where the parameters of a query are, and nowhere else."""

import pytest

from data_bridge.postgres.copy.arguments import check_count, check_strings, literals, substitute
from data_bridge.postgres.errors import InterfaceError

TYPES = ("integer", "text")
VALUES = ("'1'", "E'it''s \\\\'")


def test_literals() -> None:
    assert literals(TYPES) == (
        "SELECT pg_catalog.quote_nullable($1::integer::text), "
        "pg_catalog.quote_nullable($2::text::text)"
    )
    assert substitute("SELECT $2, $1 + $1", TYPES, VALUES) == (
        "SELECT (E'it''s \\\\'::text), ('1'::integer) + ('1'::integer)"
    )


@pytest.mark.parametrize(
    "hidden",
    [
        "'$1'",
        "'it''s $1'",
        "'a\\'",
        "e'\\'$1'",
        "E'\\\\\\' $1 '",
        "E'a' -- b\n '\\'$1'",
        "E'a'\n  -- '\n '\\' $1'",
        "U&'\\0061 $1'",
        "N'$1' b'$1'",
        '"$1"',
        '"a""$1"',
        'u&"$1"',
        "$$ $1 ' $$",
        "$a$ $1 $$ $1 $b$ $a$",
        "$é$ $1 $é$",
        "-- $1\n",
        "a--$1 '\n",
        "/* $1 /* $1 */ ' $1 */",
        "a$1",
        "é$1",
        "_$1$1",
    ],
)
def test_what_only_looks_like_a_parameter(hidden: str) -> None:
    whole = substitute(f"SELECT $1, {hidden} , $1", ("int",), ("'7'",))
    assert whole == f"SELECT ('7'::int), {hidden} , ('7'::int)"


@pytest.mark.parametrize("before", ["(", "1", "=", "'a'", "-", "[", ",", "a.b=", "$$a$$", "*/"])
def test_parameters_anywhere(before: str) -> None:
    assert substitute(f"{before}$1)", ("int",), ("'7'",)) == f"{before}('7'::int))"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT $1, 'a", "a quote that does not end, at 12"),
        ('SELECT $1, "a', "a quote that does not end"),
        ("SELECT $1, E'\\'", "a quote that does not end"),
        ("SELECT $1, $a$ $b$", "a quote that does not end"),
        ("SELECT $1, $$ $", "a quote that does not end"),
        ("SELECT $1 /* /* */", "a comment that does not end"),
        ("SELECT $2", "no parameter .2"),
        ("SELECT $0", "no parameter .0"),
        ("SELECT '$1'", "not every argument"),
        ("SELECT 1$\u0661", "a quote that does not end"),
    ],
)
def test_what_cannot_be_told_is_refused(query: str, message: str) -> None:
    with pytest.raises(InterfaceError, match=message):
        substitute(query, ("int",), ("'7'",))


def test_checks() -> None:
    check_count(2, 2)
    with pytest.raises(InterfaceError, match="takes 1 argument, and 2 were given"):
        check_count(1, 2)
    check_strings("on")
    with pytest.raises(InterfaceError, match="standard_conforming_strings"):
        check_strings("off")
