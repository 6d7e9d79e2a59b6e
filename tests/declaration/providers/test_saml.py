from __future__ import annotations

import json

import pytest

from doorward.declaration.declared import DeclaredSettings
from doorward.declaration.export import export
from doorward.declaration.providers.saml import LARGEST_METADATA
from doorward.model.identity_provider import Saml
from tests.declaration.files import declared, merged, said, section
from tests.fakes.saml import FakeSamlProvider
from tests.fakes.saml_keys import key_pair

METADATA = FakeSamlProvider().metadata()
OWN = key_pair("own")
FILES = {
    "idp.xml": f"\ufeff{METADATA}\n",
    "idp.pem": key_pair().certificate,
    "own.pem": OWN.certificate,
    "own.key": OWN.key,
    "page.html": "<html></html>",
    "huge.xml": METADATA + " " * 10 + "<!-- " + "x" * LARGEST_METADATA,
}
BY_HAND = "entity_id: 'https://idp', sign_in_url: 'https://idp/sso?a=1', certificates_file: idp.pem"


@pytest.fixture(autouse=True)
def files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.declaration.files.FILES", FILES)


def text(fields: str, *, kind: str = "saml") -> str:
    return section("identity_providers", f"{{id: a, type: {kind}, {fields}}}")


def read(fields: str, *, kind: str = "saml") -> DeclaredSettings:
    providers = declared(text(fields, kind=kind)).identity_providers
    assert providers is not None
    assert isinstance(providers[0].settings, DeclaredSettings)
    return providers[0].settings


def test_a_provider_described_by_metadata_is_read() -> None:
    assert read("metadata_file: idp.xml") == DeclaredSettings(
        settings=Saml(metadata=METADATA + "\n"),
        unsaid=frozenset({"private_key"}),
        bound_to=("certificate",),
    )


def test_metadata_may_stand_in_the_file_itself() -> None:
    assert read(f"metadata: {json.dumps(METADATA)}").settings == read("metadata_file: idp.xml").settings


def test_a_provider_described_by_hand_is_read() -> None:
    more = (
        "sign_requests: true, private_key_file: own.key, certificate_file: own.pem, email_attribute: mail, "
        "name_attribute: cn, groups_attribute: memberOf, roles_attribute: Role, claims: [a, b, a], "
        "force_authentication: true"
    )
    found = read(f"{BY_HAND}, {more}")
    assert found.unsaid == frozenset()
    assert found.settings == Saml(
        entity_id="https://idp",
        sign_in_url="https://idp/sso?a=1",
        certificates=key_pair().certificate,
        sign_requests=True,
        private_key=OWN.key,
        certificate=OWN.certificate,
        email_attribute="mail",
        name_attribute="cn",
        groups_attribute="memberOf",
        roles_attribute="Role",
        claims=("a", "b"),
        force_authentication=True,
    )


def test_jumpcloud_calls_groups_groups() -> None:
    assert read("metadata_file: idp.xml", kind="jumpcloud").settings == Saml(
        metadata=METADATA + "\n", preset="jumpcloud"
    )
    (problem,) = said(text("metadata_file: idp.xml, groups_attribute: memberOf", kind="jumpcloud"))
    assert "groups_attribute" in problem


def test_the_key_is_kept_with_its_certificate_and_no_longer() -> None:
    first = merged(text(f"{BY_HAND}, private_key_file: own.key, certificate_file: own.pem"))
    again = merged(text(f"{BY_HAND}, certificate_file: own.pem, claims: [a]"), first)
    without = merged(text(BY_HAND), first)
    keys = [each.identity_providers[0].settings for each in (first, again, without)]
    assert [key.private_key for key in keys if isinstance(key, Saml)] == [OWN.key, OWN.key, ""]


def test_what_is_exported_can_be_applied_and_changes_nothing() -> None:
    first = merged(text(f"{BY_HAND}, private_key_file: own.key, certificate_file: own.pem"))
    exported = export(first)
    assert "type: saml" in exported
    assert "PRIVATE KEY" not in exported
    assert merged(exported, first) == first
    assert "type: jumpcloud" in export(merged(text("metadata_file: idp.xml", kind="jumpcloud")))


WRONG = [
    ("name: A", "entity_id: is missing: give it, or metadata, or metadata_file"),
    ("name: A", "sign_in_url: is missing: give it, or metadata, or metadata_file"),
    ("name: A", "certificates: is missing: give it, or metadata, or metadata_file"),
    ("metadata_file: idp.xml, metadata: x", "metadata_file: stands beside metadata"),
    ("metadata: x", "metadata: is not SAML metadata: give the XML"),
    ("metadata_file: page.html", "metadata_file: is not SAML metadata"),
    ("metadata_file: huge.xml", f"metadata_file: has more than {LARGEST_METADATA} bytes"),
    ("metadata_file: none.xml", "metadata_file: cannot read 'none.xml'"),
    ("metadata_file: idp.xml, sign_in_url: 'http://idp'", "sign_in_url: 'http://idp' is not safe: use https"),
    (
        "metadata_file: idp.xml, sign_in_url: 'https://idp/#a'",
        "sign_in_url: 'https://idp/#a' is not an endpoint",
    ),
    ("metadata_file: idp.xml, entity_id: ' a'", "entity_id: must be one line"),
    ("metadata_file: idp.xml, certificates: x", "certificates: holds no readable certificate"),
    ("metadata_file: idp.xml, private_key_file: own.pem", "private_key_file: holds no readable private key"),
    ("metadata_file: idp.xml, sign_requests: maybe", "sign_requests: 'maybe' is neither true nor false"),
]


@pytest.mark.parametrize(("fields", "sentence"), WRONG)
def test_a_wrong_provider_is_told(fields: str, sentence: str) -> None:
    assert any(f"identity_providers[0].{sentence}" in problem for problem in said(text(fields)))
