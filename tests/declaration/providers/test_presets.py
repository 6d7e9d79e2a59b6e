from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.declaration.declared import DeclaredSettings
from doorward.declaration.export import export
from doorward.declaration.merge import merge
from doorward.declaration.providers.presets import TYPES
from doorward.model.configuration import Configuration
from doorward.model.identity_provider import IdentityProvider, OpenIdConnect, Settings
from doorward.model.ids import IdentityProviderId
from doorward.model.presets import PRESETS
from tests.declaration.files import NOTHING, FakePasswords, declared, said, section
from tests.fakes.clock import FakeRandomness

PARTS = {
    "okta": ("domain: acme.okta.com", "https://acme.okta.com"),
    "keycloak": ("url: 'https://sso.example.com/', realm: staff", "https://sso.example.com/realms/staff"),
    "auth0": ("domain: acme.auth0.com", "https://acme.auth0.com/"),
    "pingone": ("environment: e-1, region: eu", "https://auth.pingone.eu/e-1/as"),
    "onelogin": ("subdomain: acme", "https://acme.onelogin.com/oidc/2"),
    "cognito": (
        "region: eu-west-1, user_pool: eu-west-1_A",
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A",
    ),
    "gitlab": ("url: 'https://git.example.com'", "https://git.example.com"),
    "linkedin": ("prompt: login", "https://www.linkedin.com/oauth"),
    "google": ("prompt: login", "https://accounts.google.com"),
}
ACCOUNT = {
    "type": "service_account",
    "client_email": "r@x",
    "private_key": "-----BEGIN",
    "token_uri": "https://o",
}


def read(fields: str) -> DeclaredSettings:
    text = section("identity_providers", f"{{id: a, client_id: b, {fields}}}")
    providers = declared(text).identity_providers
    assert providers is not None
    assert isinstance(providers[0].settings, DeclaredSettings)
    return providers[0].settings


def settings(fields: str) -> OpenIdConnect:
    found = read(fields).settings
    assert isinstance(found, OpenIdConnect)
    return found


@pytest.mark.parametrize("name", TYPES)
def test_an_issuer_is_made_of_parts_and_the_rest_is_the_presets(name: str) -> None:
    parts, issuer = PARTS[name]
    wanted = replace(PRESETS[name].settings, issuer=issuer, client_id="b")
    assert replace(settings(f"type: {name}, {parts}"), prompt="") == wanted


@pytest.mark.parametrize("name", TYPES)
def test_an_issuer_may_be_given_as_it_is(name: str) -> None:
    found = settings(f"type: {name}, issuer: 'http://127.0.0.1:9000/x'")
    assert found == replace(PRESETS[name].settings, issuer="http://127.0.0.1:9000/x", client_id="b")


def test_fields_of_oidc_take_the_place_of_the_presets() -> None:
    more = "scopes: [openid], groups_claim: 'https://acme/groups', require_verified_email: false"
    found = settings(f"type: auth0, domain: acme.auth0.com, recheck_every: 15m, {more}")
    assert (found.scopes, found.groups_claim) == (("openid",), "https://acme/groups")
    assert (found.require_verified_email, found.recheck_every) == (False, timedelta(minutes=15))


def test_the_token_for_groups_belongs_to_one_api() -> None:
    found = read("type: okta, domain: acme.okta.com, groups_token: t, client_secret: s")
    assert found.unsaid == frozenset()
    assert found.bound_to == ("issuer", "client_id", "api_url")
    assert isinstance(found.settings, OpenIdConnect)
    assert (found.settings.groups_token, found.settings.client_secret) == ("t", "s")
    assert read("type: okta, domain: acme.okta.com").unsaid == {"groups_token", "client_secret"}


def test_a_service_accounts_key_is_kept_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(ACCOUNT, indent=2)
    monkeypatch.setattr("tests.declaration.files.FILES", {"google.json": text})
    more = "type: google, hosted_domain: example.com, groups_administrator: Admin@example.com"
    found = settings(f"{more}, groups_token_file: google.json")
    assert json.loads(found.groups_token) == ACCOUNT
    assert "\n" not in found.groups_token
    assert (found.hosted_domain, found.groups_administrator) == ("example.com", "admin@example.com")
    again = settings(f"{more}, groups_token: {json.dumps(found.groups_token)}")
    assert again == found
    assert settings("type: google, groups_token: ''").groups_token == ""


WRONG = [
    ("type: okta", "domain: is missing: give it, or issuer"),
    ("type: okta, domain: 'https://acme.okta.com'", "is not a hostname"),
    ("type: okta, domain: acme.okta.com, authorization_server: a/b", "is not a name as it stands"),
    ("type: okta, domain: acme.okta.com, issuer: 'https://acme.okta.com'", "stands beside issuer"),
    ("type: okta, domain: acme.okta.com, hosted_domain: x", "'hosted_domain' is not a field here"),
    ("type: keycloak, url: 'http://sso.example.com', realm: a", "is not safe: use https"),
    ("type: keycloak, url: 'https://sso.example.com', realm: ../x", "is not a name as it stands"),
    ("type: pingone, environment: e, region: mars", "'mars' is not a region here"),
    ("type: cognito, region: eu-west-1", "user_pool: is missing: give it, or issuer"),
    ("type: onelogin, subdomain: 'a.b/c'", "is not a name as it stands"),
    (
        "type: google, groups_token: '{}', hosted_domain: a, groups_administrator: a@b",
        "not a service account's key",
    ),
    (
        "type: google, groups_token: 'x', hosted_domain: a, groups_administrator: a@b",
        "not a service account's key",
    ),
    ("type: google, groups_token: '[[[', groups_token_env: X", "stands beside groups_token"),
    ("type: google, groups_administrator: nobody", "is not an email address"),
    ("type: gitlab, groups_token: x", "'groups_token' is not a field here"),
    ("type: myspace", "is not a type of identity provider here"),
]


@pytest.mark.parametrize(("fields", "sentence"), WRONG)
def test_a_wrong_provider_is_told(fields: str, sentence: str) -> None:
    text = "\n".join(said(section("identity_providers", f"{{id: a, client_id: b, {fields}}}")))
    assert sentence in text


def test_whom_a_service_account_acts_for_must_be_said() -> None:
    account = json.dumps(json.dumps(ACCOUNT))
    google = section("identity_providers", f"{{id: a, client_id: b, type: google, groups_token: {account}}}")
    text = "\n".join(said(google))
    assert "hosted_domain: is missing: groups_token needs it" in text
    assert "groups_administrator: is missing: groups_token needs it" in text
    assert "BEGIN" not in text


def applied(text: str, to: Configuration) -> Configuration:
    passwords = FakePasswords()
    return merge(
        declared(text),
        to,
        randomness=FakeRandomness(),
        hash_password=passwords.hash,
        verify_password=passwords.verify,
    )


def configured(settings: Settings) -> Configuration:
    provider = IdentityProvider(id=IdentityProviderId("a"), settings=settings, name="A")
    return replace(NOTHING, identity_providers=(provider,))


@pytest.mark.parametrize("name", TYPES)
def test_an_export_leads_back_to_what_there_was(name: str) -> None:
    plain = replace(PRESETS[name].settings, issuer=PARTS[name][1], client_id="b", client_secret="s")
    changed = replace(
        plain, scopes=("openid",), groups_claim="g", roles_claim="a.b", claims=("c",), prompt="login"
    )
    for wanted in (plain, changed, replace(plain, issuer="https://elsewhere.example.com/x/")):
        configuration = configured(wanted)
        assert applied(export(configuration, with_secrets=True), NOTHING) == configuration
        assert applied(export(configuration), configuration) == configuration


def test_an_export_shows_what_somebody_decided_and_nothing_else() -> None:
    wanted = replace(
        PRESETS["google"].settings, client_id="b", client_secret="s", hosted_domain="example.com"
    )
    text = export(configured(wanted))
    shown = text[text.index("identity_providers") :].split("rule_groups")[0].split()
    assert " ".join(shown) == (
        "identity_providers: - id: a name: A type: google client_id: b hosted_domain: example.com"
    )


def test_googles_and_oktas_own_fields_are_exported_as_well() -> None:
    account = json.dumps(ACCOUNT, separators=(",", ":"), sort_keys=True)
    google = replace(
        PRESETS["google"].settings,
        client_id="b",
        client_secret="s",
        hosted_domain="example.com",
        groups_token=account,
        groups_administrator="admin@example.com",
        api_url="http://127.0.0.1:9000",
        recheck_every=timedelta(minutes=15),
    )
    okta = replace(
        PRESETS["okta"].settings,
        issuer="https://a.okta.com",
        client_id="b",
        client_secret="s",
        groups_token="t",
    )
    for wanted in (google, okta):
        configuration = configured(wanted)
        assert applied(export(configuration, with_secrets=True), NOTHING) == configuration
        assert applied(export(configuration), configuration) == configuration
        assert "groups_token" not in export(configuration)


def test_a_kept_token_for_groups_does_not_go_to_another_api() -> None:
    okta = replace(
        PRESETS["okta"].settings,
        issuer="https://a.okta.com",
        client_id="b",
        client_secret="s",
        groups_token="t",
    )
    moved = section(
        "identity_providers",
        "{id: a, type: okta, issuer: 'https://a.okta.com', client_id: b, client_secret: s, api_url: 'https://evil.example.com'}",
    )
    found = applied(moved, configured(okta)).identity_providers[0].settings
    assert isinstance(found, OpenIdConnect)
    assert found.groups_token == ""
