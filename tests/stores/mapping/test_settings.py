"""Settings of identity providers as JSON values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from doorward.model.identity_provider import (
    ClientSecret,
    Cloud,
    EntraId,
    LocalAccounts,
    OAuth2,
    OneTimePin,
    OpenIdConnect,
    Saml,
    SecondFactor,
    Settings,
    SmtpSecurity,
)
from doorward.stores.mapping.settings import KINDS, from_json, kind_of, to_json

EXAMPLES: tuple[Settings, ...] = (
    LocalAccounts(second_factor=SecondFactor.REQUIRED),
    OpenIdConnect(
        issuer="https://idp.example.com",
        client_id="c",
        client_secret="hidden",
        claims=("department",),
        recheck_every=timedelta(minutes=15),
    ),
    EntraId(
        tenant="organizations",
        client_id="c",
        client_secrets=(ClientSecret(value="hidden", expires=datetime(2027, 1, 1, tzinfo=UTC)),),
        private_key="hidden",
        cloud=Cloud.CHINA,
        allowed_tenants=("t1", "t2"),
    ),
    Saml(entity_id="https://idp.example.com", private_key="hidden"),
    OAuth2(preset="github", client_id="c", client_secret="hidden"),
    OneTimePin(
        sender="a@example.com",
        smtp_host="mail",
        smtp_password="hidden",
        smtp_security=SmtpSecurity.TLS,
    ),
)


@pytest.mark.parametrize("settings", EXAMPLES, ids=kind_of)
def test_what_goes_in_comes_out(settings: Settings) -> None:
    shown, secrets = to_json(settings)
    assert from_json(kind_of(settings), shown, secrets) == settings


@pytest.mark.parametrize("settings", EXAMPLES, ids=kind_of)
def test_no_secret_stands_among_what_is_shown(settings: Settings) -> None:
    shown, _ = to_json(settings)
    assert "hidden" not in str(shown)
    assert "hidden" not in repr(settings)


def test_every_kind_has_an_example_here() -> None:
    assert {type(settings) for settings in EXAMPLES} == set(KINDS.values())


def test_a_field_that_a_row_does_not_have_yet_gets_its_default() -> None:
    found = from_json("oidc", {"issuer": "https://a", "client_id": "b"}, "")
    assert found == OpenIdConnect(issuer="https://a", client_id="b")


def test_what_cannot_be_read_is_an_error_that_quotes_no_secret() -> None:
    with pytest.raises(ValueError, match=r"settings of kind 'oidc' .*: client_secret") as told:
        from_json("oidc", {"issuer": "https://a", "client_id": "b"}, '{"client_secret": ["hidden"]}')
    assert "hidden" not in str(told.value)
