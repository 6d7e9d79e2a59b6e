"""Envoy's bootstrap: who it is, where it gets its configuration, what it must not exceed."""

from __future__ import annotations

from dataclasses import dataclass

from envoy.config.bootstrap.v3 import bootstrap_pb2
from envoy.config.core.v3 import address_pb2, base_pb2, config_source_pb2, grpc_service_pb2
from envoy.config.overload.v3 import overload_pb2
from envoy.extensions.resource_monitors.downstream_connections.v3 import downstream_connections_pb2
from envoy.extensions.resource_monitors.fixed_heap.v3 import fixed_heap_pb2
from google.protobuf import json_format

from doorward.envoy import names
from doorward.envoy.clusters import control_cluster
from doorward.envoy.packing import packed, seconds

HEAP = "envoy.resource_monitors.fixed_heap"
CONNECTIONS = "envoy.resource_monitors.global_downstream_max_connections"

LARGEST_REGEX = 100_000
"""How large, in RE2's count of instructions, a regular expression may be. Envoy's own limit of 100 would have
it refuse the whole configuration for a long domain name or path. Ours are made by the compiler, none is an
administrator's, and RE2 takes time in proportion to the text whatever they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapSettings:
    """``heap`` is in bytes. Sockets are paths, relative to Envoy's working folder."""

    edge_id: str
    control_socket: str
    admin_socket: str
    heap: int = 2 * 1024**3
    connections: int = 50_000


def build_bootstrap(settings: BootstrapSettings) -> str:
    """The bootstrap as JSON text."""
    source = config_source_pb2.ConfigSource(
        ads=config_source_pb2.AggregatedConfigSource(), resource_api_version="V3"
    )
    bootstrap = bootstrap_pb2.Bootstrap(
        node=base_pb2.Node(id=settings.edge_id, cluster="edge"),
        admin=bootstrap_pb2.Admin(
            address=address_pb2.Address(pipe=address_pb2.Pipe(path=settings.admin_socket, mode=0o600))
        ),
        static_resources=bootstrap_pb2.Bootstrap.StaticResources(
            clusters=[control_cluster(settings.control_socket)]
        ),
        dynamic_resources=bootstrap_pb2.Bootstrap.DynamicResources(
            lds_config=source,
            cds_config=source,
            ads_config=config_source_pb2.ApiConfigSource(
                api_type="DELTA_GRPC",
                transport_api_version="V3",
                set_node_on_first_message_only=True,
                grpc_services=[
                    grpc_service_pb2.GrpcService(
                        envoy_grpc=grpc_service_pb2.GrpcService.EnvoyGrpc(
                            cluster_name=names.CONTROL_CLUSTER,
                            retry_policy=_reconnect_quickly(),
                        )
                    )
                ],
            ),
        ),
        layered_runtime=build_runtime(),
        overload_manager=_overload(settings),
    )
    return json_format.MessageToJson(bootstrap, preserving_proto_field_name=True)


def build_runtime() -> bootstrap_pb2.LayeredRuntime:
    """What of Envoy's inner limits is another one here."""
    layer = bootstrap_pb2.RuntimeLayer(name="doorward")
    layer.static_layer.update({"re2.max_program_size.error_level": LARGEST_REGEX})
    return bootstrap_pb2.LayeredRuntime(layers=[layer])


def _reconnect_quickly() -> base_pb2.RetryPolicy:
    return base_pb2.RetryPolicy(retry_back_off={"base_interval": seconds(0.1), "max_interval": seconds(1)})


def _overload(settings: BootstrapSettings) -> overload_pb2.OverloadManager:
    heap = fixed_heap_pb2.FixedHeapConfig(max_heap_size_bytes=settings.heap)
    connections = downstream_connections_pb2.DownstreamConnectionsConfig(
        max_active_downstream_connections=settings.connections
    )
    return overload_pb2.OverloadManager(
        refresh_interval=seconds(0.25),
        resource_monitors=[
            overload_pb2.ResourceMonitor(name=HEAP, typed_config=packed(heap)),
            overload_pb2.ResourceMonitor(name=CONNECTIONS, typed_config=packed(connections)),
        ],
        actions=[
            _at(0.92, "envoy.overload_actions.shrink_heap"),
            _at(0.95, "envoy.overload_actions.stop_accepting_requests"),
        ],
    )


def _at(share: float, action: str) -> overload_pb2.OverloadAction:
    return overload_pb2.OverloadAction(
        name=action,
        triggers=[overload_pb2.Trigger(name=HEAP, threshold=overload_pb2.ThresholdTrigger(value=share))],
    )
