from __future__ import annotations

from envoy.extensions.filters.http.jwt_authn.v3 import config_pb2 as jwt_pb2
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2

from doorward.envoy import names
from doorward.envoy.virtual_hosts import build_routes
from tests.envoy.hosts import application_hosts, hosts, is_unauthorized, leads_on, routes_of
from tests.envoy.states import state

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
