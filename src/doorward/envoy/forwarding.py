"""Routes that lead on: to an application's origin, or to Doorward's own pages."""

from __future__ import annotations

from collections.abc import Iterator

from envoy.config.core.v3 import base_pb2
from envoy.config.route.v3 import route_components_pb2
from envoy.config.route.v3.route_components_pb2 import Route, RouteMatch

from doorward.envoy import names
from doorward.envoy.filters import target_to_upstream
from doorward.envoy.packing import header_matcher, packed, seconds, true, uint32
from doorward.envoy.refusals import without_authorization
from doorward.envoy.state import EdgeSettings, ServedApplication

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
)


def to_application(settings: EdgeSettings, served: ServedApplication) -> Iterator[Route]:
    """Upgrades and event streams live long and go through the relay, which can cut them. Other
    requests of an application without a tunnel go to the origin directly.

    The relay learns what was asked for: of the long-lived, whose connections nobody uses again anyway, and
    of all requests if the policies look at it. So a change of them cuts no stream too many and none too few.
    """
    application = served.application
    through_relay = names.tunnel_cluster(application.id)
    direct = application.origin.tunnel is None
    plain = names.origin_cluster(application.id) if direct else through_relay
    if application.websockets:
        upgrade = RouteMatch(prefix="/", headers=[header_matcher("upgrade", exact="websocket", fold=True)])
        yield _telling(_forward(settings, served, upgrade, through_relay, idle=LONG_LIVED, upgrades=True))
    events = RouteMatch(prefix="/", headers=[header_matcher("accept", contains="text/event-stream")])
    yield _telling(_forward(settings, served, events, through_relay, idle=LONG_LIVED))
    rest = _forward(settings, served, RouteMatch(prefix="/"), plain, retry=True)
    if direct:
        # Nobody reads the session there, and writing it costs a twentieth of a request.
        unused = packed(route_components_pb2.FilterConfig(disabled=True))
        rest.typed_per_filter_config[names.SESSION_TO_UPSTREAM].CopyFrom(unused)
        yield rest
    else:
        yield _telling(rest) if served.compiled.looks_at_target else rest


def _telling(route: Route) -> Route:
    """The route, with what is asked for told to the relay."""
    told = route_components_pb2.FilterConfig(config=packed(target_to_upstream()))
    route.typed_per_filter_config[names.TARGET_TO_UPSTREAM].CopyFrom(packed(told))
    return route


def _forward(
    settings: EdgeSettings,
    served: ServedApplication,
    match: RouteMatch,
    cluster: str,
    *,
    idle: float | None = None,
    upgrades: bool = False,
    retry: bool = False,
) -> Route:
    application = served.application
    action = route_components_pb2.RouteAction(
        cluster=cluster,
        timeout=seconds(0),
        host_rewrite_literal=application.origin.host_header or settings.authority(application.hostname),
    )
    if idle is not None:
        action.idle_timeout.CopyFrom(seconds(idle))
    if upgrades:
        action.upgrade_configs.add(upgrade_type="websocket", enabled=true())
    if retry:
        action.retry_policy.CopyFrom(_retry_reads_once())
    return Route(
        name=application.id,
        match=match,
        metadata=_stated(served),
        route=action,
        request_headers_to_remove=[*STRIPPED, *filter(None, [application.service_token_header])],
        request_headers_to_add=[
            _written("cookie", f"%DYNAMIC_METADATA({names.REQUEST_METADATA}:cookies)%"),
            _written("x-forwarded-for", names.SOURCE),
            _written("x-forwarded-host", settings.authority(application.hostname)),
        ],
    )


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
