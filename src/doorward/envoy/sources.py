"""Where a request comes from: the address that everything else judges by, and its country.

Without trusted proxies it is the connection's, and what a client says of it is dropped unread. With
them, a request on a connection from one of those comes from the right-most address in its
``X-Forwarded-For`` that is no trusted proxy's (Envoy's ``xff`` original IP detection with
``xff_trusted_cidrs``). Of other connections it is the connection's, as ever.

Rule: a trusted proxy that says ``X-Forwarded-For`` and does not name a client is not believed to be the
client. Envoy takes the proxy's own address when that header is garbage or has more than 20 entries, and a
policy may admit the network that the proxies are in. Such a request is refused: anybody can send a long
header. Without the header the request is the proxy's own.

Rule: the header is read there and then removed, before any filter that decides sees the request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, ip_network
from typing import TypeAlias

from envoy.config.common.mutation_rules.v3 import mutation_rules_pb2
from envoy.config.core.v3 import address_pb2, base_pb2, extension_pb2
from envoy.config.rbac.v3 import rbac_pb2
from envoy.config.route.v3 import route_components_pb2
from envoy.extensions.filters.http.geoip.v3 import geoip_pb2
from envoy.extensions.filters.http.header_mutation.v3 import header_mutation_pb2
from envoy.extensions.filters.http.header_to_metadata.v3 import header_to_metadata_pb2
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2 as rbac_filter_pb2
from envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from envoy.extensions.geoip_providers.common.v3 import common_pb2
from envoy.extensions.geoip_providers.maxmind.v3 import maxmind_pb2
from envoy.extensions.http.original_ip_detection.xff.v3 import xff_pb2
from google.protobuf.message import Message

from doorward.envoy import names
from doorward.envoy.packing import packed, true, uint32
from doorward.envoy.state import EdgeSettings
from doorward.policy.networks import in_ipv6_dress

FORWARDED_FOR = "x-forwarded-for"
KEPT = "kept-forwarded-for"
"""What ``X-Forwarded-For`` is called while all that begins with ``x-forwarded-`` is removed."""

Mutation: TypeAlias = mutation_rules_pb2.HeaderMutation


def original_ip_detection(settings: EdgeSettings) -> Sequence[extension_pb2.TypedExtensionConfig]:
    """What tells the listener where a request comes from, if not its connection."""
    if not settings.trusted_proxies:
        return ()
    config = xff_pb2.XffConfig(
        xff_trusted_cidrs=xff_pb2.XffTrustedCidrs(cidrs=_proxies(settings)), skip_xff_append=true()
    )
    return (
        extension_pb2.TypedExtensionConfig(
            name="envoy.http.original_ip_detection.xff", typed_config=packed(config)
        ),
    )


def keeping_forwarded_for(settings: EdgeSettings, removals: Iterable[Mutation]) -> Sequence[Mutation]:
    """``removals``, past which ``X-Forwarded-For`` is brought where somebody has to read it."""
    if not settings.trusted_proxies:
        return list(removals)
    return [
        Mutation(remove=KEPT),
        _copied(FORWARDED_FOR, KEPT),
        *removals,
        _copied(KEPT, FORWARDED_FOR),
        Mutation(remove=KEPT),
    ]


def source_filters(settings: EdgeSettings) -> Sequence[hcm_pb2.HttpFilter]:
    """The filters that come before all others, in order."""
    found: list[hcm_pb2.HttpFilter] = []
    if settings.trusted_proxies:
        found.append(_filter(names.SOURCE_KNOWN, rbac_filter_pb2.RBAC(rules=_nobody_from_nowhere(settings))))
        found.append(_filter(names.FORWARDED_REMOVED, _forwarded_for_removed()))
    if settings.geoip_database:
        found.append(_filter(names.GEOIP, _country(settings.geoip_database)))
    return found


def country_to_metadata() -> header_to_metadata_pb2.Config.Rule:
    """Moves the country from the header that the geoip filter writes to where rules look at it.

    So no rule matches a header, and no origin gets this one.
    """
    return header_to_metadata_pb2.Config.Rule(
        header=names.COUNTRY_HEADER,
        on_header_present=header_to_metadata_pb2.Config.KeyValuePair(
            metadata_namespace=names.REQUEST_METADATA, key=names.COUNTRY_KEY, type="STRING"
        ),
        remove=True,
    )


def _proxies(settings: EdgeSettings) -> list[address_pb2.CidrRange]:
    """The trusted networks, IPv4 ones in both spellings: Envoy takes each for a family of its own."""
    networks = [ip_network(text) for text in settings.trusted_proxies]
    mapped = [in_ipv6_dress(network) for network in networks if isinstance(network, IPv4Network)]
    return [
        address_pb2.CidrRange(
            address_prefix=str(network.network_address), prefix_len=uint32(network.prefixlen)
        )
        for network in (*networks, *mapped)
    ]


def _nobody_from_nowhere(settings: EdgeSettings) -> rbac_pb2.RBAC:
    """Deny what a trusted proxy says that it forwards, where its source is still a trusted proxy."""
    principal, proxies = rbac_pb2.Principal, _proxies(settings)
    said = route_components_pb2.HeaderMatcher(name=FORWARDED_FOR, present_match=True)
    everything = [
        principal(header=said),
        _any(principal(direct_remote_ip=cidr) for cidr in proxies),
        _any(principal(remote_ip=cidr) for cidr in proxies),
    ]
    policy = rbac_pb2.Policy(
        permissions=[rbac_pb2.Permission(any=True)],
        principals=[principal(and_ids=principal.Set(ids=everything))],
    )
    return rbac_pb2.RBAC(action=rbac_pb2.RBAC.DENY, policies={"unknown-source": policy})


def _any(principals: Iterable[rbac_pb2.Principal]) -> rbac_pb2.Principal:
    return rbac_pb2.Principal(or_ids=rbac_pb2.Principal.Set(ids=principals))


def _forwarded_for_removed() -> header_mutation_pb2.HeaderMutation:
    return header_mutation_pb2.HeaderMutation(
        mutations=header_mutation_pb2.Mutations(request_mutations=[Mutation(remove=FORWARDED_FOR)])
    )


def _copied(source: str, target: str) -> Mutation:
    """Copies a header, all of its fields in one; one that is missing or empty makes none."""
    value = base_pb2.HeaderValue(key=target, value=f"%REQ({source})%")
    return Mutation(
        append=base_pb2.HeaderValueOption(header=value, append_action="OVERWRITE_IF_EXISTS_OR_ADD")
    )


def _country(database: str) -> geoip_pb2.Geoip:
    """Looks the source up. Of an address that the database does not know, no header is written."""
    keys = common_pb2.CommonGeoipProviderConfig.GeolocationFieldKeys(country=names.COUNTRY_HEADER)
    provider = maxmind_pb2.MaxMindConfig(
        country_db_path=database,
        common_provider_config=common_pb2.CommonGeoipProviderConfig(geo_field_keys=keys),
    )
    return geoip_pb2.Geoip(
        provider=extension_pb2.TypedExtensionConfig(
            name="envoy.geoip_providers.maxmind", typed_config=packed(provider)
        )
    )


def _filter(name: str, config: Message) -> hcm_pb2.HttpFilter:
    return hcm_pb2.HttpFilter(name=name, typed_config=packed(config))
