"""Microsoft's clouds, and the hosts of each: everything about addresses is here.

Rule: hosts come from this table, or from an administrator. A directory's document may choose among a
cloud's hosts, and can bring none of its own: access tokens are sent there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import urlsplit

from doorward.identity.oidc.urls import check_endpoint, check_issuer
from doorward.model.errors import Invalid
from doorward.model.identity_provider import Cloud, EntraId

GRAPH_VERSION = "/v1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """Where a cloud is reached. ``graphs`` are the addresses that Microsoft Graph may have there, the
    usual one first; ``resource`` is what Graph is called in scopes, wherever it is reached."""

    authority: str
    graphs: tuple[str, ...]
    resource: str


# [K] but for the global cloud: the hosts of the others were not checked against a document.
CLOUDS: Mapping[Cloud, Hosts] = MappingProxyType(
    {
        Cloud.GLOBAL: Hosts(
            authority="https://login.microsoftonline.com",
            graphs=("https://graph.microsoft.com",),
            resource="https://graph.microsoft.com",
        ),
        Cloud.US_GOVERNMENT: Hosts(
            authority="https://login.microsoftonline.us",
            # The second one is the Department of Defense's, which shares the authority.
            graphs=("https://graph.microsoft.us", "https://dod-graph.microsoft.us"),
            resource="https://graph.microsoft.us",
        ),
        Cloud.CHINA: Hosts(
            authority="https://login.partner.microsoftonline.cn",
            graphs=("https://microsoftgraph.chinacloudapi.cn",),
            resource="https://microsoftgraph.chinacloudapi.cn",
        ),
    }
)


def hosts_of(settings: EntraId) -> Hosts:
    """The hosts that the settings mean.

    Raises:
        Invalid: ``authority_url`` or ``graph_url`` is not an https URL (http for a loopback host), or
            has a path.
    """
    hosts = CLOUDS[settings.cloud]
    if settings.authority_url:
        hosts = replace(hosts, authority=_checked(settings.authority_url, "authority_url"))
    if settings.graph_url:
        hosts = replace(hosts, graphs=(_checked(settings.graph_url, "graph_url"),))
    return hosts


def graph_of(settings: EntraId, hosts: Hosts, named: object) -> str:
    """The address of Graph: as the administrator has it, or the host ``named`` by the directory.

    Raises:
        Invalid: the directory names a host that the cloud does not have.
    """
    if settings.graph_url or named is None:
        return hosts.graphs[0]
    for graph in hosts.graphs:
        if named == urlsplit(graph).netloc:
            return graph
    raise Invalid(
        "msgraph_host",
        f"the directory has Microsoft Graph elsewhere than the cloud {settings.cloud.value!r}: "
        "set cloud to the one that the directory is in, or graph_url",
    )


def _checked(url: str, field: str) -> str:
    """An origin without a slash at its end."""
    check_issuer(url, field=field)
    check_endpoint(url, issuer=url, field=field)
    if urlsplit(url).path not in ("", "/"):
        raise Invalid(field, "is a scheme and a host, perhaps with a port: leave out the path")
    return url.removesuffix("/")
