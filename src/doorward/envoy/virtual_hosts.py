"""Virtual hosts: which hostname is which application. Each is a resource of its own (VHDS), so that a
change of one application is sent without the others.

Rule: every route of an application's host either answers itself, leads to Doorward's own pages, or
carries the application's RBAC and goes through ``ext_authz``. Only the first two kinds switch
``ext_authz`` off.

What no route may see is sorted out before (``refusals``); where routes lead is in ``forwarding``.
"""

from __future__ import annotations

from envoy.config.route.v3 import route_components_pb2, route_pb2
from envoy.config.route.v3.route_components_pb2 import RouteMatch
from envoy.extensions.filters.http.jwt_authn.v3 import config_pb2 as jwt_pb2

from doorward.envoy import names
from doorward.envoy.forwarding import to_application, to_web
from doorward.envoy.packing import over_ads, packed
from doorward.envoy.rbac import application_rbac
from doorward.envoy.refusals import answer, sorted_out, two_credentials
from doorward.envoy.state import EdgeSettings, ServedApplication


def build_routes() -> route_pb2.RouteConfiguration:
    """The route table of the public listener, which never changes: all its hosts come over VHDS.

    Envoy subscribes to all virtual hosts and keeps those whose names begin with the table's, up to the
    last ``/``; the listener serves nothing before the first of them came.
    """
    return route_pb2.RouteConfiguration(name=names.ROUTES, vhds=route_pb2.Vhds(config_source=over_ads()))


def application_host(
    settings: EdgeSettings, served: ServedApplication, *, generation: str
) -> route_components_pb2.VirtualHost:
    """An application's host; ``generation`` is the ``gen`` that its tokens must have."""
    application = served.application
    rules = application_rbac(served.compiled, audience=application.audience, generation=generation)
    return route_components_pb2.VirtualHost(
        name=names.virtual_host(application.id),
        domains=_domains(settings, application.hostname),
        matcher=sorted_out(
            to_web(names.ACCESS_PATH),
            *to_application(settings, served),
            refused=[two_credentials(application)],
        ),
        typed_per_filter_config={
            names.RBAC: packed(rules),
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
