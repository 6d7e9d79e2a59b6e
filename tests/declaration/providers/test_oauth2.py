from __future__ import annotations

import pytest

from doorward.declaration.export import export
from doorward.declaration.providers.oauth2 import TYPES
from doorward.model.identity_provider import OAuth2
from tests.declaration.files import NOTHING, said, section
from tests.declaration.providers.test_presets import applied, configured, read


def test_a_service_is_read() -> None:
    found = read("type: github, client_secret: s, groups: false, base_url: 'https://git.example.com'")
    assert found.settings == OAuth2(
        preset="github",
        client_id="b",
        client_secret="s",
        groups=False,
        base_url="https://git.example.com",
    )
    assert found.bound_to == ("client_id", "base_url", "api_url")
    assert found.needed == ("client_secret",)
    assert read("type: yandex").unsaid == {"client_secret"}


def test_facebooks_addresses_count_once_somebody_said_so() -> None:
    found = read("type: facebook, require_verified_email: false").settings
    assert found == OAuth2(preset="facebook", client_id="b", require_verified_email=False)


WRONG = [
    ("type: facebook", "require_verified_email: is missing: Facebook does not say"),
    ("type: facebook, require_verified_email: true", "must be false"),
    ("type: github, require_verified_email: false", "is not a field here"),
    ("type: yandex, groups: false", "is not a field here"),
    ("type: github, base_url: 'http://git.example.com'", "is not safe: use https"),
    ("type: github, api_url: 'https://u@api.example.com'", "holds a user or password"),
]


@pytest.mark.parametrize(("fields", "sentence"), WRONG)
def test_a_wrong_service_is_told(fields: str, sentence: str) -> None:
    assert sentence in "\n".join(said(section("identity_providers", f"{{id: a, client_id: b, {fields}}}")))


@pytest.mark.parametrize("name", TYPES)
def test_an_export_leads_back_to_what_there_was(name: str) -> None:
    wanted = OAuth2(
        preset=name,
        client_id="b",
        client_secret="s",
        groups=name != "github",
        require_verified_email=name != "facebook",
        api_url="http://127.0.0.1:1",
    )
    configuration = configured(wanted)
    assert applied(export(configuration, with_secrets=True), NOTHING) == configuration
    assert applied(export(configuration), configuration) == configuration
