from __future__ import annotations

import pytest

from doorward.identity.oidc.named_claim import named_claim

DOCUMENT: dict[str, object] = {
    "groups": ["a"],
    "realm_access": {"roles": ["admin"], "deep": {"er": 1}},
    "https://example.com/roles": ["b"],
    "p1.env": "prod",
    "nothing": None,
    "text": "abc",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("groups", ["a"]),
        ("realm_access.roles", ["admin"]),
        ("realm_access.deep.er", 1),
        ("https://example.com/roles", ["b"]),
        ("p1.env", "prod"),
        ("nothing", None),
        ("missing", None),
        ("realm_access.missing", None),
        ("groups.0", None),
        ("text.upper", None),
        ("", None),
        (".", None),
        ("realm_access.", None),
    ],
)
def test_a_claim_is_found_by_its_whole_name_or_by_a_path(name: str, value: object) -> None:
    assert named_claim(DOCUMENT, name) == value


def test_the_whole_name_comes_before_the_path() -> None:
    assert named_claim({"a.b": "whole", "a": {"b": "path"}}, "a.b") == "whole"
    assert named_claim({"a.b": None, "a": {"b": "path"}}, "a.b") == "path"
