"""Routes: which hostname is which application, and what never reaches one.

Rule: every route of an application's host either answers itself, leads to Doorward's own pages, or
carries the application's RBAC and goes through ``ext_authz``. Only the first two kinds switch
``ext_authz`` off.

What no route may see is sorted out before them by a match tree. A route cannot tell two of our tokens
by its headers: it looks at each ``Cookie`` header by itself, while the tree's input is all of them, joined.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from envoy.config.core.v3 import base_pb2
from envoy.config.route.v3 import route_components_pb2, route_pb2
from envoy.config.route.v3.route_components_pb2 import Route, RouteMatch
from envoy.extensions.filters.http.ext_authz.v3 import ext_authz_pb2
from envoy.extensions.filters.http.jwt_authn.v3 import config_pb2 as jwt_pb2
from envoy.type.matcher.v3 import http_inputs_pb2, string_pb2
from google.protobuf import any_pb2
from google.protobuf.message import Message
from xds.core.v3 import extension_pb2
from xds.type.matcher.v3 import matcher_pb2
from xds.type.matcher.v3 import regex_pb2 as xds_regex_pb2
from xds.type.matcher.v3 import string_pb2 as xds_string_pb2

from doorward.envoy import names
from doorward.envoy.filters import REQUIREMENT, target_to_upstream
from doorward.envoy.packing import packed, seconds, true, uint32
from doorward.envoy.rbac import application_rbac
from doorward.envoy.state import EdgeSettings, EdgeState, ServedApplication
from doorward.model.application import Application
from doorward.model.claims import token_generation
from doorward.model.methods import METHODS

AMBIGUOUS_PATH = r"[^?]*((/|%2[fF])(\.|%2[eE]){1,2}(;|%3[bB])|%25(2[eEfF]|5[cC]|3[bB])).*|.*[^!-~].*"
"""Paths on which Envoy and origins may disagree: dot segments with parameters, ``/..;/`` in any
spelling (CVE-2026-73551 and what is left of it in 1.40.0), and ``%252e`` and friends, which an
origin that decodes twice would take for another path than was judged. Also, in the query, bytes that
are not ASCII: Envoy refuses them in HTTP/1.1 and not in HTTP/2."""

Predicate: TypeAlias = matcher_pb2.Matcher.MatcherList.Predicate

TOKEN_TWICE = f"(?s).*{names.TOKEN_COOKIE}=.*{names.TOKEN_COOKIE}=.*"
"""Cookies of which two are our token: whoever reads them has to choose one, and others may choose another."""

SOURCE = "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"
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


def build_routes(settings: EdgeSettings, state: EdgeState) -> route_pb2.RouteConfiguration:
    """The one route table of the public listener."""
    hosts = [_team_host(settings)]
    hosts += [_application_host(settings, state, served) for served in state.applications]
    hosts.append(_unknown_host())
    return route_pb2.RouteConfiguration(name=names.ROUTES, virtual_hosts=hosts)


def _application_host(
    settings: EdgeSettings, state: EdgeState, served: ServedApplication
) -> route_components_pb2.VirtualHost:
    application = served.application
    rules = application_rbac(
        served.compiled,
        audience=application.audience,
        generation=token_generation(state.generation, application.generation, served.compiled.fingerprint),
        revoked=state.revoked,
        changed=state.changed,
        service_tokens=state.service_tokens,
    )
    return route_components_pb2.VirtualHost(
        name=names.virtual_host(application.id),
        domains=_domains(settings, application.hostname),
        matcher=_sorted_out(_to_web(names.ACCESS_PATH), *_to_application(settings, served)),
        typed_per_filter_config={
            names.RBAC: packed(rules),
            names.JWT_AUTHN: packed(jwt_pb2.PerRouteConfig(requirement_name=REQUIREMENT)),
        },
    )


def _team_host(settings: EdgeSettings) -> route_components_pb2.VirtualHost:
    return route_components_pb2.VirtualHost(
        name="team",
        domains=_domains(settings, settings.team_domain),
        matcher=_sorted_out(_to_web("/")),
    )


def _unknown_host() -> route_components_pb2.VirtualHost:
    return route_components_pb2.VirtualHost(
        name="unknown",
        domains=["*"],
        routes=[_answer("unknown-host", RouteMatch(prefix="/"), 404)],
    )


def _domains(settings: EdgeSettings, hostname: str) -> list[str]:
    return list(
        dict.fromkeys([hostname, f"{hostname}:{settings.https_port}", f"{hostname}:{settings.public_port}"])
    )


def _sorted_out(*routes: Route) -> matcher_pb2.Matcher:
    """These routes, for requests that have a method we know, our token at most once, and a path that has
    one meaning."""
    ambiguous = RouteMatch(prefix="/", headers=[_header(":path", regex=AMBIGUOUS_PATH)])
    judged = [_answer("ambiguous-path", ambiguous, 400), *routes]
    refused = [
        _refused("method-not-allowed", _unknown_method(), 405),
        _refused("duplicate-cookie", _token_twice(), 400),
    ]
    return matcher_pb2.Matcher(
        matcher_list=matcher_pb2.Matcher.MatcherList(matchers=refused),
        on_no_match=_then("routes", route_components_pb2.RouteList(routes=judged)),
    )


def _unknown_method() -> Predicate:
    known = (_field(":method", xds_string_pb2.StringMatcher(exact=method)) for method in METHODS)
    return Predicate(not_matcher=Predicate(or_matcher=Predicate.PredicateList(predicate=known)))


def _token_twice() -> Predicate:
    """In one ``Cookie`` header or in two, which HTTP/1.1 can have. The pieces of HTTP/2 (RFC 9113 section
    8.2.3) are one header by then."""
    twice = xds_regex_pb2.RegexMatcher(google_re2={}, regex=TOKEN_TWICE)
    return _field("cookie", xds_string_pb2.StringMatcher(safe_regex=twice))


def _field(name: str, value: xds_string_pb2.StringMatcher) -> Predicate:
    """Whether all header fields of this name, joined by commas, are so."""
    joined = http_inputs_pb2.HttpRequestHeaderMatchInput(header_name=name)
    return Predicate(
        single_predicate=Predicate.SinglePredicate(input=_extension(name, joined), value_match=value)
    )


def _refused(name: str, predicate: Predicate, status: int) -> matcher_pb2.Matcher.MatcherList.FieldMatcher:
    refusal = _answer(name, RouteMatch(prefix="/"), status)
    return matcher_pb2.Matcher.MatcherList.FieldMatcher(predicate=predicate, on_match=_then(name, refusal))


def _then(name: str, action: Message) -> matcher_pb2.Matcher.OnMatch:
    return matcher_pb2.Matcher.OnMatch(action=_extension(name, action))


def _extension(name: str, config: Message) -> extension_pb2.TypedExtensionConfig:
    return extension_pb2.TypedExtensionConfig(name=name, typed_config=packed(config))


def _to_application(settings: EdgeSettings, served: ServedApplication) -> Iterator[Route]:
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
        upgrade = RouteMatch(prefix="/", headers=[_header("upgrade", exact="websocket", fold=True)])
        yield _telling(
            _forward(settings, application, upgrade, through_relay, idle=LONG_LIVED, upgrades=True)
        )
    events = RouteMatch(prefix="/", headers=[_header("accept", contains="text/event-stream")])
    yield _telling(_forward(settings, application, events, through_relay, idle=LONG_LIVED))
    rest = _forward(settings, application, RouteMatch(prefix="/"), plain, retry=True)
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
    application: Application,
    match: RouteMatch,
    cluster: str,
    *,
    idle: float | None = None,
    upgrades: bool = False,
    retry: bool = False,
) -> Route:
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
        route=action,
        request_headers_to_remove=STRIPPED,
        request_headers_to_add=[
            _written("cookie", f"%DYNAMIC_METADATA({names.REQUEST_METADATA}:cookies)%"),
            _written("x-forwarded-for", SOURCE),
            _written("x-forwarded-host", settings.authority(application.hostname)),
        ],
    )


def _retry_reads_once() -> route_components_pb2.RetryPolicy:
    """A read whose connection broke before an answer is sent once more: a kept-alive connection
    that the origin closed in that instant, or a connector that went away."""
    return route_components_pb2.RetryPolicy(
        retry_on="connect-failure,refused-stream,reset",
        num_retries=uint32(1),
        retriable_request_headers=[_header(":method", regex="GET|HEAD|OPTIONS")],
    )


def _to_web(prefix: str) -> Route:
    """Doorward's own pages, which look after their own sign-in."""
    return Route(
        name=names.OWN_ROUTE,
        match=RouteMatch(prefix=prefix),
        route=route_components_pb2.RouteAction(cluster=names.WEB_CLUSTER, timeout=seconds(30)),
        request_headers_to_remove=[names.TOKEN_HEADER, names.SESSION_HEADER],
        request_headers_to_add=[_written(names.SOURCE_HEADER, SOURCE)],
        typed_per_filter_config=_without_authorization(),
    )


def _answer(name: str, match: RouteMatch, status: int) -> Route:
    return Route(
        name=f"({name})",
        match=match,
        direct_response=route_components_pb2.DirectResponseAction(status=status),
        typed_per_filter_config=_without_authorization(),
    )


def _without_authorization() -> dict[str, any_pb2.Any]:
    return {names.EXT_AUTHZ: packed(ext_authz_pb2.ExtAuthzPerRoute(disabled=True))}


def _header(
    name: str, *, exact: str = "", contains: str = "", regex: str = "", fold: bool = False
) -> route_components_pb2.HeaderMatcher:
    matcher = string_pb2.StringMatcher(ignore_case=fold)
    if exact:
        matcher.exact = exact
    elif contains:
        matcher.contains = contains
    else:
        matcher.safe_regex.regex = regex
    return route_components_pb2.HeaderMatcher(name=name, string_match=matcher)


def _written(name: str, value: str) -> base_pb2.HeaderValueOption:
    return base_pb2.HeaderValueOption(
        header=base_pb2.HeaderValue(key=name, value=value),
        append_action="OVERWRITE_IF_EXISTS_OR_ADD",
    )
