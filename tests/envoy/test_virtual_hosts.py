from __future__ import annotations

from dataclasses import replace

from envoy.extensions.filters.http.jwt_authn.v3 import config_pb2 as jwt_pb2
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2

from doorward.envoy import names
from doorward.envoy.refusals import AMBIGUOUS_PATH, TWICE_ENCODED_PATH
from doorward.envoy.virtual_hosts import build_routes
from doorward.model.application import ApplicationType, Origin
from doorward.model.destination import Destination
from tests.envoy.hosts import application_hosts, hosts, is_unauthorized, leads_on, routes_of
from tests.envoy.states import state
from tests.services.sample import ENGINEERS, application

HOSTS = hosts(state(revoked=("s1",)))


def test_every_route_that_leads_to_an_application_goes_through_authorization() -> None:
    for host in application_hosts(HOSTS):
        leading = [route for route in routes_of(host) if leads_on(route)]
        assert leading
        assert not any(is_unauthorized(route) for route in leading)


def test_only_answers_and_our_own_pages_go_without() -> None:
    for host in HOSTS.values():
        for route in routes_of(host):
            if is_unauthorized(route):
                ours = route.route.cluster == names.WEB_CLUSTER
                assert ours or route.HasField("direct_response")


def test_every_application_has_rules_even_the_one_that_nobody_may_open() -> None:
    for host in application_hosts(HOSTS):
        rules = rbac_pb2.RBACPerRoute()
        assert host.typed_per_filter_config[names.RBAC].Unpack(rules)
        assert rules.rbac.HasField("shadow_rules")
    closed = rbac_pb2.RBACPerRoute()
    assert HOSTS["closed.example.com"].typed_per_filter_config[names.RBAC].Unpack(closed)
    assert not closed.rbac.shadow_rules.policies


def test_an_applications_host_depends_on_that_application_alone() -> None:
    assert b"s1" not in b"".join(host.SerializeToString() for host in HOSTS.values())
    assert hosts(state(revoked=())) == HOSTS


def test_an_application_asks_for_a_verified_token() -> None:
    for host in application_hosts(HOSTS):
        asked = jwt_pb2.PerRouteConfig()
        assert host.typed_per_filter_config[names.JWT_AUTHN].Unpack(asked)
        assert asked.requirement_name == names.REQUIREMENT


def test_the_route_table_has_no_host_of_its_own_and_waits_for_those_over_ads() -> None:
    table = build_routes()
    assert (table.name, list(table.virtual_hosts)) == ("public", [])
    assert table.vhds.config_source.HasField("ads")
    assert table.vhds.config_source.HasField("initial_fetch_timeout")
    assert table.vhds.config_source.initial_fetch_timeout.ToSeconds() == 0


def test_an_unknown_host_is_answered_here() -> None:
    [route] = routes_of(HOSTS["(unknown)"])
    assert (list(HOSTS["(unknown)"].domains), route.direct_response.status) == (["*"], 404)


def test_a_host_answers_with_and_without_its_port_and_nothing_else() -> None:
    assert list(HOSTS["hello.example.com"].domains) == [
        "hello.example.com",
        "hello.example.com:8443",
        "hello.example.com:443",
    ]


SITE, ADMIN = (
    application("site", ENGINEERS),
    replace(application("admin", ENGINEERS), destinations=(Destination("site.example.com", "/admin"),)),
)
BELOW = replace(application("below", ENGINEERS), destinations=(Destination("*.example.com"),))
SHARED = hosts(state(SITE, ADMIN, BELOW))


def test_each_application_of_a_host_has_its_own_rules_on_each_of_its_routes_and_the_host_has_none() -> None:
    host = SHARED["site.example.com"]
    assert names.RBAC not in host.typed_per_filter_config
    rules: dict[str, set[bytes]] = {}
    for route in routes_of(host):
        if leads_on(route):
            rules.setdefault(route.name, set()).add(route.typed_per_filter_config[names.RBAC].value)
    assert {name: len(found) for name, found in rules.items()} == {"admin": 1, "site": 1}
    assert rules["admin"] != rules["site"]


def test_the_more_specific_routes_are_tried_first() -> None:
    order = [route.name for route in routes_of(SHARED["site.example.com"]) if leads_on(route)]
    assert order == ["admin"] * 3 + ["site"] * 3


def test_a_path_that_an_exact_host_does_not_have_is_the_wildcards() -> None:
    host = hosts(state(ADMIN, BELOW))["site.example.com"]
    assert [route.name for route in routes_of(host) if leads_on(route)] == ["admin"] * 3 + ["below"] * 3


def test_without_anybody_for_the_rest_of_the_host_it_is_not_there() -> None:
    host = hosts(state(ADMIN))["site.example.com"]
    assert routes_of(host)[-1].direct_response.status == 404
    assert names.RBAC in host.typed_per_filter_config


def test_a_wildcard_keeps_the_name_that_was_asked_for() -> None:
    host = SHARED["*.example.com"]
    assert list(host.domains) == ["*.example.com", "*.example.com:8443", "*.example.com:443"]
    for route in routes_of(host):
        if leads_on(route):
            assert not route.route.host_rewrite_literal
            written = {each.header.key: each.header.value for each in route.request_headers_to_add}
            assert written["x-forwarded-host"] == "%REQ(:AUTHORITY)%"


def test_where_paths_count_a_path_encoded_twice_is_refused() -> None:
    refused = [route for route in routes_of(SHARED["site.example.com"]) if route.name == "(ambiguous-path)"]
    assert [route.match.headers[0].string_match.safe_regex.regex for route in refused] == [
        AMBIGUOUS_PATH,
        TWICE_ENCODED_PATH,
    ]


def test_what_speaks_tcp_is_not_offered_to_http() -> None:
    ssh = replace(SITE, type=ApplicationType.TCP, origin=Origin(url="tcp://h:22"))
    *_, own, last = routes_of(hosts(state(ssh))["site.example.com"])
    assert (own.name, last.name, last.direct_response.status) == (names.OWN_ROUTE, "(not-http)", 426)
