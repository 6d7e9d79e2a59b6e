"""Settings as an access file would give them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from doorward.declaration.written import SECRET_FIELDS, written_settings
from doorward.model.identity_provider import ClientSecret, Cloud, EntraId, OAuth2, OpenIdConnect


def test_what_has_its_default_is_left_out_but_for_the_client_secret() -> None:
    assert written_settings(OpenIdConnect(issuer="https://a", client_id="b")) == {
        "type": "oidc",
        "issuer": "https://a",
        "client_id": "b",
        "client_secret": "",
    }


def test_settings_of_a_preset_are_written_under_its_name() -> None:
    written = written_settings(OAuth2(preset="github", client_id="b", groups=False))
    assert (written["type"], written["groups"]) == ("github", False)
    assert "preset" not in written


def test_durations_instants_and_lists_are_written_as_people_would() -> None:
    settings = EntraId(
        tenant="t",
        client_id="c",
        client_secrets=(ClientSecret(value="s", expires=datetime(2027, 1, 1, tzinfo=UTC)),),
        cloud=Cloud.CHINA,
        recheck_every=timedelta(minutes=15),
        email_domains=("example.com",),
    )
    assert written_settings(settings) == {
        "type": "entra",
        "tenant": "t",
        "client_id": "c",
        "client_secrets": [{"value": "s", "expires": "2027-01-01T00:00:00Z"}],
        "cloud": "china",
        "recheck_every": "15m",
        "email_domains": ["example.com"],
    }


def test_every_field_that_is_a_secret_is_known_by_name() -> None:
    assert {"client_secret", "client_secrets", "private_key", "smtp_password"} <= SECRET_FIELDS
