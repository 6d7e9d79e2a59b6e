from __future__ import annotations

from datetime import timedelta

import pytest

from doorward.declaration.declared import DeclaredSettings
from doorward.model.identity_provider import OpenIdConnect
from tests.declaration.certificate import certificate
from tests.declaration.files import FULL, declared, said, section


def test_an_openid_connect_provider_is_read() -> None:
    providers = declared(FULL).identity_providers
    assert providers is not None
    assert providers[1].settings == DeclaredSettings(
        settings=OpenIdConnect(
            issuer="https://login.example.com/",
            client_id="abc",
            scopes=("openid", "email"),
            email_claim="upn",
            groups_claim="roles",
            require_verified_email=False,
            client_secret="from a file",
        ),
        bound_to=("issuer", "client_id"),
        needed=("client_secret",),
    )


def test_what_is_left_out_has_the_defaults_of_the_nouns() -> None:
    text = section("identity_providers", "{id: a, type: oidc, issuer: 'https://a.example', client_id: b}")
    providers = declared(text).identity_providers
    assert providers is not None
    assert providers[0].name == ""
    assert providers[0].settings == DeclaredSettings(
        settings=OpenIdConnect(issuer="https://a.example", client_id="b"),
        unsaid=frozenset({"client_secret"}),
        bound_to=("issuer", "client_id"),
        needed=("client_secret",),
    )


def test_claims_a_prompt_and_rechecks_may_be_asked_for() -> None:
    more = "claims: [department, office, department], prompt: select_account, recheck_every: 15m"
    text = section("identity_providers", f"{{id: a, type: oidc, issuer: 'https://a', client_id: b, {more}}}")
    providers = declared(text).identity_providers
    assert providers is not None
    assert isinstance(providers[0].settings, DeclaredSettings)
    settings = providers[0].settings.settings
    assert isinstance(settings, OpenIdConnect)
    assert settings.claims == ("department", "office")
    assert (settings.prompt, settings.recheck_every) == ("select_account", timedelta(minutes=15))


WRONG = [
    (
        ["{id: a, type: oidc, issuer: 'https://a', client_id: b, scopes: [email]}"],
        "identity_providers[0].scopes: lacks openid, without which there is no sign-in: add it",
    ),
    (
        ["{id: a, type: oidc, issuer: 'https://a', client_id: b, scopes: [openid, 'a b']}"],
        "identity_providers[0].scopes[1]: is not a scope: write one word an item",
    ),
    (
        ["{id: a, type: oidc, issuer: 'https://a', client_id: b, ca: x, ca_file: y}"],
        "identity_providers[0].ca_file: stands beside ca: give only one of ca, ca_file",
    ),
    (
        ["{id: a, type: oidc, issuer: 'https://a', client_id: b, ca_file: entra.secret}"],
        (
            "identity_providers[0].ca_file: holds no readable certificate: give PEM, "
            "from -----BEGIN CERTIFICATE-----"
        ),
    ),
]


@pytest.mark.parametrize(("items", "sentence"), WRONG)
def test_a_wrong_openid_connect_provider_is_told(items: list[str], sentence: str) -> None:
    line = 2 + len(items)
    assert f"access.yaml:{line}: {sentence}" in said(section("identity_providers", *items))


def test_certificates_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.declaration.files.FILES", {"ca.pem": certificate()})
    text = section(
        "identity_providers", "{id: a, type: oidc, issuer: 'https://a', client_id: b, ca_file: ca.pem}"
    )
    providers = declared(text).identity_providers
    assert providers is not None
    assert isinstance(providers[0].settings, DeclaredSettings)
    settings = providers[0].settings.settings
    assert isinstance(settings, OpenIdConnect)
    assert settings.ca == certificate()
