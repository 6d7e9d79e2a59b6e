from __future__ import annotations

from datetime import UTC, datetime

import pytest

from doorward.identity.saml.metadata import read_metadata
from doorward.model.errors import Invalid
from tests.fakes.saml import ENTITY_ID, FakeSamlProvider
from tests.fakes.saml_keys import key_pair

GOOD = FakeSamlProvider().metadata()


def listed(*providers: str) -> str:
    """What federations publish."""
    around = "md:EntitiesDescriptor"
    return f'<{around} xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">{"".join(providers)}</{around}>'


def test_metadata_says_who_where_and_by_which_keys() -> None:
    found = read_metadata(FakeSamlProvider(published=(key_pair(), key_pair("next"))).metadata())
    assert found.entity_id == ENTITY_ID
    assert found.sign_in_url == "https://idp.example.com/sso"
    assert found.certificates == (key_pair().parsed, key_pair("next").parsed)
    assert found.valid_until is None
    assert not found.wants_signed


def test_a_key_without_a_use_signs_and_one_for_encryption_does_not() -> None:
    assert read_metadata(GOOD.replace(' use="signing"', "")).certificates == (key_pair().parsed,)
    assert read_metadata(GOOD.replace('use="signing"', 'use="encryption"')).certificates == ()


def test_a_provider_may_stand_in_a_list_of_one_and_be_announced_by_a_declaration() -> None:
    for text in (
        listed(GOOD),
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- ours -->\n{GOOD}\n',
        f"\ufeff{GOOD}",
    ):
        assert read_metadata(text).entity_id == ENTITY_ID


def test_the_earliest_end_counts() -> None:
    text = GOOD.replace("<md:IDPSSODescriptor", '<md:IDPSSODescriptor validUntil="2026-05-01T00:00:00Z"')
    text = text.replace("entityID=", 'validUntil="2026-04-01T00:00:00.000Z" entityID=')
    assert read_metadata(text).valid_until == datetime(2026, 4, 1, tzinfo=UTC)


def test_a_wish_for_signed_requests_is_seen() -> None:
    wanting = GOOD.replace("<md:IDPSSODescriptor", '<md:IDPSSODescriptor WantAuthnRequestsSigned="true"')
    assert read_metadata(wanting).wants_signed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "cannot be read: it is not well-formed"),
        (f"<!DOCTYPE a>{GOOD}", "document type"),
        ("<a/>", "is not SAML 2.0 metadata"),
        (GOOD.replace("IDPSSODescriptor", "SPSSODescriptor"), "describes no SAML 2.0 identity provider"),
        (GOOD.replace("SAML:2.0:protocol", "SAML:1.1:protocol"), "describes no SAML 2.0 identity provider"),
        (
            listed(GOOD, FakeSamlProvider(entity_id="https://other.example.com").metadata()),
            r"describes 2 identity providers \(https://idp.example.com/saml, https://other.example.com",
        ),
        (GOOD.replace("bindings:HTTP-Redirect", "bindings:SOAP"), "binding HTTP-Redirect"),
        (GOOD.replace("entityID=", 'validUntil="tomorrow" entityID='), "validUntil"),
        (GOOD.replace("MII", "AAA", 1), "X509Certificate that cannot be read"),
    ],
)
def test_metadata_that_cannot_be_used_is_told_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(Invalid, match=f"^metadata: .*{said}"):
        read_metadata(text)
