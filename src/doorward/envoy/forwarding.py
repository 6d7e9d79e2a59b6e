"""Routes that lead on: to an application's origin, or to Doorward's own pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from envoy.config.core.v3 import base_pb2
from envoy.config.route.v3 import route_components_pb2
from envoy.config.route.v3.route_components_pb2 import HeaderMatcher, Route, RouteMatch
from envoy.type.matcher.v3 import regex_pb2
from google.protobuf import any_pb2

from doorward.envoy import names
from doorward.envoy.application_filters import preflight_rules
from doorward.envoy.filters import target_to_upstream
from doorward.envoy.packing import header_matcher, packed, seconds, true, uint32
from doorward.envoy.refusals import answer, without_authorization
from doorward.envoy.state import EdgeSettings, ServedApplication
from doorward.model.application import ApplicationType
from doorward.model.application_options import Cors
from doorward.model.destination import Destination
from doorward.policy.destinations import path_regex

LONG_LIVED = 3600.0
"""Seconds without a byte after which an upgraded connection or event stream is ended."""
STRIPPED = (
    "x-envoy-external-address",
    "cookie",
    names.TOKEN_HEADER,
    names.SESSION_HEADER,
    names.CLIENT_TOKEN_HEADER,
    names.CLIENT_ID_HEADER,
    names.CLIENT_SECRET_HEADER,
    names.PASS_HEADER,
)


@dataclass(frozen=True, slots=True)
class Place:
    """An application at one of its destinations, on a host; ``generation`` is the ``gen`` that its tokens
    must have."""

    destination: Destination
    served: ServedApplication
    generation: str


def to_application(
    settings: EdgeSettings, place: Place, hostname: str, filters: Mapping[str, any_pb2.Any]
) -> Iterator[Route]:
    """Upgrades and event streams live long and go through the relay, which can cut them. Other
    requests of an application without a tunnel go to the origin directly.

    The relay learns what was asked for: of the long-lived, whose connections nobody uses again anyway, and
    of all requests if the policies look at it. So a change of them cuts no stream too many and none too few.

    ``hostname`` is the host's, which may be more particular than the destination's. ``filters`` are settings
    for each route.
    """
    application = place.served.application
    if application.type is ApplicationType.TCP:
        yield answer("not-http", _at(place), 426)
        return
    forward = _Forwarding(settings, place, hostname, filters)
    through_relay = names.tunnel_cluster(application.id)
    direct = application.origin.tunnel is None
    plain = names.origin_cluster(application.id) if direct else through_relay
    if application.cors is not None:
        yield _preflight(forward, application.cors, plain)
    if application.websockets:
        upgrade = header_matcher("upgrade", exact="websocket", fold=True)
        yield _telling(forward.route(through_relay, upgrade, idle=LONG_LIVED, upgrades=True))
    events = header_matcher("accept", contains="text/event-stream")
    yield _telling(forward.route(through_relay, events, idle=LONG_LIVED))
    rest = forward.route(plain, retry=True, timeout=application.origin.timeouts.request)
    if direct:
        # Nobody reads the session there, and writing it costs a twentieth of a request.
        unused = packed(route_components_pb2.FilterConfig(disabled=True))
        rest.typed_per_filter_config[names.SESSION_TO_UPSTREAM].CopyFrom(unused)
        yield rest
    else:
        yield _telling(rest) if place.served.compiled.looks_at_target else rest


def _telling(route: Route) -> Route:
    """The route, with what is asked for told to the relay."""
    told = route_components_pb2.FilterConfig(config=packed(target_to_upstream()))
    route.typed_per_filter_config[names.TARGET_TO_UPSTREAM].CopyFrom(packed(told))
    return route


def _at(place: Place, *headers: HeaderMatcher) -> RouteMatch:
    """Requests to a destination's paths that have such headers."""
    if not place.destination.path:
        return RouteMatch(prefix="/", headers=headers)
    regex = regex_pb2.RegexMatcher(regex=path_regex(place.destination.path))
    return RouteMatch(safe_regex=regex, headers=headers)


def _preflight(forward: _Forwarding, cors: Cors, cluster: str) -> Route:
    """The question of a browser whether a page of another origin may send a request (Fetch standard, section
    4.8), which comes without cookies. The application's own server answers, or the ``cors`` filter: then
    this route leads nowhere, since that filter looks at no route that answers itself."""
    asks = (header_matcher(":method", exact="OPTIONS"), _present("access-control-request-method"))
    if cors.pass_preflight:
        route = forward.route(cluster, *asks, _present("origin"))
    else:
        allowed = "|".join(".*" if origin == "*" else re.escape(origin) for origin in cors.allow_origins)
        match = _at(forward.place, *asks, header_matcher("origin", regex=allowed))
        route = Route(
            name=forward.place.served.application.id,
            match=match,
            metadata=_stated(forward.place.served),
            route=route_components_pb2.RouteAction(
                cluster=names.NO_CLUSTER, cluster_not_found_response_code="NOT_FOUND"
            ),
            typed_per_filter_config=forward.filters,
        )
    route.typed_per_filter_config[names.RBAC].CopyFrom(packed(preflight_rules()))
    return route


def _present(name: str) -> HeaderMatcher:
    return HeaderMatcher(name=name, present_match=True)


@dataclass(frozen=True, slots=True)
class _Forwarding:
    """What the routes of one application on one host share."""

    settings: EdgeSettings
    place: Place
    hostname: str
    filters: Mapping[str, any_pb2.Any]

    def route(
        self,
        cluster: str,
        *headers: HeaderMatcher,
        idle: float | None = None,
        timeout: timedelta | None = None,
        upgrades: bool = False,
        retry: bool = False,
    ) -> Route:
        """To this cluster, for requests with such headers. ``idle`` counts where the application has no such
        time of its own."""
        application = self.place.served.application
        origin = application.origin
        action = route_components_pb2.RouteAction(cluster=cluster, timeout=seconds(timeout or 0))
        host = self._host()
        if origin.host_header or host:
            action.host_rewrite_literal = origin.host_header or host
        silent = origin.timeouts.idle or idle
        if silent is not None:
            action.idle_timeout.CopyFrom(seconds(silent))
        if upgrades:
            action.upgrade_configs.add(upgrade_type="websocket", enabled=true())
        if retry:
            action.retry_policy.CopyFrom(_retry_reads_once())
        return Route(
            name=application.id,
            match=_at(self.place, *headers),
            metadata=_stated(self.place.served),
            route=action,
            typed_per_filter_config=self.filters,
            request_headers_to_remove=[
                *STRIPPED,
                *filter(None, [application.service_token_header]),
                *origin.headers.removed,
            ],
            request_headers_to_add=[
                *(_written(name, value.replace("%", "%%")) for name, value in origin.headers.added),
                _written("cookie", f"%DYNAMIC_METADATA({names.REQUEST_METADATA}:cookies)%"),
                _written("x-forwarded-for", names.SOURCE),
                _written("x-forwarded-host", host or "%REQ(:AUTHORITY)%"),
            ],
        )

    def _host(self) -> str:
        """The host as it stands in a URL; empty for a wildcard, where it is what was asked for."""
        return "" if self.hostname.startswith("*") else self.settings.authority(self.hostname)


def _stated(served: ServedApplication) -> base_pb2.Metadata:
    """What the access log reads of the route: ``%METADATA(ROUTE:doorward:policy_version)%``."""
    stated = base_pb2.Metadata()
    stated.filter_metadata[names.ROUTE_METADATA].update({names.POLICY_VERSION: served.compiled.version})
    return stated


def _retry_reads_once() -> route_components_pb2.RetryPolicy:
    """A read whose connection broke before an answer is sent once more: a kept-alive connection
    that the origin closed in that instant, or a connector that went away."""
    return route_components_pb2.RetryPolicy(
        retry_on="connect-failure,refused-stream,reset",
        num_retries=uint32(1),
        retriable_request_headers=[header_matcher(":method", regex="GET|HEAD|OPTIONS")],
    )


def to_web(prefix: str) -> Route:
    """Doorward's own pages, which look after their own sign-in."""
    return Route(
        name=names.OWN_ROUTE,
        match=RouteMatch(prefix=prefix),
        route=route_components_pb2.RouteAction(cluster=names.WEB_CLUSTER, timeout=seconds(30)),
        request_headers_to_remove=[names.TOKEN_HEADER, names.SESSION_HEADER],
        request_headers_to_add=[_written(names.SOURCE_HEADER, names.SOURCE)],
        typed_per_filter_config=without_authorization(),
    )


def _written(name: str, value: str) -> base_pb2.HeaderValueOption:
    return base_pb2.HeaderValueOption(
        header=base_pb2.HeaderValue(key=name, value=value),
        append_action="OVERWRITE_IF_EXISTS_OR_ADD",
    )
