"""All resources of one state, each with a version made from its content.

The same state gives the same bytes and the same versions, so that Envoy is not disturbed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

from envoy.config.cluster.v3 import cluster_pb2
from envoy.config.core.v3 import extension_pb2
from envoy.config.listener.v3 import listener_pb2
from envoy.config.route.v3 import route_components_pb2, route_pb2
from envoy.extensions.transport_sockets.tls.v3 import secret_pb2
from google.protobuf import any_pb2

from doorward.envoy.clusters import application_clusters, web_cluster
from doorward.envoy.extensions import build_extensions
from doorward.envoy.forwarding import Place
from doorward.envoy.listeners import build_listener
from doorward.envoy.packing import packed
from doorward.envoy.state import EdgeSettings, EdgeState, ServedApplication
from doorward.envoy.tls import build_secret
from doorward.envoy.virtual_hosts import application_host, build_routes, team_host, unknown_host
from doorward.model.application import Application
from doorward.model.claims import token_generation
from doorward.model.client_certificate import CertificateAuthority
from doorward.model.ids import ApplicationId

PREFIX = "type.googleapis.com/"
CLUSTER = PREFIX + "envoy.config.cluster.v3.Cluster"
EXTENSION = PREFIX + "envoy.config.core.v3.TypedExtensionConfig"
LISTENER = PREFIX + "envoy.config.listener.v3.Listener"
ROUTES = PREFIX + "envoy.config.route.v3.RouteConfiguration"
SECRET = PREFIX + "envoy.extensions.transport_sockets.tls.v3.Secret"
VIRTUAL_HOST = PREFIX + "envoy.config.route.v3.VirtualHost"

Named: TypeAlias = (
    cluster_pb2.Cluster
    | secret_pb2.Secret
    | extension_pb2.TypedExtensionConfig
    | listener_pb2.Listener
    | route_pb2.RouteConfiguration
    | route_components_pb2.VirtualHost
)
"""The messages that are resources, one for each type."""

TYPES = (CLUSTER, SECRET, EXTENSION, LISTENER, ROUTES, VIRTUAL_HOST)
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


@dataclass(frozen=True, slots=True)
class _Clusters:
    """What was made of an application, and what it was made of."""

    application: Application
    resources: tuple[Resource, ...]


@dataclass(frozen=True, slots=True)
class _Host:
    """What was made of a hostname's applications, and what it was made of."""

    places: tuple[Place, ...]
    resource: Resource


class SnapshotBuilder:
    """Builds the snapshots of one edge's states, one after the other.

    Of the one before it takes every application that is still equal in all that its resources are made
    of, and nothing else.
    """

    def __init__(self, settings: EdgeSettings) -> None:
        self._settings = settings
        self._own_clusters = [_resource(web_cluster(settings))]
        self._own_hosts = [_resource(team_host(settings)), _resource(unknown_host())]
        self._listeners: Mapping[tuple[CertificateAuthority, ...], Resource] = {}
        self._routes = [_resource(build_routes())]
        self._clusters: Mapping[ApplicationId, _Clusters] = {}
        self._hosts: Mapping[str, _Host] = {}

    def build(self, state: EdgeState) -> Snapshot:
        """The xDS resources that make ``state`` so."""
        self._clusters = {
            served.application.id: self._clusters_of(served.application) for served in state.applications
        }
        served_by_id = {served.application.id: served for served in state.applications}
        self._hosts = {
            hostname: self._host(hostname, tuple(_places(state, hostname, served_by_id)))
            for hostname in state.destinations.by_hostname
        }
        clusters = (resource for made in self._clusters.values() for resource in made.resources)
        extensions = build_extensions(self._settings, state)
        secret = build_secret(state.certificate, state.private_key)
        resources = {
            CLUSTER: _by_name(self._own_clusters, clusters),
            SECRET: _by_name([_resource(secret)]),
            EXTENSION: _by_name(map(_resource, extensions)),
            LISTENER: _by_name([self._listener(tuple(state.authorities))]),
            ROUTES: _by_name(self._routes),
            VIRTUAL_HOST: _by_name(self._own_hosts, (made.resource for made in self._hosts.values())),
        }
        whole = sha256()
        for type_url in TYPES:
            for resource in resources[type_url].values():
                whole.update(f"{type_url} {resource.name} {resource.version}\n".encode())
        return Snapshot(version=whole.hexdigest()[:16], resources=resources)

    def _listener(self, authorities: tuple[CertificateAuthority, ...]) -> Resource:
        if authorities not in self._listeners:
            self._listeners = {authorities: _resource(build_listener(self._settings, authorities))}
        return self._listeners[authorities]

    def _clusters_of(self, application: Application) -> _Clusters:
        before = self._clusters.get(application.id)
        if before is not None and before.application == application:
            return before
        made = application_clusters(self._settings, application)
        return _Clusters(application, tuple(map(_resource, made)))

    def _host(self, hostname: str, places: tuple[Place, ...]) -> _Host:
        before = self._hosts.get(hostname)
        if before is not None and before.places == places:
            return before
        return _Host(places, _resource(application_host(self._settings, hostname, places)))


def _places(
    state: EdgeState, hostname: str, served: Mapping[ApplicationId, ServedApplication]
) -> Iterator[Place]:
    for placed in state.destinations.at(hostname):
        found = served[placed.application.id]
        own, fingerprint = placed.application.generation, found.compiled.fingerprint
        yield Place(placed.destination, found, token_generation(state.generation, own, fingerprint))


def _resource(message: Named) -> Resource:
    body = packed(message)
    return Resource(message.name, sha256(body.value).hexdigest()[:16], body)


def _by_name(*groups: Iterable[Resource]) -> dict[str, Resource]:
    found = {resource.name: resource for group in groups for resource in group}
    return dict(sorted(found.items()))
