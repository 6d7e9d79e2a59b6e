"""Metadata and keys, for each tenant and for the placeholders."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from doorward.sample.entra.answers import token_error
from doorward.sample.entra.authorize_request import known_tenant
from doorward.sample.entra.entra import Entra
from doorward.sample.entra.errors import Refused
from doorward.sample.entra.facts import MSA_TENANT
from doorward.sample.entra.faults import Jwks, changed
from doorward.sample.entra.keys import TEMPLATE

CLAIMS = [
    "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host",
    "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash",
    "c_hash", "email",
]  # fmt: skip


def discovery_document(entra: Entra, tenant_name: str) -> dict[str, object]:
    """The metadata as Entra has it: neither PKCE nor the claims parameter is mentioned."""
    tenant = known_tenant(entra.directory, tenant_name)
    base, oauth = entra.base_url, f"{entra.base_url}/{tenant_name}/oauth2/v2.0"
    issuer_id = tenant.id if tenant else (MSA_TENANT if tenant_name == "consumers" else TEMPLATE)
    return {
        "token_endpoint": f"{oauth}/token",
        "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "private_key_jwt",
            "client_secret_basic",
        ],
        "jwks_uri": f"{base}/{tenant_name}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{base}/{issuer_id}/v2.0",
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": f"{base}/oidc/userinfo",
        "authorization_endpoint": f"{oauth}/authorize",
        "device_authorization_endpoint": f"{oauth}/devicecode",
        "http_logout_supported": True,
        "frontchannel_logout_supported": True,
        "end_session_endpoint": f"{oauth}/logout",
        "claims_supported": CLAIMS,
        "kerberos_endpoint": f"{base}/{tenant_name}/kerberos",
        "tenant_region_scope": "WW" if tenant else None,
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": entra.host(),
        "rbac_url": "https://pas.windows.net",
    }


class Discovery:
    """The endpoints."""

    def __init__(self, entra: Entra) -> None:
        self._entra = entra

    def routes(self) -> list[Route]:
        """Their paths."""
        return [
            Route("/{tenant}/v2.0/.well-known/openid-configuration", self.metadata),
            Route("/{tenant}/discovery/v2.0/keys", self.keys),
        ]

    async def metadata(self, request: Request) -> Response:
        """The discovery document."""
        try:
            document = discovery_document(self._entra, request.path_params["tenant"])
        except Refused as refused:
            return token_error(self._entra, refused, request)
        return JSONResponse(changed(document, self._entra.faults.metadata))

    async def keys(self, request: Request) -> Response:
        """The public keys."""
        if self._entra.faults.jwks is Jwks.DOWN:
            return PlainTextResponse("Service Unavailable", 503)
        if self._entra.faults.jwks is Jwks.HTML:
            return HTMLResponse("<!doctype html><title>Sorry</title><p>We are working on it.</p>")
        try:
            tenant = known_tenant(self._entra.directory, request.path_params["tenant"])
        except Refused as refused:
            return token_error(self._entra, refused, request)
        return JSONResponse(self._entra.keys.jwks(self._entra.base_url, tenant.id if tenant else ""))
