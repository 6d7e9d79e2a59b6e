from __future__ import annotations

import pytest
from lxml import etree

from doorward.identity.saml import names
from doorward.identity.saml.attributes import MOST_VALUES, Attributes, read_attributes
from doorward.identity.saml.response import TrustedAssertion
from doorward.model.errors import SignInRefused


def read(statement: str) -> Attributes:
    inside = f"<AttributeStatement>{statement}</AttributeStatement>"
    assertion = etree.fromstring(f'<Assertion xmlns="{names.ASSERTION}">{inside}</Assertion>')
    return read_attributes(TrustedAssertion(assertion))


def one(name: str, *values: str, friendly: str = "") -> str:
    inside = "".join(f"<AttributeValue>{value}</AttributeValue>" for value in values)
    return f'<Attribute Name="{name}" FriendlyName="{friendly}">{inside}</Attribute>'


def test_an_attribute_that_appears_twice_has_the_values_of_both() -> None:
    found = read(one("Role", "a") + one("Role", "b", " ", " c "))
    assert found.values("Role") == ["a", "b", "c"]
    assert found.values("none") == []
    assert found.shown() == {"Role": ["a", "b", "c"]}


def test_a_friendly_name_counts_only_where_no_attribute_has_the_name() -> None:
    found = read(one("urn:oid:1", "x", friendly="groups") + one("urn:oid:2", "y", friendly="mail"))
    assert found.values("groups") == ["x"]
    both = read(one("urn:oid:1", "evil", friendly="groups") + one("groups", "good"))
    assert both.values("groups") == ["good"]
    empty = read(one("urn:oid:1", "evil", friendly="groups") + one("groups"))
    assert empty.values("groups") == []
    assert empty.has("groups")


def test_the_first_of_several_names_is_found() -> None:
    found = read(one("b", "1") + one("a"))
    assert found.first_of(("a", "b")) == ("b", ["1"])
    assert found.first_of(("x",)) == ("", ())


@pytest.mark.parametrize("value", ["<x/>", "a<x/>b", "a&#10;b", "a&#x202e;b", "a" * 1025])
def test_a_value_that_is_no_line_of_text_is_refused_where_it_is_used(value: str) -> None:
    found = read(one("odd", "good", value) + one("groups", "a"))
    assert found.values("groups") == ["a"]
    assert found.shown()["odd"] == ["good", "(no text)"]
    with pytest.raises(SignInRefused, match="'odd'"):
        found.values("odd")


def test_an_encrypted_attribute_is_refused() -> None:
    with pytest.raises(SignInRefused, match="encrypted attribute"):
        read("<EncryptedAttribute/>")


def test_there_are_not_too_many() -> None:
    with pytest.raises(SignInRefused, match="more than"):
        read(one("groups", *["a"] * (MOST_VALUES + 1)))
