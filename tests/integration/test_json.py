"""JSON documents: whatever `json.loads` makes of a text, the engine makes of it, too."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_bridge.postgres import sync

SPACE = st.text(" \n\r\t", max_size=2)
NUMBERS = st.one_of(
    st.integers(-100, 100).map(str),
    st.integers(-(2**65), 2**65).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,4})?", fullmatch=True),
)
# No NUL, which no text of the server holds.
PLAIN = st.text(
    st.characters(min_codepoint=0x20, exclude_characters='"\\', exclude_categories=["Cs"]),
    max_size=20,
)
ESCAPES = st.sampled_from(['\\"', "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t"])
# Any four digits: pairs of surrogates, halves of them, and all else.
UNITS = st.integers(0, 0xFFFF).map(lambda unit: f"\\u{unit:04x}") | st.sampled_from(
    ["\\uD83D\\uDE00", "\\ud800", "\\udc00", "\\udc00\\ud800", "\\u00E9", "\\u0000", "\\uABCD"]
)
STRINGS = st.lists(PLAIN | ESCAPES | UNITS, max_size=4).map(lambda parts: f'"{"".join(parts)}"')
KEYS = STRINGS | st.sampled_from(['"id"', '"a longer key"', '"another_key_of_rows"'])
SCALARS = st.sampled_from(["null", "true", "false", "[]", "{}", "[ ]", "{ }", '""']) | NUMBERS


def spaced(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """The parts, with spaces around each."""
    between = [part for one in parts for part in (SPACE, one)]
    return st.tuples(*between, SPACE).map("".join)


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Arrays and objects of inner documents; keys may repeat."""
    pairs = spaced(KEYS, st.just(":"), inner)
    return st.lists(spaced(inner), max_size=5).map(lambda items: f"[{','.join(items)}]") | st.lists(
        pairs, max_size=5
    ).map(lambda items: f"{{{','.join(items)}}}")


DOCUMENTS = spaced(st.recursive(SCALARS | STRINGS, nested, max_leaves=20))


def fetch(connection: sync.Connection, kind: str, documents: list[str]) -> list[Any]:
    records = connection.fetch(f"SELECT unnest($1::text[])::{kind}", documents)
    return [record[0] for record in records]


def check(found: list[Any], documents: list[str]) -> None:
    # Their spelling tells 1 from 1.0 and True, 0.0 from -0.0, and the order of keys.
    for one, document in zip(found, documents, strict=True):
        assert repr(one) == repr(json.loads(document)), document


@given(st.lists(DOCUMENTS, min_size=1, max_size=20))
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_document(sync_connection: sync.Connection, documents: list[str]) -> None:
    check(fetch(sync_connection, "json", documents), documents)


@pytest.mark.parametrize("depth", [99, 100, 101, 102, 500])
def test_deep_documents(sync_connection: sync.Connection, depth: int) -> None:
    documents = ["[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth]
    check(fetch(sync_connection, "json", documents), documents)
    check(fetch(sync_connection, "jsonb", documents), documents)


@pytest.mark.parametrize("digits", [1, 17, 18, 19, 20, 100, 4300])
@pytest.mark.parametrize("sign", ["", "-"])
def test_integers_of_any_size(sync_connection: sync.Connection, digits: int, sign: str) -> None:
    documents = [sign + digit * digits for digit in "19"]
    documents += [f"[{document}, {document}.5, {document}e1]" for document in documents]
    check(fetch(sync_connection, "json", documents), documents)


def test_more_digits_than_python_converts(sync_connection: sync.Connection) -> None:
    document = "1" * 4301
    with pytest.raises(ValueError, match="4300 digits") as expected:
        json.loads(document)
    with pytest.raises(ValueError, match="4300 digits") as raised:
        fetch(sync_connection, "json", [document])
    assert str(raised.value) == str(expected.value)
    # The connection goes on.
    assert fetch(sync_connection, "json", ["1"]) == [1]


def test_keys_are_shared_and_never_mistaken(sync_connection: sync.Connection) -> None:
    # More keys than there are places for, of every length, each asked for twice.
    keys = [f"{'k' * length}{n}" for length in range(0, 80, 4) for n in range(40)]
    documents = [json.dumps({key: key.upper()}) for key in keys for _ in range(2)]
    check(fetch(sync_connection, "jsonb", documents), documents)
    first, second = fetch(sync_connection, "jsonb", ['{"a long key": 1}', '{"a long key": 2}'])
    assert next(iter(first)) is next(iter(second))


def test_what_the_server_rewrites(sync_connection: sync.Connection) -> None:
    document = (
        '{"b": [1.50, 1e3, -0, "\\u00e9\\n"], "a": {"x": null}, "b": [12345678901234567890.5]}'
    )
    record = sync_connection.fetchrow("SELECT $1::text::jsonb, $1::text::jsonb::text", document)
    assert record is not None
    check([record[0]], [record[1]])
    assert list(record[0]) == ["a", "b"]
