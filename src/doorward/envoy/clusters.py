"""Clusters: where the edge sends requests."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from envoy.config.cluster.v3 import circuit_breaker_pb2, cluster_pb2
from envoy.config.core.v3 import (
    address_pb2,
    base_pb2,
    protocol_pb2,
    proxy_protocol_pb2,
    substitution_format_string_pb2,
)
from envoy.config.endpoint.v3 import endpoint_components_pb2, endpoint_pb2
from envoy.extensions.transport_sockets.proxy_protocol.v3 import upstream_proxy_protocol_pb2
from envoy.extensions.transport_sockets.raw_buffer.v3 import raw_buffer_pb2
from envoy.extensions.transport_sockets.tls.v3 import common_pb2, tls_pb2
from envoy.extensions.upstreams.http.v3 import http_protocol_options_pb2
from envoy.type.matcher.v3 import string_pb2

from doorward.envoy import names
from doorward.envoy.packing import packed, seconds, uint32
from doorward.envoy.state import EdgeSettings
from doorward.model.application import Application, ApplicationType, Origin

HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
CONNECT_TIMEOUT = 5.0
CONNECTIONS = 100_000
SYSTEM_CA = "/etc/ssl/certs/ca-certificates.crt"

KEPT_ALIVE = 4.0
"""Seconds that an idle connection to an origin is kept: less than the 5 s after which common
servers (Node, uvicorn, Apache) close theirs, so that a request does not race with that close."""


def application_clusters(settings: EdgeSettings, application: Application) -> Iterator[cluster_pb2.Cluster]:
    """The clusters of one application: none of one that speaks TCP, which the edge does not carry."""
    if application.type is not ApplicationType.SELF_HOSTED:
        return
    yield tunnel_cluster(settings, application)
    if application.origin.tunnel is None:
        yield origin_cluster(settings, application)


def web_cluster(settings: EdgeSettings) -> cluster_pb2.Cluster:
    """The control plane's pages, over a unix socket."""
    return _cluster(names.WEB_CLUSTER, [_pipe(settings.web_socket)], settings, idle=KEPT_ALIVE)


def tunnel_cluster(settings: EdgeSettings, application: Application) -> cluster_pb2.Cluster:
    """The relay's front for the application's tunnel.

    Each connection begins with a PROXY protocol v2 header that names the service, the session, the source,
    and, where routes say so, what was asked for. Envoy keys its pools by both ends of that header and by
    the filter states: a
    connection carries one session of one client connection and nobody else, so the relay knows
    whose it is and may cut it (decision record 2026-11-23-one-connection-one-person). The header's own
    source is the client connection's, which may be a load balancer's.
    """
    tunnel = application.origin.tunnel or names.EDGE_TUNNEL
    fronts = [_pipe(f"{folder}/{tunnel}.sock") for folder in settings.front_folders]
    cluster = _cluster(names.tunnel_cluster(application.id), fronts, settings, idle=KEPT_ALIVE)
    cluster.transport_socket.CopyFrom(
        base_pb2.TransportSocket(
            name="envoy.transport_sockets.upstream_proxy_protocol",
            typed_config=packed(
                upstream_proxy_protocol_pb2.ProxyProtocolUpstreamTransport(
                    config=proxy_protocol_pb2.ProxyProtocolConfig(
                        version="V2",
                        added_tlvs=[
                            proxy_protocol_pb2.TlvEntry(
                                type=names.SERVICE_KEY_TLV, value=application.id.encode()
                            ),
                            _from_state(names.SESSION_TLV, names.SESSION_STATE),
                            _from_state(names.SOURCE_TLV, names.SOURCE_STATE),
                            _from_state(names.CERTIFICATE_TLV, names.CERTIFICATE_STATE),
                            _from_state(names.TARGET_TLV, names.TARGET_STATE),
                        ],
                    ),
                    transport_socket=base_pb2.TransportSocket(
                        name="envoy.transport_sockets.raw_buffer",
                        typed_config=packed(raw_buffer_pb2.RawBuffer()),
                    ),
                )
            ),
        )
    )
    return cluster


def _from_state(kind: int, state: str) -> proxy_protocol_pb2.TlvEntry:
    return proxy_protocol_pb2.TlvEntry(type=kind, format_string=_format(f"%FILTER_STATE({state}:PLAIN)%"))


def origin_cluster(settings: EdgeSettings, application: Application) -> cluster_pb2.Cluster:
    """The origin itself, dialled by the edge, for an application without a tunnel."""
    origin = application.origin
    url = urlsplit(origin.url)
    host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
    address = address_pb2.Address(socket_address=address_pb2.SocketAddress(address=host, port_value=port))
    cluster = _cluster(names.origin_cluster(application.id), [address], settings, idle=KEPT_ALIVE)
    cluster.type = cluster_pb2.Cluster.STRICT_DNS
    if origin.timeouts.connect is not None:
        cluster.connect_timeout.CopyFrom(seconds(origin.timeouts.connect))
    if url.scheme == "https":
        cluster.transport_socket.CopyFrom(_tls_to_origin(origin, host))
    return cluster


def control_cluster(socket_path: str) -> cluster_pb2.Cluster:
    """The control plane's gRPC socket (ADS and authorization); part of Envoy's bootstrap."""
    cluster = cluster_pb2.Cluster(
        name=names.CONTROL_CLUSTER,
        type="STATIC",
        connect_timeout=seconds(1),
        load_assignment=_assignment(names.CONTROL_CLUSTER, [_pipe(socket_path)]),
    )
    options = http_protocol_options_pb2.HttpProtocolOptions()
    options.explicit_http_config.http2_protocol_options.connection_keepalive.interval.CopyFrom(seconds(5))
    options.explicit_http_config.http2_protocol_options.connection_keepalive.timeout.CopyFrom(seconds(3))
    cluster.typed_extension_protocol_options[HTTP_OPTIONS].CopyFrom(packed(options))
    return cluster


def _cluster(
    name: str, addresses: list[address_pb2.Address], settings: EdgeSettings, *, idle: float
) -> cluster_pb2.Cluster:
    options = http_protocol_options_pb2.HttpProtocolOptions(
        common_http_protocol_options=protocol_pb2.HttpProtocolOptions(
            idle_timeout=seconds(idle), max_headers_count=uint32(200)
        )
    )
    options.explicit_http_config.http_protocol_options.SetInParent()
    cluster = cluster_pb2.Cluster(
        name=name,
        type="STATIC",
        connect_timeout=seconds(CONNECT_TIMEOUT),
        per_connection_buffer_limit_bytes=uint32(settings.buffer_limit),
        load_assignment=_assignment(name, addresses),
        circuit_breakers=circuit_breaker_pb2.CircuitBreakers(
            thresholds=[
                circuit_breaker_pb2.CircuitBreakers.Thresholds(
                    max_connections=uint32(CONNECTIONS),
                    max_pending_requests=uint32(CONNECTIONS),
                    max_requests=uint32(CONNECTIONS),
                    max_retries=uint32(1024),
                )
            ]
        ),
    )
    cluster.typed_extension_protocol_options[HTTP_OPTIONS].CopyFrom(packed(options))
    return cluster


def _tls_to_origin(origin: Origin, host: str) -> base_pb2.TransportSocket:
    expected = origin.server_name or host
    validation = tls_pb2.CommonTlsContext(
        tls_params=common_pb2.TlsParameters(tls_minimum_protocol_version="TLSv1_2")
    )
    if origin.verify:
        trusted = (
            base_pb2.DataSource(inline_string=origin.ca)
            if origin.ca
            else base_pb2.DataSource(filename=SYSTEM_CA)
        )
        kind = "IP_ADDRESS" if _is_address(expected) else "DNS"
        validation.validation_context.CopyFrom(
            common_pb2.CertificateValidationContext(
                trusted_ca=trusted,
                match_typed_subject_alt_names=[
                    common_pb2.SubjectAltNameMatcher(
                        san_type=kind, matcher=string_pb2.StringMatcher(exact=expected)
                    )
                ],
            )
        )
    return base_pb2.TransportSocket(
        name="envoy.transport_sockets.tls",
        typed_config=packed(
            tls_pb2.UpstreamTlsContext(
                common_tls_context=validation, sni="" if _is_address(expected) else expected
            )
        ),
    )


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _assignment(name: str, addresses: list[address_pb2.Address]) -> endpoint_pb2.ClusterLoadAssignment:
    return endpoint_pb2.ClusterLoadAssignment(
        cluster_name=name,
        endpoints=[
            endpoint_components_pb2.LocalityLbEndpoints(
                lb_endpoints=[
                    endpoint_components_pb2.LbEndpoint(
                        endpoint=endpoint_components_pb2.Endpoint(address=address)
                    )
                    for address in addresses
                ]
            )
        ],
    )


def _pipe(path: str) -> address_pb2.Address:
    return address_pb2.Address(pipe=address_pb2.Pipe(path=path))


def _format(text: str) -> substitution_format_string_pb2.SubstitutionFormatString:
    return substitution_format_string_pb2.SubstitutionFormatString(
        text_format_source=base_pb2.DataSource(inline_string=text)
    )
