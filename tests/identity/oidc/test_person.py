from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.identity.oidc.claims import CheckedClaims
from doorward.identity.oidc.person import check_userinfo, lacks_something, read_person
from doorward.model.access import Identity
from doorward.model.errors import Refused
from doorward.model.identity_provider import OpenIdConnect
from tests.fakes.openid import REMOVED, WORK, changed

SETTINGS = OpenIdConnect(issuer="https://idp.example.com", client_id="doorward")
TRUSTING = replace(SETTINGS, require_verified_email=False)
HONEST: dict[str, object] = {
    "sub": "ada-1",
    "email": "Ada@Example.com",
    "email_verified": True,
    "groups": ["engineers"],
    "name": "Ada",
}


def person(
    changes: dict[str, object],
    userinfo: dict[str, object] | None = None,
    settings: OpenIdConnect = SETTINGS,
) -> Identity:
    claims = CheckedClaims(changed(HONEST, changes))
    return read_person(WORK, settings, claims, userinfo or {})


def test_a_person_is_named_by_provider_and_subject() -> None:
    assert person({}) == Identity(
        identity_provider=WORK,
        subject="ada-1",
        email="ada@example.com",
        name="Ada",
        groups=frozenset({"engineers"}),
    )


@pytest.mark.parametrize("said", [True, "true"])
def test_an_address_that_is_vouched_for_counts(said: object) -> None:
    assert person({"email_verified": said}).email == "ada@example.com"


@pytest.mark.parametrize("said", [REMOVED, None, False, "false", "True", "", 1, "1", [True]])
def test_an_address_that_is_not_vouched_for_is_refused(said: object) -> None:
    with pytest.raises(Refused, match="require_verified_email"):
        person({"email_verified": said})
    assert person({"email_verified": said}, settings=TRUSTING).email == "ada@example.com"


@pytest.mark.parametrize("settings", [SETTINGS, TRUSTING])
def test_a_missing_address_tells_the_administrator_what_to_set(settings: OpenIdConnect) -> None:
    for missing in (REMOVED, None):
        with pytest.raises(Refused, match=r"no claim 'email'.*email_claim"):
            person({"email": missing}, settings=settings)


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@evil.example@example.com", "ädä@example.com", ["ada@example.com"], 7, {}]
)
def test_an_unusable_address_is_refused(email: object) -> None:
    with pytest.raises(Refused, match="not an email address"):
        person({"email": email})


def test_a_word_on_another_claim_does_not_vouch_for_this_one() -> None:
    settings = replace(SETTINGS, email_claim="upn")
    with pytest.raises(Refused, match="does not vouch"):
        person({"upn": "admin@example.com"}, settings=settings)
    assert person({"upn": "ADA@example.com"}, settings=settings).email == "ada@example.com"
    trusting = replace(settings, require_verified_email=False)
    assert person({"upn": "admin@example.com"}, settings=trusting).email == "admin@example.com"


def test_an_address_and_the_word_on_it_come_from_one_document() -> None:
    unsaid: dict[str, object] = {"email_verified": REMOVED}
    vouched = {"email": "eve@example.com", "email_verified": True}
    assert person(unsaid, vouched).email == "eve@example.com"
    with pytest.raises(Refused, match="does not vouch"):
        person(unsaid, {"email_verified": True})
    with pytest.raises(Refused, match="does not vouch"):
        person({"email_verified": False}, vouched)


@pytest.mark.parametrize(
    ("given", "groups"),
    [
        (REMOVED, set()),
        (None, set()),
        ([], set()),
        ("admins", {"admins"}),
        ("a;b", {"a;b"}),
        (["a", "b", "a", ""], {"a", "b"}),
        (["Größe", "team/ops", "with space"], {"Größe", "team/ops", "with space"}),
        ([f"group-{number}" for number in range(5000)], {f"group-{number}" for number in range(5000)}),
    ],
)
def test_groups_are_a_list_of_names_or_one_name(given: object, groups: set[str]) -> None:
    assert person({"groups": given}).groups == groups


@pytest.mark.parametrize(
    "groups",
    [
        {"admins": True},
        7,
        True,
        ["a", 7],
        ["a", None],
        [["a"]],
        [{"name": "a"}],
        ["a\n"],
        ["\ud800"],
        ["x" * 2000],
        ["x"] * 10_001,
    ],
)
def test_groups_that_cannot_be_read_refuse_the_sign_in(groups: object) -> None:
    with pytest.raises(Refused, match="groups_claim"):
        person({"groups": groups})


@pytest.mark.parametrize("sign", [{"_claim_names": {"groups": "src1"}}, {"hasgroups": True}])
def test_groups_that_were_left_out_for_their_number_refuse_the_sign_in(sign: dict[str, object]) -> None:
    with pytest.raises(Refused, match="more groups"):
        person({"groups": REMOVED, **sign})
    assert person({"groups": REMOVED, **sign}, {"groups": ["a"]}).groups == {"a"}


def test_groups_may_have_another_name_and_come_from_userinfo() -> None:
    settings = replace(SETTINGS, groups_claim="https://example.com/roles")
    assert person({}, settings=settings).groups == frozenset()
    assert person({"https://example.com/roles": ["a"]}, settings=settings).groups == {"a"}
    assert person({"groups": REMOVED}, {"groups": "b"}).groups == {"b"}
    assert person({}, {"groups": ["b"], "email": "eve@example.com"}).groups == {"engineers"}


def test_a_name_is_plain_text_from_wherever_there_is_one() -> None:
    assert person({"name": "Ada\r\n\x1b[31mLovelace\u202e"}).name == "Ada [31mLovelace"
    assert person({"name": 7}, {"name": "Ada"}).name == "Ada"
    assert person({"name": REMOVED}).name == ""


@pytest.mark.parametrize(
    ("changes", "settings", "lacks"),
    [
        ({}, SETTINGS, False),
        ({"groups": []}, SETTINGS, False),
        ({"email_verified": False}, SETTINGS, False),
        ({"email": REMOVED}, SETTINGS, True),
        ({"email": None}, SETTINGS, True),
        ({"groups": REMOVED}, SETTINGS, True),
        ({"email_verified": REMOVED}, SETTINGS, True),
        ({"email_verified": REMOVED}, TRUSTING, False),
        ({}, replace(SETTINGS, email_claim="upn"), True),
    ],
)
def test_userinfo_is_needed_only_where_something_is_missing(
    changes: dict[str, object], settings: OpenIdConnect, *, lacks: bool
) -> None:
    assert lacks_something(CheckedClaims(changed(HONEST, changes)), settings) is lacks


@pytest.mark.parametrize("subject", ["eve-3", "", None, ["ada-1"], REMOVED])
def test_userinfo_about_somebody_else_is_refused(subject: object) -> None:
    userinfo = changed({"sub": "ada-1", "email": "ada@example.com"}, {"sub": subject})
    with pytest.raises(Refused, match="another person"):
        check_userinfo(userinfo, CheckedClaims(HONEST))
    same = {"sub": "ada-1"}
    assert check_userinfo(same, CheckedClaims(HONEST)) is same
