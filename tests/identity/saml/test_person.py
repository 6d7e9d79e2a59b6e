from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from doorward.identity.saml import names
from doorward.identity.saml.person import LONGEST_SUBJECT
from doorward.model.access import Identity
from doorward.model.errors import SignInRefused
from tests.fakes.saml import CALLBACK, ENTITY_ID, WORK, FakeSamlProvider, run_sign_in

HONEST = FakeSamlProvider()
URI = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"


def signed_in(fake: FakeSamlProvider, **settings: object) -> Identity:
    return run_sign_in(fake, replace(fake.settings(), **settings)).identity  # type: ignore[arg-type] # any field


def test_a_person_is_known_by_the_name_id_and_its_kind() -> None:
    assert signed_in(HONEST) == Identity(
        identity_provider=WORK,
        subject="persistent!ada-1",
        email="ada@example.com",
        name="Ada",
        groups=frozenset({"engineers"}),
        methods=frozenset({"pwd"}),
    )
    assert signed_in(FakeSamlProvider(name_id_format="")).subject == "unspecified!ada-1"
    by_mail = FakeSamlProvider(name_id="Ada@Example.com", name_id_format=names.EMAIL_ADDRESS)
    assert signed_in(by_mail).subject == "emailAddress!Ada@Example.com"


def test_qualifiers_tell_people_apart_unless_they_say_what_is_plain() -> None:
    usual = FakeSamlProvider(changes={"name_qualifier": ENTITY_ID, "sp_name_qualifier": CALLBACK})
    assert signed_in(usual).subject == "persistent!ada-1"
    other = FakeSamlProvider(changes={"name_qualifier": "https://a!b", "sp_name_qualifier": "group"})
    assert signed_in(other).subject == "persistent!https%3A%2F%2Fa%21b!group!ada-1"


def test_a_name_that_is_another_one_next_time_is_refused_whatever_attributes_there_are() -> None:
    fake = FakeSamlProvider(name_id_format=names.TRANSIENT)
    for settings in ({}, {"email_attribute": "email"}):
        with pytest.raises(SignInRefused, match="another name at every sign-in") as caught:
            signed_in(fake, **settings)
        assert "persistent NameID" in caught.value.administrator


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a" * LONGEST_SUBJECT, "a\u202eb"])
def test_a_name_is_one_line_that_fits(name: str) -> None:
    with pytest.raises(SignInRefused, match="NameID"):
        signed_in(FakeSamlProvider(name_id=name))


@pytest.mark.parametrize(
    ("attributes", "name", "format_", "attribute", "email"),
    [
        ({}, "Ada@example.com", names.EMAIL_ADDRESS, "", "ada@example.com"),
        ({"email": ["other@example.com"]}, "ada@example.com", names.EMAIL_ADDRESS, "", "ada@example.com"),
        ({f"{URI}/emailaddress": ["ada@example.com"]}, "1", names.PERSISTENT, "", "ada@example.com"),
        ({"mail": ["ada@example.com"], "email": []}, "1", names.PERSISTENT, "", "ada@example.com"),
        ({"work": ["ada@example.com"], "email": ["x@example.com"]}, "1", "", "work", "ada@example.com"),
    ],
)
def test_the_address_is_where_it_was_said_to_be_or_where_it_usually_is(
    attributes: Mapping[str, Sequence[str]], name: str, format_: str, attribute: str, email: str
) -> None:
    fake = FakeSamlProvider(attributes=attributes, name_id=name, name_id_format=format_)
    assert signed_in(fake, email_attribute=attribute).email == email


@pytest.mark.parametrize(
    ("attributes", "attribute", "said"),
    [
        ({}, "", "did not say your email address"),
        ({"email": ["ada@example.com"]}, "work", r"did not say your email address \(work\)"),
        ({"email": ["a@example.com", "b@example.com"]}, "", r"several email addresses \(email\)"),
        ({"email": ["a@evil.com@example.com"]}, "", r"\(email\) is none"),
        ({"email": ["ada"]}, "", "is none"),
    ],
)
def test_no_address_or_a_doubtful_one_is_refused(
    attributes: Mapping[str, Sequence[str]], attribute: str, said: str
) -> None:
    with pytest.raises(SignInRefused, match=said) as caught:
        signed_in(FakeSamlProvider(attributes=attributes), email_attribute=attribute)
    assert "email_attribute" in caught.value.administrator


def test_a_name_id_of_no_stated_kind_is_no_address_even_if_it_looks_like_one() -> None:
    fake = FakeSamlProvider(attributes={}, name_id="ada@example.com", name_id_format=names.UNSPECIFIED)
    with pytest.raises(SignInRefused, match="did not say"):
        signed_in(fake)


def test_groups_roles_claims_names_and_the_upn_come_from_attributes() -> None:
    fake = FakeSamlProvider(
        attributes={
            "email": ["ada@example.com"],
            "memberOf": ["a", "b"],
            "Role": ["admin"],
            "department": ["x", "y"],
            "cn": ["Ada L."],
            "full": ["Ada", "Lovelace"],
            f"{URI}/upn": ["Ada@Corp.example.com"],
        }
    )
    found = signed_in(
        fake, groups_attribute="memberOf", roles_attribute="Role", claims=("department", "none")
    )
    assert found.groups == {"a", "b"}
    assert found.roles == {"admin"}
    assert found.claims == {("department", "x"), ("department", "y")}
    assert found.name == "Ada L."
    assert found.upn == "ada@corp.example.com"
    assert signed_in(fake, name_attribute="full").name == "Ada Lovelace"
    assert signed_in(fake).groups == set()


def test_groups_that_are_kept_elsewhere_refuse_the_sign_in() -> None:
    link = "http://schemas.microsoft.com/claims/groups.link"
    fake = FakeSamlProvider(attributes={"email": ["ada@example.com"], link: ["https://graph.example.com"]})
    with pytest.raises(SignInRefused, match="more groups"):
        signed_in(fake)
