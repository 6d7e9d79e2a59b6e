"""A real Envoy in front of a tunnel, without authorization: only what carries bytes."""

from __future__ import annotations

import base64
from pathlib import Path

from envoy.config.bootstrap.v3 import bootstrap_pb2
from envoy.extensions.filters.http.router.v3 import router_pb2
from envoy.extensions.filters.network.http_connection_manager.v3 import http_connection_manager_pb2
from envoy.extensions.transport_sockets.proxy_protocol.v3 import upstream_proxy_protocol_pb2
from envoy.extensions.transport_sockets.raw_buffer.v3 import raw_buffer_pb2
from google.protobuf import json_format

from doorward.relay.proxy_header import SERVICE, SESSION
from tests.live.envoy import RunningEnvoy

LISTENER = "tunnel"
EXTENSIONS = "type.googleapis.com/envoy.extensions."
# Their descriptors are needed to read the Any messages below.
USED = (http_connection_manager_pb2, raw_buffer_pb2, router_pb2, upstream_proxy_protocol_pb2)


def edge(folder: Path, front: Path, *, service: str, session: str) -> RunningEnvoy:
    """An Envoy whose only route leads to the tunnel's front."""
    resources = bootstrap_pb2.Bootstrap.StaticResources()
    json_format.ParseDict(
        {"listeners": [_listener()], "clusters": [_cluster(front, service, session)]}, resources
    )
    return RunningEnvoy(folder, resources)


def _listener() -> dict[str, object]:
    route = {"match": {"prefix": "/"}, "route": {"cluster": "tunnel", "timeout": "0s"}}
    manager = {
        "@type": EXTENSIONS + "filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "tunnel",
        "proxy_100_continue": True,
        "delayed_close_timeout": "0.1s",
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        "http_filters": [
            {"name": "router", "typed_config": {"@type": EXTENSIONS + "filters.http.router.v3.Router"}}
        ],
    }
    return {
        "name": LISTENER,
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }


def _cluster(front: Path, service: str, session: str) -> dict[str, object]:
    values = [
        {"type": kind, "value": base64.b64encode(text.encode()).decode()}
        for kind, text in ((SERVICE, service), (SESSION, session))
    ]
    transport = {
        "@type": EXTENSIONS + "transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport",
        "config": {"version": "V2", "added_tlvs": values},
        "transport_socket": {
            "name": "raw",
            "typed_config": {"@type": EXTENSIONS + "transport_sockets.raw_buffer.v3.RawBuffer"},
        },
    }
    endpoint = {"endpoint": {"address": {"pipe": {"path": str(front)}}}}
    return {
        "name": "tunnel",
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": "tunnel", "endpoints": [{"lb_endpoints": [endpoint]}]},
        "transport_socket": {"name": "proxy", "typed_config": transport},
    }
