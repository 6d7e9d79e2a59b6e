from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.identity.oidc.again import read_refreshed, read_userinfo
from doorward.identity.oidc.claims import CheckedClaims
from doorward.model.access import Identity
from doorward.model.errors import Refused
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.presets import STANDARD
from tests.fakes.openid import WORK

SETTINGS = OpenIdConnect(issuer="https://idp.example.com", client_id="doorward", email_claim="contact.mail")
ADA = Identity(identity_provider=WORK, subject="ada-1", email="ada@example.com", groups=frozenset({"a"}))
TRUSTING = replace(SETTINGS, require_verified_email=False)


def refreshed(settings: OpenIdConnect = SETTINGS, **claims: object) -> Identity:
    return read_refreshed(ADA, settings, CheckedClaims({"sub": "ada-1", **claims}), {}, STANDARD)


def test_an_address_found_by_a_path_stays_vouched_for_while_it_stays_the_same() -> None:
    assert refreshed().email == "ada@example.com"
    assert refreshed(contact={"mail": "Ada@Example.com"}).email == "ada@example.com"
    with pytest.raises(Refused, match="does not vouch"):
        refreshed(contact={"mail": "eve@example.com"})
    assert refreshed(TRUSTING, contact={"mail": "eve@example.com"}).email == "eve@example.com"


def test_one_document_that_says_otherwise_counts() -> None:
    document = CheckedClaims({"sub": "ada-1", "contact": {"mail": "ada@example.com"}})
    with pytest.raises(Refused):
        read_refreshed(ADA, SETTINGS, document, {"contact": {"mail": "eve@example.com"}}, STANDARD)


def test_userinfo_changes_what_it_tells_and_nothing_else() -> None:
    assert read_userinfo(ADA, SETTINGS, {}, STANDARD) == ADA
    assert read_userinfo(ADA, SETTINGS, {"groups": []}, STANDARD).groups == frozenset()
    assert read_userinfo(ADA, SETTINGS, {"groups": ["b"]}, STANDARD).groups == {"b"}
