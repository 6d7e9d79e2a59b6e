from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.identity.saml.idp import read_settings
from doorward.model.errors import Invalid
from doorward.model.identity_provider import Saml
from tests.fakes.saml import ENTITY_ID, FakeSamlProvider, with_own_key
from tests.fakes.saml_keys import key_pair

BY_METADATA = FakeSamlProvider().settings()
BY_HAND = Saml(
    entity_id=ENTITY_ID, sign_in_url="https://idp.example.com/sso?id=1", certificates=key_pair().certificate
)
OWN = key_pair("own")


def test_a_provider_is_described_by_metadata_or_by_hand() -> None:
    by_metadata, by_hand = read_settings(BY_METADATA), read_settings(BY_HAND)
    assert by_metadata.entity_id == by_hand.entity_id
    assert by_metadata.certificates == by_hand.certificates
    assert by_hand.sign_in_url == "https://idp.example.com/sso?id=1"
    assert by_hand.key is None


def test_what_is_given_beside_metadata_takes_its_place() -> None:
    both = replace(BY_METADATA, entity_id=ENTITY_ID, certificates=key_pair("next").certificate)
    assert read_settings(both).certificates == (key_pair("next").parsed,)


def test_a_sign_in_url_is_https_or_on_this_machine() -> None:
    local = replace(BY_HAND, sign_in_url="http://127.0.0.1:8080/sso")
    assert read_settings(local).sign_in_url == "http://127.0.0.1:8080/sso"


def test_a_key_of_our_own_is_read_and_not_shown() -> None:
    found = read_settings(with_own_key(BY_HAND, OWN))
    assert found.certificate == OWN.parsed
    assert found.key is not None
    assert "PrivateKey" not in repr(found)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (replace(BY_METADATA, entity_id="https://other"), r"entity_id: is 'https://other', and the metadata"),
        (replace(BY_HAND, entity_id=""), "entity_id: is missing"),
        (replace(BY_HAND, sign_in_url=""), "sign_in_url: is missing"),
        (replace(BY_HAND, sign_in_url="http://idp.example.com"), "sign_in_url: is not an https"),
        (replace(BY_HAND, certificates=""), "certificates: is missing"),
        (replace(BY_HAND, sign_requests=True), "private_key: is missing: signed requests"),
        (replace(BY_HAND, certificate=OWN.certificate), "private_key: is missing: it must be the key"),
        (
            replace(BY_HAND, private_key=OWN.key, certificate=key_pair().certificate),
            "certificate: is of another key",
        ),
        (
            replace(BY_HAND, private_key=OWN.key, certificate=OWN.certificate + key_pair().certificate),
            "certificate: holds several",
        ),
    ],
)
def test_settings_that_contradict_themselves_are_told(settings: Saml, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read_settings(settings)
