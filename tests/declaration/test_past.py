from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from doorward.declaration import DeclarationInvalid, access_document, past_configuration
from doorward.model.configuration import Configuration
from doorward.policy.compilation import Compilation
from tests.declaration.generated import applicable
from tests.fakes.clock import FakeRandomness


def gone_by(configuration: Configuration) -> Configuration:
    return past_configuration(access_document(configuration), randomness=FakeRandomness())


@settings(max_examples=60)
@given(applicable())
def test_every_rule_comes_back_and_no_secret(configuration: Configuration) -> None:
    found = gone_by(configuration)
    assert (found.policies, found.rule_groups) == (configuration.policies, configuration.rule_groups)
    before, after = Compilation.of(configuration).applications, Compilation.of(found).applications
    assert {i: c.policies for i, c in before.items()} == {i: c.policies for i, c in after.items()}
    assert [p.id for p in found.identity_providers] == [p.id for p in configuration.identity_providers]
    assert {token.secret_hash for token in found.service_tokens} <= {"0" * 64}


def test_providers_of_all_kinds_come_back_without_their_secrets() -> None:
    tenant, client = "00000000-0000-0000-0000-000000000000", "11111111-1111-1111-1111-111111111111"
    providers = [
        {"id": "company", "type": "entra", "tenant": tenant, "client_id": client},
        {"id": "other", "type": "oidc", "issuer": "https://idp.example.com", "client_id": client},
        {"id": "hub", "type": "github", "client_id": client},
        {"id": "mail", "type": "onetimepin", "smtp_host": "mail.example.com", "sender": "a@example.com"},
    ]
    tokens = [{"id": "ci", "name": "ci", "client_id": "ci.access"}]
    text = json.dumps({"version": 1, "identity_providers": providers, "service_tokens": tokens})
    found = past_configuration(text, randomness=FakeRandomness())
    assert [provider.id for provider in found.identity_providers] == ["company", "other", "hub", "mail"]
    assert [token.client_id for token in found.service_tokens] == ["ci.access"]


def test_what_this_version_would_not_take_is_told() -> None:
    with pytest.raises(DeclarationInvalid):
        past_configuration('{"version":1,"applications":[{"id":"x"}]}', randomness=FakeRandomness())
