from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from envoy.config.route.v3 import route_components_pb2
from envoy.extensions.filters.http.ext_authz.v3 import ext_authz_pb2
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2
from envoy.type.matcher.v3 import http_inputs_pb2

from doorward.envoy import names
from doorward.envoy.virtual_hosts import AMBIGUOUS_PATH, STRIPPED, TOKEN_TWICE, build_routes
from doorward.model.methods import METHODS
from doorward.model.policy import Action, Policy
from doorward.model.rule import Selector
from tests.envoy.states import SETTINGS, state
from tests.services.world import ENGINEERS, application, policy

ROUTES = build_routes(SETTINGS, state(revoked=("s1",)))
HOSTS = {host.name: host for host in ROUTES.virtual_hosts}


def application_hosts() -> Iterator[Any]:
    return (host for name, host in HOSTS.items() if name.startswith("application/"))


def routes_of(host: Any) -> list[Any]:
    """All routes of a host, in the order in which they are tried."""
    if not host.HasField("matcher"):
        return list(host.routes)
    others = route_components_pb2.RouteList()
    assert host.matcher.on_no_match.action.typed_config.Unpack(others)
    return [*(refusal_of(matcher) for matcher in host.matcher.matcher_list.matchers), *others.routes]


def refusal_of(matcher: Any) -> Any:
    """The route that the match tree takes before all others."""
    found = route_components_pb2.Route()
    assert matcher.on_match.action.typed_config.Unpack(found)
    return found


def is_unauthorized(route: Any) -> bool:
    found = ext_authz_pb2.ExtAuthzPerRoute()
    return (
        names.EXT_AUTHZ in route.typed_per_filter_config
        and route.typed_per_filter_config[names.EXT_AUTHZ].Unpack(found)
        and found.disabled
    )


def leads_on(route: Any) -> bool:
    """Whether it leads to an application, by whose id it is named then."""
    return not route.name.startswith("(")


def test_every_route_that_leads_to_an_application_goes_through_authorization() -> None:
    for host in application_hosts():
        leading = [route for route in routes_of(host) if leads_on(route)]
        assert leading
        assert not any(is_unauthorized(route) for route in leading)


def telling(policies: list[Policy]) -> list[bool]:
    """Of an application's routes, which tell the relay what was asked for."""
    made = build_routes(SETTINGS, state(application("hello", *policies)))
    [host] = [host for host in made.virtual_hosts if host.name == "application/hello"]
    return [
        names.TARGET_TO_UPSTREAM in route.typed_per_filter_config
        for route in routes_of(host)
        if leads_on(route)
    ]


def test_the_relay_learns_of_long_lived_requests_what_they_are_and_of_others_where_it_matters() -> None:
    by_path = policy(Action.ALLOW, Selector("path", "/public/**"))
    assert telling([ENGINEERS]) == [True, True, False]
    assert telling([ENGINEERS, by_path]) == [True, True, True]


def test_only_answers_and_our_own_pages_go_without() -> None:
    for host in HOSTS.values():
        for route in routes_of(host):
            if is_unauthorized(route):
                ours = route.route.cluster == names.WEB_CLUSTER
                assert ours or route.HasField("direct_response")


def test_every_application_has_rules_even_the_one_that_nobody_may_open() -> None:
    for host in application_hosts():
        rules = rbac_pb2.RBACPerRoute()
        assert host.typed_per_filter_config[names.RBAC].Unpack(rules)
        assert rules.rbac.HasField("shadow_rules")
    closed = rbac_pb2.RBACPerRoute()
    assert HOSTS["application/closed"].typed_per_filter_config[names.RBAC].Unpack(closed)
    assert not closed.rbac.shadow_rules.policies


def test_a_revoked_session_is_named_in_every_applications_rules() -> None:
    for name in ("application/hello", "application/direct"):
        assert b"s1" in HOSTS[name].typed_per_filter_config[names.RBAC].value


def test_an_unknown_host_is_answered_here() -> None:
    [route] = routes_of(HOSTS["unknown"])
    assert (list(HOSTS["unknown"].domains), route.direct_response.status) == (["*"], 404)


def test_a_host_answers_with_and_without_its_port_and_nothing_else() -> None:
    assert list(HOSTS["application/hello"].domains) == [
        "hello.example.com",
        "hello.example.com:8443",
        "hello.example.com:443",
    ]


def test_refusals_stand_before_everything_else() -> None:
    for host in (*application_hosts(), HOSTS["team"]):
        found = [(route.name, route.direct_response.status) for route in routes_of(host)]
        assert found[:3] == [
            ("(method-not-allowed)", 405),
            ("(duplicate-cookie)", 400),
            ("(ambiguous-path)", 400),
        ]


def looked_at(predicate: Any) -> str:
    """The header whose joined fields a predicate of the match tree looks at."""
    found = http_inputs_pb2.HttpRequestHeaderMatchInput()
    assert predicate.single_predicate.input.typed_config.Unpack(found)
    return str(found.header_name)


def test_methods_are_known_by_name_and_case() -> None:
    for host in (*application_hosts(), HOSTS["team"]):
        known = host.matcher.matcher_list.matchers[0].predicate.not_matcher.or_matcher.predicate
        assert {looked_at(predicate) for predicate in known} == {":method"}
        matches = [predicate.single_predicate.value_match for predicate in known]
        assert [match.exact for match in matches] == list(METHODS)
        assert not any(match.ignore_case for match in matches)


def test_no_application_gets_what_would_echo_or_tunnel() -> None:
    assert not {"TRACE", "TRACK", "CONNECT"} & set(METHODS)


def test_our_token_twice_is_looked_for_in_all_cookie_headers_together() -> None:
    for host in (*application_hosts(), HOSTS["team"]):
        assert not host.routes
        predicate = host.matcher.matcher_list.matchers[1].predicate
        assert looked_at(predicate) == "cookie"
        assert predicate.single_predicate.value_match.safe_regex.regex == TOKEN_TWICE


@pytest.mark.parametrize(
    ("cookies", "twice"),
    [
        ("__Host-doorward-token=a; __Host-doorward-token=b", True),
        ("x=1; __Host-doorward-token=a; y=2,__Host-doorward-token=a; z=3", True),
        ("__Host-doorward-token=; __Host-doorward-token=", True),
        ("__Host-doorward-token=a; x=\n; __Host-doorward-token=b", True),
        ("__Host-doorward-token=a; __Host-doorward-app=b", False),
        ("__Host-doorward-token=a,x=1", False),
        ("theirs-token=a; theirs-token=b", False),
    ],
)
def test_only_our_token_twice_is_refused(cookies: str, *, twice: bool) -> None:
    assert bool(re.fullmatch(TOKEN_TWICE, cookies)) is twice


@pytest.mark.parametrize(
    "path",
    [
        "/public/..;/admin",
        "/public/..;x=1/admin",
        "/public/%2e%2e;/admin",
        "/public/..%3b/admin",
        "/public/.%2E;/admin",
        "/public/.;/admin",
        "/public/%252e%252e/admin",
        "/a%252fb",
        "/a%255cb",
        "/%253b",
        "/public/..;/admin?x",
        "/x?y=\xe4",
        "/x?y=\xff",
    ],
)
def test_a_path_on_which_two_servers_could_disagree_is_refused(path: str) -> None:
    assert re.fullmatch(AMBIGUOUS_PATH, path)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/a;b=c",
        "/.well-known/x",
        "/a/...;/b",
        "/%25",
        "/100%25",
        "/a.;",
        "/wiki/%C3%A4",
        "/x?y=/..;/&z=%252e",
    ],
)
def test_an_ordinary_path_is_not(path: str) -> None:
    assert not re.fullmatch(AMBIGUOUS_PATH, path)


def test_what_is_ours_does_not_reach_an_origin() -> None:
    for host in application_hosts():
        for route in routes_of(host):
            if not leads_on(route):
                continue
            assert set(STRIPPED) <= set(route.request_headers_to_remove)
            written = {found.header.key for found in route.request_headers_to_add}
            assert written == {"cookie", "x-forwarded-for", "x-forwarded-host"}
            assert route.route.host_rewrite_literal.endswith(".example.com")


def test_upgrades_and_event_streams_of_a_direct_application_go_where_they_can_be_cut() -> None:
    clusters = [r.route.cluster for r in routes_of(HOSTS["application/direct"]) if leads_on(r)]
    assert clusters == ["tunnel/direct", "tunnel/direct", "origin/direct"]


def test_only_websocket_upgrades_are_possible() -> None:
    kinds = {
        upgrade.upgrade_type
        for host in HOSTS.values()
        for route in routes_of(host)
        for upgrade in route.route.upgrade_configs
    }
    assert kinds == {"websocket"}


def test_only_reads_are_sent_again() -> None:
    for host in application_hosts():
        for route in routes_of(host):
            if route.route.HasField("retry_policy"):
                [method] = route.route.retry_policy.retriable_request_headers
                assert method.string_match.safe_regex.regex == "GET|HEAD|OPTIONS"
                assert route.route.retry_policy.num_retries.value == 1
