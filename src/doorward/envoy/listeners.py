"""The public listener: TLS, hardened HTTP, and the filter chain.

The hardening follows Envoy's "Configuring Envoy as an edge proxy"; ``tests/envoy/test_listeners.py``
asserts each line of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from envoy.config.core.v3 import address_pb2, base_pb2, protocol_pb2
from envoy.config.listener.v3 import listener_components_pb2, listener_pb2
from envoy.extensions.filters.listener.tls_inspector.v3 import tls_inspector_pb2
from envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from google.protobuf import wrappers_pb2

from doorward.envoy import names
from doorward.envoy.access_log import build_access_logs
from doorward.envoy.filters import build_http_filters, early_header_mutation
from doorward.envoy.local_replies import build_local_replies
from doorward.envoy.packing import over_ads, packed, seconds, true, uint32
from doorward.envoy.sources import original_ip_detection
from doorward.envoy.state import EdgeSettings
from doorward.envoy.tls import downstream_tls
from doorward.model.client_certificate import CertificateAuthority

HEADERS_KB = 32
HEADERS_COUNT = 100
STREAMS = 100
STREAM_WINDOW = 64 * 1024
CONNECTION_WINDOW = 1024 * 1024
LINGER = 0.2
"""Seconds between the end that the edge puts to a connection and the end that a client sees. It lets a
last answer arrive at clients that are still sending; and a stream of a revoked session ends no sooner."""


def build_listener(
    settings: EdgeSettings, authorities: Sequence[CertificateAuthority] = ()
) -> listener_pb2.Listener:
    """The one listener that people reach.

    Hostnames on which certificates of the same ``authorities`` are asked for share a filter chain; all others
    have the one that asks for none. When it changes, the connections of the others stay.
    """
    manager = build_connection_manager(settings)
    chains = [_chain(manager, "https", downstream_tls())]
    for cas, hostnames in asked_at(authorities).items():
        chain = _chain(manager, f"https, certificates at {hostnames[0]}", downstream_tls(cas))
        chain.filter_chain_match.server_names.extend(hostnames)
        chains.append(chain)
    return listener_pb2.Listener(
        name=names.LISTENER,
        address=address_pb2.Address(
            socket_address=address_pb2.SocketAddress(
                address=settings.https_host, port_value=settings.https_port
            )
        ),
        # Reads the hostname. There always, since a listener that changes in this loses its connections.
        listener_filters=[
            listener_components_pb2.ListenerFilter(
                name="envoy.filters.listener.tls_inspector",
                typed_config=packed(tls_inspector_pb2.TlsInspector()),
            )
        ],
        listener_filters_timeout=seconds(10),
        filter_chains=chains,
        per_connection_buffer_limit_bytes=uint32(settings.buffer_limit),
        connection_balance_config=_evenly(),
    )


def asked_at(authorities: Iterable[CertificateAuthority]) -> Mapping[str, Sequence[str]]:
    """The hostnames on which client certificates are asked for, by the PEM text of the CAs whose names
    browsers are told there."""
    authorities = sorted(authorities, key=lambda each: each.id)
    found: dict[str, list[str]] = {}
    for hostname in sorted({hostname for each in authorities for hostname in each.hostnames}):
        cas = "".join(each.certificates for each in authorities if each.asks_at(hostname))
        found.setdefault(cas, []).append(hostname)
    return found


def _chain(
    manager: hcm_pb2.HttpConnectionManager, name: str, tls: base_pb2.TransportSocket
) -> listener_components_pb2.FilterChain:
    return listener_components_pb2.FilterChain(
        name=name,
        filters=[
            listener_components_pb2.Filter(
                name="envoy.filters.network.http_connection_manager", typed_config=packed(manager)
            )
        ],
        transport_socket=tls,
        transport_socket_connect_timeout=seconds(10),
    )


def _evenly() -> listener_pb2.Listener.ConnectionBalanceConfig:
    """Connections live long and are few for each thread, and the kernel deals them out by hash: 20 and 12
    of 32 are common, and the thread with 20 then bounds the rate. Beside a TLS handshake the lock that
    this takes at each accept is nothing."""
    exact = listener_pb2.Listener.ConnectionBalanceConfig.ExactBalance()
    return listener_pb2.Listener.ConnectionBalanceConfig(exact_balance=exact)


def build_connection_manager(settings: EdgeSettings) -> hcm_pb2.HttpConnectionManager:
    """HTTP on that listener. Whatever two servers could read in two ways is refused, not repaired."""
    return hcm_pb2.HttpConnectionManager(
        stat_prefix=names.LISTENER,
        rds=hcm_pb2.Rds(route_config_name=names.ROUTES, config_source=over_ads()),
        http_filters=build_http_filters(settings),
        access_log=build_access_logs(settings),
        local_reply_config=build_local_replies(settings),
        early_header_mutation_extensions=[early_header_mutation(settings)],
        original_ip_detection_extensions=original_ip_detection(settings),
        forward_client_cert_details="SANITIZE",
        use_remote_address=wrappers_pb2.BoolValue(value=not settings.trusted_proxies),
        internal_address_config=_nobody_is_internal(),
        skip_xff_append=True,
        generate_request_id=true(),
        preserve_external_request_id=False,
        always_set_request_id_in_response=True,
        server_name="doorward",
        server_header_transformation="OVERWRITE",
        normalize_path=true(),
        merge_slashes=True,
        path_with_escaped_slashes_action="REJECT_REQUEST",
        strip_trailing_host_dot=True,
        max_request_headers_kb=uint32(HEADERS_KB),
        common_http_protocol_options=protocol_pb2.HttpProtocolOptions(
            idle_timeout=seconds(3600),
            headers_with_underscores_action="REJECT_REQUEST",
            max_headers_count=uint32(HEADERS_COUNT),
        ),
        http_protocol_options=protocol_pb2.Http1ProtocolOptions(accept_http_10=False),
        http2_protocol_options=protocol_pb2.Http2ProtocolOptions(
            max_concurrent_streams=uint32(STREAMS),
            initial_stream_window_size=uint32(STREAM_WINDOW),
            initial_connection_window_size=uint32(CONNECTION_WINDOW),
        ),
        stream_idle_timeout=seconds(300),
        request_timeout=seconds(300),
        request_headers_timeout=seconds(10),
        delayed_close_timeout=seconds(LINGER),
    )


def _nobody_is_internal() -> hcm_pb2.HttpConnectionManager.InternalAddressConfig:
    """No peer may use Envoy's internal headers. An empty list would mean the private ranges, so it
    holds one address that no peer can have."""
    nobody = address_pb2.CidrRange(address_prefix="255.255.255.255", prefix_len=uint32(32))
    return hcm_pb2.HttpConnectionManager.InternalAddressConfig(cidr_ranges=[nobody])
