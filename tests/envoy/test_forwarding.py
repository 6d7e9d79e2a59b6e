from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from doorward.envoy import names
from doorward.envoy.application_filters import preflight_rules
from doorward.envoy.forwarding import STRIPPED
from doorward.envoy.packing import packed
from doorward.model.application import Origin
from doorward.model.application_options import Cors, OriginHeaders, OriginTimeouts
from doorward.model.policy import Action, Policy
from doorward.model.rule import Selector
from tests.envoy.hosts import application_hosts, hosts, leads_on, routes_of
from tests.envoy.states import served, state
from tests.services.sample import ENGINEERS, application, policy

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


def telling(policies: list[Policy]) -> list[bool]:
    """Of an application's routes, which tell the relay what was asked for."""
    host = hosts(state(application("hello", *policies)))["hello.example.com"]
    return [
        names.TARGET_TO_UPSTREAM in route.typed_per_filter_config
        for route in routes_of(host)
        if leads_on(route)
    ]


def test_the_relay_learns_of_long_lived_requests_what_they_are_and_of_others_where_it_matters() -> None:
    by_path = policy(Action.ALLOW, Selector("path", "/public/**"))
    assert telling([ENGINEERS]) == [True, True, False]
    assert telling([ENGINEERS, by_path]) == [True, True, True]


def to(origin: Origin, *, cors: Cors | None = None) -> list[Any]:
    """The routes to an application with this origin."""
    made = replace(application("hello", ENGINEERS, tunnel=None), origin=origin, cors=cors)
    return [route for route in routes_of(hosts(state(made))["hello.example.com"]) if leads_on(route)]


def test_headers_are_removed_and_then_written_and_a_per_cent_sign_is_no_operator() -> None:
    headers = OriginHeaders(added=(("x-a", "50%REQ(cookie)%"),), removed=("x-b",))
    for route in to(Origin(url="http://h", headers=headers)):
        assert "x-b" in route.request_headers_to_remove
        written = {each.header.key: each.header.value for each in route.request_headers_to_add}
        assert written["x-a"] == "50%%REQ(cookie)%%"


def test_the_origins_time_counts_for_answers_and_not_for_streams() -> None:
    timeouts = OriginTimeouts(request=timedelta(seconds=30), idle=timedelta(seconds=10))
    upgrade, events, rest = to(Origin(url="http://h", timeouts=timeouts))
    assert [route.route.timeout.ToSeconds() for route in (upgrade, events, rest)] == [0, 0, 30]
    assert [route.route.idle_timeout.ToSeconds() for route in (upgrade, events, rest)] == [10, 10, 10]


def test_a_preflight_that_the_edge_answers_can_lead_to_no_origin() -> None:
    preflight, *_ = to(Origin(url="http://h"), cors=Cors(allow_origins=("https://a.b",)))
    assert preflight.route.cluster == names.NO_CLUSTER
    asked = {each.name: each for each in preflight.match.headers}
    assert asked[":method"].string_match.exact == "OPTIONS"
    assert asked["access-control-request-method"].present_match
    assert asked["origin"].string_match.safe_regex.regex == r"https://a\.b"


def test_a_preflight_that_the_origin_answers_goes_there_without_identity() -> None:
    preflight, *_ = to(Origin(url="http://h"), cors=Cors(pass_preflight=True))
    assert preflight.route.cluster == "origin/hello"
    assert preflight.typed_per_filter_config[names.RBAC] == packed(preflight_rules())
    assert {each.name for each in preflight.match.headers} == {
        ":method",
        "access-control-request-method",
        "origin",
    }
