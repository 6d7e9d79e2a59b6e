from __future__ import annotations

from doorward.model.identity_provider import ClientSecret, EntraId, OpenIdConnect, secret_fields


def test_the_secret_fields_of_settings_are_known() -> None:
    assert secret_fields(OpenIdConnect(issuer="", client_id="")) == ("client_secret", "groups_token")
    assert secret_fields(EntraId(tenant="", client_id="")) == ("client_secrets", "private_key")


def test_no_representation_shows_a_secret() -> None:
    settings = EntraId(
        tenant="t", client_id="c", client_secrets=(ClientSecret(value="hidden"),), private_key="hidden"
    )
    assert "hidden" not in repr(settings)
    assert "hidden" not in repr(ClientSecret(value="hidden"))
