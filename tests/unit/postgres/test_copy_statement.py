"""COPY commands: names and options are written so that nothing else can be read into them."""

from typing import Any

import pytest

from data_bridge.postgres.copy.statement import copy_in, copy_out, copy_out_query, select
from data_bridge.postgres.errors import InterfaceError


def test_commands() -> None:
    assert copy_in('"t"', None, None, {}) == 'COPY "t" FROM STDIN'
    assert copy_in('"s"."t"', ["a", 'b"c'], "a > 1", {"format": "binary"}) == (
        'COPY "s"."t" ("a", "b""c") FROM STDIN (FORMAT binary) WHERE a > 1'
    )
    assert copy_out('"t"', ["a"], {"format": "csv", "header": True}) == (
        'COPY "t" ("a") TO STDOUT (FORMAT csv, HEADER True)'
    )
    assert copy_out_query("SELECT 1 -- one;\n;", {}) == "COPY (\nSELECT 1 -- one;\n\n) TO STDOUT"
    assert select('"t"', iter(["a", "b"])) == 'SELECT "a", "b" FROM "t"'


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ({"delimiter": "|", "null": "it's", "quote": None}, "DELIMITER '|', NULL 'it''s'"),
        ({"escape": "\\", "null": "\\N'"}, "ESCAPE E'\\\\', NULL E'\\\\N'''"),
        ({"force_quote": True}, "FORCE_QUOTE *"),
        ({"force_quote": ["a", "b"]}, 'FORCE_QUOTE ("a", "b")'),
        ({"encoding": "LATIN1", "header": False}, "ENCODING 'LATIN1', HEADER False"),
    ],
)
def test_options_out(options: dict[str, Any], written: str) -> None:
    assert copy_out("t", None, options) == f"COPY t TO STDOUT ({written})"


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ({"freeze": True, "header": "match"}, "FREEZE True, HEADER MATCH"),
        ({"force_null": ("a",), "force_not_null": True}, 'FORCE_NULL ("a"), FORCE_NOT_NULL *'),
        ({"on_error": "ignore", "reject_limit": 3}, "ON_ERROR ignore, REJECT_LIMIT 3"),
        ({"log_verbosity": "silent", "default": "-"}, "LOG_VERBOSITY silent, DEFAULT '-'"),
    ],
)
def test_options_in(options: dict[str, Any], written: str) -> None:
    assert copy_in("t", None, None, options) == f"COPY t FROM STDIN ({written})"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"oids": True}, "COPY has no option 'oids' here"),
        ({"freeze": True}, "COPY has no option 'freeze' here"),
        ({"format": "xml"}, "format is 'text' or 'csv' or 'binary', not 'xml'"),
        ({"format": ["csv"]}, "format is"),
        ({"delimiter": "::"}, "delimiter is one ASCII character, not '::'"),
        ({"quote": "é"}, "quote is one ASCII character"),
        ({"null": 1}, "null is a text without NUL, not 1"),
        ({"encoding": "a\0"}, "encoding is a text without NUL"),
        ({"header": "yes"}, "header is True or False, not 'yes'"),
        ({"force_quote": "a"}, "force_quote: expected the names of columns, not 'a'"),
        ({"force_quote": [1]}, "force_quote: expected the names of columns"),
        ({"force_quote": []}, "force_quote: expected the names of columns"),
    ],
)
def test_what_is_no_option(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InterfaceError, match=message):
        copy_out("t", None, options)


def test_what_is_no_option_in() -> None:
    with pytest.raises(InterfaceError, match="reject_limit is a number of rows, not True"):
        copy_in("t", None, None, {"reject_limit": True})
    with pytest.raises(InterfaceError, match="columns: expected the names of columns, not 'ab'"):
        copy_in("t", "ab", None, {})
