from __future__ import annotations

import pytest

from doorward.identity.oidc.strict_json import Malformed, parse_object


def test_one_object_is_read() -> None:
    assert parse_object(b' {"a": [1, {"b": null}], "c": 1.5} ') == {"a": [1, {"b": None}], "c": 1.5}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b'"text"',
        b"null",
        b"<html></html>",
        b'{"a": 1',
        b'{"a": 1} {"a": 1}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": "\xff"}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": 1' + b"0" * 5000 + b"}",
        b'{"a": ' * 100_000,
        b"[" * 100_000,
    ],
)
def test_what_is_not_one_json_object_is_malformed(text: bytes) -> None:
    with pytest.raises(Malformed):
        parse_object(text)


@pytest.mark.parametrize("text", [b'{"a": 1, "a": 1}', b'{"b": {"a": 1, "a": 2}}', b'{"a": 1, "\\u0061": 2}'])
def test_a_name_that_appears_twice_is_malformed(text: bytes) -> None:
    with pytest.raises(Malformed, match="twice"):
        parse_object(text)
