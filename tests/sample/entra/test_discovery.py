from __future__ import annotations

import pytest

from doorward.sample.entra.discovery import discovery_document
from doorward.sample.entra.facts import MSA_TENANT
from doorward.sample.entra.faults import Jwks
from doorward.sample.entra.seed import TENANT_ID
from tests.fakes.entra import BASE_URL, FakeEntra
from tests.fakes.entra_visitor import Visitor
from tests.sample.entra.stories import visit


def test_the_document_is_as_entras() -> None:
    document = discovery_document(FakeEntra().entra, TENANT_ID)
    assert document["issuer"] == f"{BASE_URL}/{TENANT_ID}/v2.0"
    assert document["authorization_endpoint"] == f"{BASE_URL}/{TENANT_ID}/oauth2/v2.0/authorize"
    assert document["jwks_uri"] == f"{BASE_URL}/{TENANT_ID}/discovery/v2.0/keys"
    assert document["msgraph_host"] == "entra.example"
    for absent in (
        "code_challenge_methods_supported",
        "backchannel_logout_supported",
        "claims_parameter_supported",
        "revocation_endpoint",
        "introspection_endpoint",
    ):
        assert absent not in document


@pytest.mark.parametrize(
    ("name", "issuer"),
    [
        ("common", "{tenantid}"),
        ("organizations", "{tenantid}"),
        ("consumers", MSA_TENANT),
        ("example.com", TENANT_ID),
    ],
)
def test_placeholders_have_a_template_for_an_issuer_and_domains_the_tenants(name: str, issuer: str) -> None:
    assert discovery_document(FakeEntra().entra, name)["issuer"] == f"{BASE_URL}/{issuer}/v2.0"


def test_an_unknown_tenant_has_no_document() -> None:
    async def story(client: Visitor) -> None:
        page = await client.open("/nowhere.example/v2.0/.well-known/openid-configuration")
        assert page.response.json()["error_codes"] == [90002]
        page = await client.open("/nowhere.example/discovery/v2.0/keys")
        assert page.response.status_code == 400

    visit(FakeEntra(), story)


def test_members_of_the_document_can_be_made_to_disagree() -> None:
    fake = FakeEntra()
    fake.faults.metadata = {"token_endpoint": "https://attacker.example/token", "jwks_uri": None}

    async def story(client: Visitor) -> None:
        page = await client.open(f"/{TENANT_ID}/v2.0/.well-known/openid-configuration")
        assert page.response.json()["token_endpoint"] == "https://attacker.example/token"
        assert "jwks_uri" not in page.response.json()

    visit(fake, story)


def test_keys_can_be_down_or_a_web_page() -> None:
    fake = FakeEntra()

    async def story(client: Visitor) -> None:
        fake.faults.jwks = Jwks.DOWN
        page = await client.open(f"/{TENANT_ID}/discovery/v2.0/keys")
        assert page.response.status_code == 503
        fake.faults.jwks = Jwks.HTML
        page = await client.open(f"/{TENANT_ID}/discovery/v2.0/keys")
        assert "text/html" in page.response.headers["content-type"]

    visit(fake, story)
