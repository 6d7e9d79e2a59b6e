from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.errors import Invalid
from doorward.model.identity_provider import type_of
from doorward.model.presets import PRESETS, STANDARD, Quirks, quirks_of

ISSUERS = [
    ("okta", {"domain": "acme.okta.com"}, "https://acme.okta.com"),
    (
        "okta",
        {"domain": "acme.okta.com", "authorization_server": "default"},
        "https://acme.okta.com/oauth2/default",
    ),
    (
        "keycloak",
        {"url": "https://sso.example.com", "realm": "staff"},
        "https://sso.example.com/realms/staff",
    ),
    (
        "keycloak",
        {"url": "https://sso.example.com/auth", "realm": "staff"},
        "https://sso.example.com/auth/realms/staff",
    ),
    ("auth0", {"domain": "acme.eu.auth0.com"}, "https://acme.eu.auth0.com/"),
    ("pingone", {"environment": "e-1"}, "https://auth.pingone.com/e-1/as"),
    ("pingone", {"environment": "e-1", "region": "eu"}, "https://auth.pingone.eu/e-1/as"),
    ("onelogin", {"subdomain": "acme"}, "https://acme.onelogin.com/oidc/2"),
    (
        "cognito",
        {"region": "eu-west-1", "user_pool": "eu-west-1_AbC"},
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC",
    ),
    ("gitlab", {}, "https://gitlab.com"),
    ("gitlab", {"url": "https://git.example.com/gitlab"}, "https://git.example.com/gitlab"),
    ("linkedin", {}, "https://www.linkedin.com/oauth"),
    ("google", {}, "https://accounts.google.com"),
]


@pytest.mark.parametrize(("preset", "given", "issuer"), ISSUERS)
def test_an_issuer_is_made_of_what_people_know(preset: str, given: dict[str, str], issuer: str) -> None:
    assert PRESETS[preset].issuer_of(given) == issuer


def test_every_preset_is_shown_here() -> None:
    assert {preset for preset, _, _ in ISSUERS} == set(PRESETS)


@pytest.mark.parametrize("name", PRESETS)
def test_a_presets_settings_name_it_and_ask_for_an_id_token(name: str) -> None:
    preset = PRESETS[name]
    assert preset.settings.preset == name
    assert type_of(preset.settings) == name
    assert "openid" in preset.settings.scopes
    assert preset.settings.require_verified_email
    assert preset.settings.issuer == ("" if preset.parts else preset.issuer)
    assert quirks_of(preset.settings) == preset.quirks


def test_pkce_and_nonce_are_left_out_for_the_one_service_that_refuses_them() -> None:
    assert [name for name, preset in PRESETS.items() if not preset.quirks.pkce] == ["linkedin"]
    assert [name for name, preset in PRESETS.items() if not preset.quirks.nonce] == ["linkedin"]
    assert [name for name, preset in PRESETS.items() if preset.quirks.bare_issuer] == ["google"]


def test_any_other_provider_is_taken_by_the_standard() -> None:
    assert quirks_of(replace(PRESETS["okta"].settings, preset="")) == STANDARD == Quirks()


def test_an_unknown_preset_is_invalid() -> None:
    with pytest.raises(Invalid, match="'myspace' is not known"):
        quirks_of(replace(PRESETS["okta"].settings, preset="myspace"))
