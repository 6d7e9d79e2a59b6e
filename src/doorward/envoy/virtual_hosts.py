"""Virtual hosts: which hostname is which application. Each is a resource of its own (VHDS), so that a
change of one is sent without the others.

Rule: every route of an application's host either answers itself, leads to Doorward's own pages, or
carries the application's RBAC and goes through ``ext_authz``. Only the first two kinds switch
``ext_authz`` off.

What no route may see is sorted out before (``refusals``); where routes lead is in ``forwarding``.
"""

from __future__ import annotations

from collections.abc import Sequence

from envoy.config.route.v3 import route_components_pb2, route_pb2
from envoy.config.route.v3.route_components_pb2 import RouteMatch
from envoy.extensions.filters.http.jwt_authn.v3 import config_pb2 as jwt_pb2

from doorward.envoy import names
from doorward.envoy.application_filters import application_filters
from doorward.envoy.forwarding import Place, to_application, to_web
from doorward.envoy.packing import over_ads, packed
from doorward.envoy.refusals import answer, sorted_out, two_credentials
from doorward.envoy.state import EdgeSettings


def build_routes() -> route_pb2.RouteConfiguration:
    """The route table of the public listener, which never changes: all its hosts come over VHDS.

    Envoy subscribes to all virtual hosts and keeps those whose names begin with the table's, up to the
    last ``/``; the listener serves nothing before the first of them came.
    """
    return route_pb2.RouteConfiguration(name=names.ROUTES, vhds=route_pb2.Vhds(config_source=over_ads()))


def application_host(
    settings: EdgeSettings, hostname: str, places: Sequence[Place]
) -> route_components_pb2.VirtualHost:
    """A hostname, or all that a wildcard stands for: ``places`` are what is there, most specific first.

    Where it is one application's alone, the host has its filter settings; else each of the routes has, and
    none of them those of another.
    """
    filters = {
        place.served.application.id: application_filters(place.served, generation=place.generation)
        for place in places
    }
    alone = next(iter(filters.values())) if len(filters) == 1 else {}
    routes = [
        route
        for place in places
        for route in to_application(
            settings, place, hostname, {} if alone else filters[place.served.application.id]
        )
    ]
    if all(place.destination.path for place in places):
        routes.append(answer("unknown-host", RouteMatch(prefix="/"), 404))
    tokens = dict.fromkeys(names.token_cookie(place.served.application) for place in places)
    paths = any(place.destination.path for place in places)
    return route_components_pb2.VirtualHost(
        name=names.virtual_host(hostname),
        domains=_domains(settings, hostname),
        matcher=sorted_out(
            to_web(names.ACCESS_PATH),
            *routes,
            tokens=tokens,
            paths=paths,
            refused=two_credentials([(place.destination.path, place.served.application) for place in places]),
        ),
        typed_per_filter_config={
            **alone,
            names.JWT_AUTHN: packed(jwt_pb2.PerRouteConfig(requirement_name=names.REQUIREMENT)),
        },
    )


def team_host(settings: EdgeSettings) -> route_components_pb2.VirtualHost:
    """The team domain: Doorward's own pages and nothing else."""
    return route_components_pb2.VirtualHost(
        name=names.TEAM_HOST,
        domains=_domains(settings, settings.team_domain),
        matcher=sorted_out(to_web("/")),
    )


def unknown_host() -> route_components_pb2.VirtualHost:
    """Every hostname that is nobody's."""
    return route_components_pb2.VirtualHost(
        name=names.UNKNOWN_HOST,
        domains=["*"],
        routes=[answer("unknown-host", RouteMatch(prefix="/"), 404)],
    )


def _domains(settings: EdgeSettings, hostname: str) -> list[str]:
    return list(
        dict.fromkeys([hostname, f"{hostname}:{settings.https_port}", f"{hostname}:{settings.public_port}"])
    )
