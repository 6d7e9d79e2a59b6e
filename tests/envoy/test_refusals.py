from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from envoy.type.matcher.v3 import http_inputs_pb2

from doorward.envoy import names
from doorward.envoy.refusals import AMBIGUOUS_PATH, KNOWN_METHODS, token_twice
from doorward.model.destination import Destination
from doorward.model.methods import METHODS
from tests.envoy.hosts import application_hosts, hosts, routes_of
from tests.envoy.states import state
from tests.services.sample import ENGINEERS, application

HOSTS = hosts()


def test_refusals_stand_before_everything_else() -> None:
    for host in (*application_hosts(HOSTS), HOSTS["(team)"]):
        found = [(route.name, route.direct_response.status) for route in routes_of(host)]
        of_applications = [] if host is HOSTS["(team)"] else [("(two-credentials)", 400)]
        expected = [
            ("(method-not-allowed)", 405),
            ("(duplicate-cookie)", 400),
            *of_applications,
            ("(ambiguous-path)", 400),
        ]
        assert found[: len(expected)] == expected


def test_an_applications_own_header_for_machines_stands_beside_no_person_and_goes_nowhere() -> None:
    own = replace(application("own", ENGINEERS), service_token_header="authorization")
    host = hosts(state(own))["own.example.com"]
    usual, its_own = beside_a_person(host)
    machine, person = usual.and_matcher.predicate
    assert [looked_at(found) for found in machine.or_matcher.predicate] == [
        names.CLIENT_ID_HEADER,
        names.CLIENT_SECRET_HEADER,
    ]
    assert [looked_at(found) for found in person.or_matcher.predicate] == [
        "cookie",
        names.CLIENT_TOKEN_HEADER,
    ]
    assert looked_at(its_own.and_matcher.predicate[0]) == "authorization"
    assert its_own.and_matcher.predicate[1] == person
    forwarding = [route for route in routes_of(host) if route.route.cluster.endswith("/own")]
    assert forwarding
    assert all("authorization" in route.request_headers_to_remove for route in forwarding)


def looked_at(predicate: Any) -> str:
    """The header whose joined fields a predicate of the match tree looks at."""
    found = http_inputs_pb2.HttpRequestHeaderMatchInput()
    assert predicate.single_predicate.input.typed_config.Unpack(found)
    return str(found.header_name)


def test_an_applications_own_header_for_machines_is_one_at_its_own_paths_only() -> None:
    places = (Destination("site.example.com"), Destination("site.example.com", "/admin"))
    whole, admin = (
        replace(
            application(name, ENGINEERS), destinations=(place,), service_token_header=f"x-machine-of-{name}"
        )
        for name, place in zip(("whole", "admin"), places, strict=True)
    )
    _, of_admin, of_whole = beside_a_person(hosts(state(whole, admin))["site.example.com"])
    path, header, _ = of_admin.and_matcher.predicate
    assert (looked_at(path), looked_at(header)) == (":path", "x-machine-of-admin")
    elsewhere, header, _ = of_whole.and_matcher.predicate
    assert elsewhere.not_matcher == path
    assert looked_at(header) == "x-machine-of-whole"
    regex = path.single_predicate.value_match.safe_regex.regex
    assert re.fullmatch(regex, "/admin/users?x=/")
    assert not re.fullmatch(regex, "/public?x=/admin")


def beside_a_person(host: Any) -> list[Any]:
    """What is refused beside a person's credential."""
    return [
        matcher.predicate
        for matcher in host.matcher.matcher_list.matchers
        if matcher.predicate.HasField("and_matcher")
    ]


def test_methods_are_known_by_name_and_case() -> None:
    for host in (*application_hosts(HOSTS), HOSTS["(team)"]):
        known = host.matcher.matcher_list.matchers[0].predicate.not_matcher.or_matcher.predicate
        assert {looked_at(predicate) for predicate in known} == {":method"}
        matches = [predicate.single_predicate.value_match.safe_regex.regex for predicate in known]
        assert [method for match in matches for method in match.split("|")] == list(METHODS)


@pytest.mark.parametrize("method", ["get", "GETS", "G", "TRACE", "CONNECT", "BREW", "GET|HEAD", ""])
def test_a_method_is_known_whole_or_not_at_all(method: str) -> None:
    assert not any(re.fullmatch(known, method) for known in KNOWN_METHODS)


def test_no_application_gets_what_would_echo_or_tunnel() -> None:
    assert not {"TRACE", "TRACK", "CONNECT"} & set(METHODS)


def test_our_token_twice_is_looked_for_in_all_cookie_headers_together() -> None:
    for host in (*application_hosts(HOSTS), HOSTS["(team)"]):
        assert not host.routes
        predicate = host.matcher.matcher_list.matchers[1].predicate
        assert looked_at(predicate) == "cookie"
        assert predicate.single_predicate.value_match.safe_regex.regex == token_twice(names.TOKEN_COOKIE)


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
    assert bool(re.fullmatch(token_twice(names.TOKEN_COOKIE), cookies)) is twice


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
