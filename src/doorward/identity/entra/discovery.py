"""What a directory says about itself, checked before any of it is used.

Rule: issuer, endpoints and tenant must agree with each other and with the settings. The document is
believed because of where it was fetched, and that says which directory it may speak of.
Rule: PKCE and the parameter ``claims`` are used although the document offers neither: Entra has both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from doorward.identity.entra.clouds import Hosts, graph_of
from doorward.identity.oidc.plain import plain
from doorward.identity.oidc.urls import check_endpoint
from doorward.model.entra_names import ORGANIZATIONS, TEMPLATE, is_guid
from doorward.model.errors import Invalid, Unavailable
from doorward.model.identity_provider import EntraId

SUFFIX = "/v2.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryMetadata:
    """``issuer`` has the template in it and ``tenant_id`` is empty for ``organizations``. ``graph`` is
    Microsoft Graph's address."""

    issuer: str
    tenant_id: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str
    graph: str

    def issuer_for(self, tenant_id: str) -> str:
        """Who must have issued a token of that directory."""
        return self.issuer.replace(self.tenant_id or TEMPLATE, tenant_id)


def authority_of(hosts: Hosts, tenant: str) -> str:
    """The authority's address for a directory. It names the provider in transactions, too."""
    return f"{hosts.authority}/{tenant}{SUFFIX}"


def discovery_url(hosts: Hosts, tenant: str) -> str:
    """Where the document is."""
    return f"{authority_of(hosts, tenant)}/.well-known/openid-configuration"


def token_endpoint_of(hosts: Hosts, tenant_id: str) -> str:
    """The token endpoint of one directory, for tokens that belong to Doorward itself."""
    return f"{hosts.authority}/{tenant_id}/oauth2{SUFFIX}/token"


def read_discovery(
    document: Mapping[str, object], *, settings: EntraId, hosts: Hosts, tenant: str
) -> DirectoryMetadata:
    """Return the metadata of ``tenant`` (as ``check_tenants`` spells it).

    Raises:
        Unavailable: the document is another directory's or another authority's, or lacks an endpoint.
    """
    try:
        issuer, tenant_id = _issuer(document.get("issuer"), hosts=hosts, tenant=tenant)
        names = {tenant, tenant_id} - {""}
        return DirectoryMetadata(
            issuer=issuer,
            tenant_id=tenant_id,
            authorization_endpoint=_endpoint(document, "authorization_endpoint", hosts, names),
            token_endpoint=_endpoint(document, "token_endpoint", hosts, names),
            jwks_uri=_endpoint(document, "jwks_uri", hosts, names),
            end_session_endpoint=_endpoint(document, "end_session_endpoint", hosts, names, required=False),
            graph=graph_of(settings, hosts, document.get("msgraph_host")),
        )
    except Invalid as problem:
        raise Unavailable(
            f"What Microsoft Entra ID says about the directory {tenant!r} cannot be used: {problem}."
        ) from None


def _issuer(value: object, *, hosts: Hosts, tenant: str) -> tuple[str, str]:
    """The issuer, and the id of the directory; none where it is for many."""
    begin = f"{hosts.authority}/"
    text = value if isinstance(value, str) else ""
    if not text.startswith(begin) or not text.endswith(SUFFIX):
        raise Invalid(
            "issuer",
            f"is {plain(value)!r}, which is not at {hosts.authority}: set cloud to the one that the "
            "directory is in, or authority_url",
        )
    named = text.removeprefix(begin).removesuffix(SUFFIX)
    if tenant == ORGANIZATIONS:
        if named != TEMPLATE:
            raise Invalid("issuer", f"names {plain(named)!r} where {TEMPLATE} should stand")
        return text, ""
    if not is_guid(named) or (is_guid(tenant) and named != tenant):
        raise Invalid(
            "issuer", f"is of the directory {plain(named)!r}, and another one is configured: check tenant"
        )
    return text, named


def _endpoint(
    document: Mapping[str, object], name: str, hosts: Hosts, names: set[str], *, required: bool = True
) -> str:
    """An endpoint at the authority whose path begins with the directory."""
    url = document.get(name)
    if url is None and not required:
        return ""
    if not isinstance(url, str):
        raise Invalid(name, "is missing")
    check_endpoint(url, issuer=hosts.authority, field=name)
    parts, authority = urlsplit(url), urlsplit(hosts.authority)
    if (parts.scheme, parts.netloc) != (authority.scheme, authority.netloc):
        raise Invalid(name, f"is at {plain(parts.netloc)!r}, and the authority is {hosts.authority}")
    if parts.path.removeprefix("/").partition("/")[0].lower() not in names:
        raise Invalid(name, "is of another directory than the issuer")
    return url
