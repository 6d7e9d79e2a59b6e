from __future__ import annotations

from doorward.envoy import names
from doorward.envoy.forwarding import STRIPPED
from tests.envoy.hosts import application_hosts, hosts, leads_on, routes_of
from tests.envoy.states import served
from tests.services.world import ENGINEERS, application

HOSTS = hosts()


def test_what_is_ours_does_not_reach_an_origin() -> None:
    for host in application_hosts(HOSTS):
        for route in routes_of(host):
            if not leads_on(route):
                continue
            assert set(STRIPPED) <= set(route.request_headers_to_remove)
            written = {found.header.key for found in route.request_headers_to_add}
            assert written == {"cookie", "x-forwarded-for", "x-forwarded-host"}
            assert route.route.host_rewrite_literal.endswith(".example.com")


def test_upgrades_and_event_streams_of_a_direct_application_go_where_they_can_be_cut() -> None:
    clusters = [r.route.cluster for r in routes_of(HOSTS["direct.example.com"]) if leads_on(r)]
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
    for host in application_hosts(HOSTS):
        for route in routes_of(host):
            if route.route.HasField("retry_policy"):
                [method] = route.route.retry_policy.retriable_request_headers
                assert method.string_match.safe_regex.regex == "GET|HEAD|OPTIONS"
                assert route.route.retry_policy.num_retries.value == 1


def test_routes_to_an_application_say_which_version_of_its_policies_decides() -> None:
    version = served(application("hello", ENGINEERS)).compiled.version
    for route in routes_of(HOSTS["hello.example.com"]):
        stated = dict(route.metadata.filter_metadata[names.ROUTE_METADATA]) if leads_on(route) else {}
        assert stated == ({"policy_version": version} if leads_on(route) else {})
