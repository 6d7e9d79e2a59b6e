"""All resources of one state, each with a version made from its content.

The same state gives the same bytes and the same versions, so that Envoy is not disturbed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from google.protobuf import any_pb2
from google.protobuf.message import Message

from doorward.envoy.clusters import build_clusters
from doorward.envoy.listeners import build_listener
from doorward.envoy.packing import packed
from doorward.envoy.state import EdgeSettings, EdgeState
from doorward.envoy.tls import build_secret
from doorward.envoy.virtual_hosts import build_routes

PREFIX = "type.googleapis.com/"
CLUSTER = PREFIX + "envoy.config.cluster.v3.Cluster"
LISTENER = PREFIX + "envoy.config.listener.v3.Listener"
ROUTES = PREFIX + "envoy.config.route.v3.RouteConfiguration"
SECRET = PREFIX + "envoy.extensions.transport_sockets.tls.v3.Secret"

TYPES = (CLUSTER, SECRET, LISTENER, ROUTES)
"""In the order of delivery that drops no traffic: what is pointed at comes before what points."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its name, its version (hash of its bytes) and itself."""

    name: str
    version: str
    body: any_pb2.Any


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Resources by type and name. ``version`` is the hash of all of them."""

    version: str
    resources: Mapping[str, Mapping[str, Resource]]


def build_snapshot(settings: EdgeSettings, state: EdgeState) -> Snapshot:
    """The xDS resources that make ``state`` so."""
    routes = build_routes(settings, state)
    listener = build_listener(settings, state)
    secret = build_secret(state.certificate, state.private_key)
    resources = {
        CLUSTER: _resources((cluster.name, cluster) for cluster in build_clusters(settings, state)),
        SECRET: _resources([(secret.name, secret)]),
        LISTENER: _resources([(listener.name, listener)]),
        ROUTES: _resources([(routes.name, routes)]),
    }
    whole = sha256()
    for type_url in TYPES:
        for resource in resources[type_url].values():
            whole.update(f"{type_url} {resource.name} {resource.version}\n".encode())
    return Snapshot(version=whole.hexdigest()[:16], resources=resources)


def _resources(named: Iterable[tuple[str, Message]]) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    for name, message in named:
        body = packed(message)
        found[name] = Resource(name, sha256(body.value).hexdigest()[:16], body)
    return dict(sorted(found.items()))
