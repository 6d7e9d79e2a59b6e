from __future__ import annotations

import pytest

from doorward.policy.alternative_names import dns, email, uri, written


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("build.Example.com", "DNS:build.example.com"),
        ("*.example.com", "DNS:*.example.com"),
        ("Ada@Example.com", "email:ada@example.com"),
        ("spiffe://corp/Build", "URI:spiffe://corp/Build"),
        ("urn:uuid:0b9f", "URI:urn:uuid:0b9f"),
        ("DNS:Build", "DNS:build"),
        (" email:ada@example.com ", "email:ada@example.com"),
        ("URI:https://corp", "URI:https://corp"),
        ("", ""),
        ("two words", ""),
        ("DNS:ada@example.com", ""),
        ("email:build.example.com", ""),
        ("a..b", ""),
        ("a@b@c", ""),
        ("caf\u00e9.example.com", ""),
        ("a" * 1025, ""),
    ],
)
def test_a_name_is_written_with_its_type_or_without(value: str, name: str) -> None:
    assert written(value) == name


def test_a_name_of_a_certificate_has_the_same_spelling_and_is_none_of_another_type() -> None:
    assert dns("Build.corp") == written("build.CORP")
    assert email("Ada@corp.com") == written("ada@corp.com")
    assert uri("spiffe://corp/a") == written("spiffe://corp/a")
    assert len({dns("x"), email("x"), uri("x")}) == 3
