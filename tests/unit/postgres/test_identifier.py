from typing import Any

import pytest

from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.identifier import qualify, quote, quote_identifier


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("age", '"age"'),
        ("select", '"select"'),
        ("Übung 1", '"Übung 1"'),
        ('a"b', '"a""b"'),
        ('x"; DROP TABLE users; --', '"x""; DROP TABLE users; --"'),
        ("é" * 31, f'"{"é" * 31}"'),
    ],
)
def test_a_name_is_quoted_and_its_own_quotes_doubled(name: str, quoted: str) -> None:
    assert quote(name) == quoted


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "empty"),
        ("a\0b", "NUL"),
        ("a" * 64, "63"),
        ("é" * 32, "63"),
        ("\ud800", "surrogate"),
        (None, "is a str, not NoneType"),
        (b"a", "is a str, not bytes"),
    ],
)
def test_what_is_no_name_is_refused(name: Any, why: str) -> None:
    with pytest.raises(InterfaceError, match=why):
        quote(name)
    with pytest.raises(InterfaceError, match=why):
        quote_identifier("app", name)


def test_a_schema_is_quoted_by_itself() -> None:
    assert qualify("my.app", "users") == '"my.app"."users"'
    assert qualify(None, "my.users") == '"my.users"'


def test_each_part_of_a_name_is_quoted_by_itself() -> None:
    assert quote_identifier("user") == '"user"'
    assert quote_identifier("app", "us.er", 'na"me') == '"app"."us.er"."na""me"'
    with pytest.raises(TypeError):
        quote_identifier()  # type: ignore[call-arg]
