from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.identity.entra.clouds import hosts_of
from doorward.identity.entra.discovery import (
    DirectoryMetadata,
    authority_of,
    discovery_url,
    read_discovery,
    token_endpoint_of,
)
from doorward.model.entra_names import check_tenants
from doorward.model.errors import Unavailable
from doorward.model.identity_provider import EntraId
from tests.fakes.openid import REMOVED, changed

TENANT = "5d9c1a70-3c1f-4f7e-9d40-6b1f0a6f0e01"
OTHER = "00000000-1111-4222-8333-444444444444"
MICROSOFT = "https://login.microsoftonline.com"
SETTINGS = EntraId(tenant=TENANT, client_id="c", allowed_tenants=(TENANT,))


def document(path: str = TENANT, issuer: str = TENANT) -> dict[str, object]:
    """What Microsoft publishes, as recorded."""
    return {
        "token_endpoint": f"{MICROSOFT}/{path}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "jwks_uri": f"{MICROSOFT}/{path}/discovery/v2.0/keys",
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": f"{MICROSOFT}/{issuer}/v2.0",
        "authorization_endpoint": f"{MICROSOFT}/{path}/oauth2/v2.0/authorize",
        "end_session_endpoint": f"{MICROSOFT}/{path}/oauth2/v2.0/logout",
        "msgraph_host": "graph.microsoft.com",
    }


def read(tenant: str, found: dict[str, object]) -> DirectoryMetadata:
    settings = replace(SETTINGS, tenant=tenant)
    name = check_tenants(settings)
    return read_discovery(found, settings=settings, hosts=hosts_of(settings), tenant=name)


def test_a_directory_is_found_by_its_id() -> None:
    metadata = read(TENANT, document())
    assert metadata.tenant_id == TENANT
    assert metadata.issuer_for(TENANT) == f"{MICROSOFT}/{TENANT}/v2.0"
    assert metadata.graph == "https://graph.microsoft.com"


@pytest.mark.parametrize("path", ["contoso.com", TENANT])
def test_a_domain_stands_for_the_id_that_its_document_names(path: str) -> None:
    metadata = read("Contoso.com", document(path=path))
    assert metadata.tenant_id == TENANT
    assert metadata.issuer == f"{MICROSOFT}/{TENANT}/v2.0"


def test_the_document_for_many_has_a_template_in_place_of_an_id() -> None:
    metadata = read("organizations", document(path="organizations", issuer="{tenantid}"))
    assert metadata.tenant_id == ""
    assert metadata.issuer_for(OTHER) == f"{MICROSOFT}/{OTHER}/v2.0"


def test_neither_pkce_nor_the_claims_parameter_need_be_offered() -> None:
    assert "code_challenge_methods_supported" not in document()
    assert read(TENANT, document()).tenant_id == TENANT


def test_the_end_of_sessions_may_be_missing() -> None:
    assert read(TENANT, changed(document(), {"end_session_endpoint": REMOVED})).end_session_endpoint == ""


ELSEWHERE = "set cloud to the one"


@pytest.mark.parametrize(
    ("tenant", "changes", "said"),
    [
        (TENANT, {"issuer": REMOVED}, ELSEWHERE),
        (TENANT, {"issuer": [f"{MICROSOFT}/{TENANT}/v2.0"]}, ELSEWHERE),
        (TENANT, {"issuer": f"https://login.microsoftonline.us/{TENANT}/v2.0"}, ELSEWHERE),
        (TENANT, {"issuer": f"{MICROSOFT}.evil.example/{TENANT}/v2.0"}, ELSEWHERE),
        (TENANT, {"issuer": f"https://sts.windows.net/{TENANT}/"}, ELSEWHERE),
        (TENANT, {"issuer": f"{MICROSOFT}/{OTHER}/v2.0"}, "another one is configured: check tenant"),
        (TENANT, {"issuer": f"{MICROSOFT}/{{tenantid}}/v2.0"}, "another one is configured"),
        ("contoso.com", {"issuer": f"{MICROSOFT}/contoso.com/v2.0"}, "another one is configured"),
        ("contoso.com", {"issuer": f"{MICROSOFT}/{TENANT}/x/v2.0"}, "another one is configured"),
        ("organizations", {}, "where {tenantid} should stand"),
        (TENANT, {"token_endpoint": REMOVED}, "token_endpoint: is missing"),
        (TENANT, {"token_endpoint": 7}, "token_endpoint: is missing"),
        (TENANT, {"jwks_uri": "https://evil.example/keys"}, "jwks_uri: is at 'evil.example'"),
        (TENANT, {"jwks_uri": f"http://login.microsoftonline.com/{TENANT}/keys"}, "not an https"),
        (TENANT, {"token_endpoint": f"{MICROSOFT}:444/{TENANT}/token"}, "the authority is"),
        (TENANT, {"token_endpoint": f"{MICROSOFT}@evil.example/{TENANT}/token"}, "user name"),
        (TENANT, {"authorization_endpoint": f"{MICROSOFT}/{OTHER}/authorize"}, "another directory"),
        (TENANT, {"authorization_endpoint": f"{MICROSOFT}/common/authorize"}, "another directory"),
        (TENANT, {"authorization_endpoint": MICROSOFT}, "another directory"),
        (TENANT, {"end_session_endpoint": "https://evil.example/logout"}, "end_session_endpoint"),
        (TENANT, {"msgraph_host": "graph.microsoft.us"}, ELSEWHERE),
        (TENANT, {"msgraph_host": "evil.example"}, ELSEWHERE),
    ],
)
def test_a_document_that_disagrees_is_refused_with_what_and_why(
    tenant: str, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(Unavailable, match=said):
        read(tenant, changed(document(path=tenant), changes))


def test_addresses_are_made_from_the_cloud_and_the_directory() -> None:
    hosts = hosts_of(SETTINGS)
    assert authority_of(hosts, "contoso.com") == f"{MICROSOFT}/contoso.com/v2.0"
    assert discovery_url(hosts, TENANT) == f"{MICROSOFT}/{TENANT}/v2.0/.well-known/openid-configuration"
    assert token_endpoint_of(hosts, TENANT) == f"{MICROSOFT}/{TENANT}/oauth2/v2.0/token"
