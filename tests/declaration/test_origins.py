from __future__ import annotations

from datetime import timedelta

import pytest

from doorward.declaration.declared import DeclaredOrigin
from doorward.model.application_options import OriginHeaders, OriginTimeouts
from tests.declaration.files import application, declared, said, section


def read(rest: str) -> DeclaredOrigin:
    applications = declared(application(rest)).applications
    assert applications is not None
    return applications[0].origin


def test_headers_are_read_in_lower_case_and_in_the_order_of_their_names() -> None:
    found = read("origin: {headers: {add: {X-B: '100%', X-A: a b}, remove: [X-Debug, x-debug]}}")
    assert found.headers == OriginHeaders(added=(("x-a", "a b"), ("x-b", "100%")), removed=("x-debug",))


def test_identity_headers_are_read() -> None:
    found = read("origin: {identity_headers: {X-User: email, X-Unit: 'claim:department', X-Groups: groups}}")
    assert found.identity_headers == (
        ("x-groups", "groups"),
        ("x-unit", "claim:department"),
        ("x-user", "email"),
    )


def test_timeouts_are_read() -> None:
    found = read("origin: {timeouts: {connect: 2s, request: 30s, idle: 10m}}")
    assert found.timeouts == OriginTimeouts(
        connect=timedelta(seconds=2), request=timedelta(seconds=30), idle=timedelta(minutes=10)
    )
    assert read("").timeouts == OriginTimeouts()


WRONG = [
    ("{headers: {add: {Host: a}}}", "origin.headers.add.Host: host belongs to the protocol"),
    (
        "{headers: {add: {X-Forwarded-For: a}}}",
        "origin.headers.add.X-Forwarded-For: x-forwarded-for is the",
    ),
    (
        "{headers: {remove: [Cf-Access-Jwt-Assertion]}}",
        "origin.headers.remove[0]: cf-access-jwt-assertion is",
    ),
    ('{headers: {add: {X-A: "a\\r\\nX-B: b"}}}', "origin.headers.add.X-A: is not a header's value"),
    ("{headers: {add: {X-A: a, x-a: b}}}", "origin.headers.add.x-a: x-a stands here twice"),
    ("{headers: {add: {X-A: a}, remove: [x-a]}}", "origin.headers.remove: x-a is added too"),
    ("{headers: {set: {X-A: a}}}", "origin.headers.set: 'set' is not a field here"),
    ("{identity_headers: {X-A: age}}", "origin.identity_headers.X-A: 'age' is not a fact about people"),
    ("{identity_headers: {X-A: 'claim:'}}", "origin.identity_headers.X-A: 'claim:' is not a fact"),
    (
        "{identity_headers: {Authorization: email}}",
        "origin.identity_headers.Authorization: authorization is the",
    ),
    (
        "{identity_headers: {X-A: email}, headers: {remove: [X-A]}}",
        "origin.identity_headers.x-a: x-a is in headers too",
    ),
    ("{timeouts: {request: 0s}}", "origin.timeouts.request: '0s' is not a duration"),
    ("{timeouts: {request: 25h}}", "origin.timeouts.request: 25h is out of range: use 1s to 24h"),
]


@pytest.mark.parametrize(("rest", "sentence"), WRONG)
def test_a_wrong_origin_is_told(rest: str, sentence: str) -> None:
    lines = said(application(f"origin: {rest}"))
    assert any(line.startswith(f"access.yaml:3: applications[0].{sentence}") for line in lines), lines


def test_how_long_a_connector_dials_is_its_own_affair() -> None:
    lines = said(application("tunnel: office, origin: {timeouts: {connect: 2s}}"))
    assert any("timeouts.connect: is for servers that the edge dials itself" in line for line in lines), lines


@pytest.mark.parametrize(
    ("kind", "url", "sentence"),
    [
        ("tcp", "tcp://127.0.0.1:22", ""),
        ("tcp", "tcp://[::1]:22", ""),
        ("tcp", "http://127.0.0.1:22", "has no tcp:// at its beginning"),
        ("tcp", "tcp://127.0.0.1", "is not a host and a port"),
        ("tcp", "tcp://127.0.0.1:22/x", "is not a host and a port"),
        ("tcp", "tcp://a@b:22", "holds a user or password"),
        ("self_hosted", "tcp://127.0.0.1:22", "has no http:// or https://"),
    ],
)
def test_what_is_dialled_goes_with_the_type(kind: str, url: str, sentence: str) -> None:
    file = section("applications", f"{{id: a, type: {kind}, hostname: a.example.com, url: '{url}'}}")
    if sentence:
        assert any(sentence in line for line in said(file))
    else:
        assert declared(file).applications
