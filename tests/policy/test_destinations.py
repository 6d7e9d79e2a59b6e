from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.model.application import Application
from doorward.model.destination import Destination
from doorward.model.errors import Invalid
from doorward.policy.destinations import Destinations, path_regex
from tests.nouns import application


def at(*places: str) -> Destinations:
    """An application at each place, called after it."""
    return Destinations.of([called(place) for place in places], reserved=["access.example.com"])


def called(place: str) -> Application:
    host, slash, path = place.partition("/")
    return replace(application(place), destinations=(Destination(host, f"/{path}" if slash else ""),))


def found(destinations: Destinations, host: str, path: str) -> str:
    application = destinations.application_at(host, path)
    return "" if application is None else application.id


PLACES = at(
    "example.com",
    "example.com/admin",
    "example.com/admin/users",
    "example.com/*/users",
    "example.com/v-*/x",
    "paths.example.com/only",
    "*.example.com",
    "*.deep.example.com",
    "*.deep.example.com/admin",
)


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        ("example.com", "/", "example.com"),
        ("example.com", "/adminx", "example.com"),
        ("example.com", "/admin", "example.com/admin"),
        ("example.com", "/admin/", "example.com/admin"),
        ("example.com", "/admin/x/y", "example.com/admin"),
        ("example.com", "/admin/users/7", "example.com/admin/users"),
        ("example.com", "/other/users/7", "example.com/*/users"),
        ("example.com", "//users", "example.com"),
        ("example.com", "/v-2/x", "example.com/v-*/x"),
        ("example.com", "/v-/x", "example.com/v-*/x"),
        ("example.com", "/v/x", "example.com"),
        ("example.org", "/", ""),
        # A path that nobody has on an exact host is the wildcard's.
        ("paths.example.com", "/only/a", "paths.example.com/only"),
        ("paths.example.com", "/else", "*.example.com"),
        # Wildcards stand for any number of labels, the longest counts, and paths do not inherit.
        ("a.example.com", "/admin", "*.example.com"),
        ("a.b.example.com", "/", "*.example.com"),
        ("a.deep.example.com", "/", "*.deep.example.com"),
        ("a.deep.example.com", "/admin/x", "*.deep.example.com/admin"),
        ("deep.example.com", "/", "*.example.com"),
        ("xexample.com", "/", ""),
        # Doorward's own.
        ("access.example.com", "/", ""),
        ("x.access.example.com", "/", "*.example.com"),
    ],
)
def test_the_most_specific_destination_answers(host: str, path: str, expected: str) -> None:
    assert found(PLACES, host, path) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/ADMIN",
        "/Admin/x",
        "/admin;jsessionid=1",
        "/admin;a/x",
        "/admin%3Bx",
        "/admin.",
        "/admin%20",
        "/admin..;/x",
        "/aDmIn/",
    ],
)
def test_what_an_origin_may_read_as_a_path_is_judged_as_that_path(path: str) -> None:
    assert found(PLACES, "example.com", path) == "example.com/admin"


def test_the_order_of_the_configuration_makes_no_difference() -> None:
    names = ["example.com/a*", "example.com/*b", "example.com/*", "example.com/ab", "example.com"]
    for turned in (names, names[::-1]):
        there = at(*turned)
        assert [placed.application.id for placed in there.at("example.com")] == [
            "example.com/ab",
            "example.com/*b",
            "example.com/a*",
            "example.com/*",
            "example.com",
        ]


def test_two_applications_at_one_place_are_refused() -> None:
    with pytest.raises(Invalid, match=r"'example.com/Admin' is where application 'example.com/admin' is"):
        at("example.com/admin", "example.com/Admin")


def test_the_team_domain_is_no_applications() -> None:
    with pytest.raises(Invalid, match=r"'access.example.com' is the team domain"):
        at("access.example.com/admin")


def test_a_wildcard_host_itself_is_what_it_is_to_the_names_that_it_stands_for() -> None:
    ids = [placed.application.id for placed in PLACES.at("*.deep.example.com")]
    assert ids == ["*.deep.example.com/admin", "*.deep.example.com"]
    assert [p.application.id for p in at("*.b.example.com/x", "*.example.com").at("*.b.example.com")] == [
        "*.b.example.com/x",
        "*.example.com",
    ]


labels = st.sampled_from(["a", "b", "example", "com", "*"])
hosts = st.lists(labels, min_size=1, max_size=4).map(".".join)
segments = st.sampled_from(["a", "b", "ab", "*", "a*", "*b", "A"])
paths = st.lists(segments, max_size=3).map(lambda parts: "".join(f"/{part}" for part in parts))
exact_hosts = st.lists(st.sampled_from(["a", "b", "example", "com", ""]), min_size=1, max_size=5).map(
    ".".join
)
asked = st.lists(st.sampled_from(["a", "b", "ab", "AB", "axb", "a;b", ""]), max_size=4).map(
    lambda parts: "/" + "/".join(parts)
)


@given(
    places=st.lists(st.builds(Destination, hosts, paths), max_size=6, unique_by=lambda place: place.key),
    host=exact_hosts,
    path=asked,
)
def test_it_is_the_first_of_all_that_match_in_the_order_of_the_rules(
    places: list[Destination], host: str, path: str
) -> None:
    """Against the rules said again, slowly: every destination that matches, the most specific of them."""
    applications = [replace(application(str(n)), destinations=(place,)) for n, place in enumerate(places)]
    expected = min(
        (
            (place.hostname != host, -len(place.hostname), _rank(place.path), str(n))
            for n, place in enumerate(places)
            if _covers(place.hostname, host) and re.fullmatch(path_regex(place.path), path)
        ),
        default=None,
    )
    answer = Destinations.of(applications).application_at(host, path)
    assert (answer.id if answer else None) == (expected[-1] if expected else None)


def _covers(pattern: str, host: str) -> bool:
    if pattern == host:
        return True
    suffix = pattern[1:]
    return pattern.startswith("*.") and host.endswith(suffix) and len(host) > len(suffix)


def _rank(path: str) -> tuple[int, list[tuple[bool, int, str]]]:
    parts = path.lower().split("/")
    return (-len(parts) if path else 0, [("*" in part, -len(part), part) for part in parts])
