from __future__ import annotations

import pytest

from doorward.authz.request import question_of
from doorward.model.errors import Invalid, Refused
from tests.authz.checks import SOURCE, check


def test_the_facts_of_a_request_become_a_question() -> None:
    question = question_of(check(host="Hello.Example.com:8443", method="POST"), source=SOURCE)
    assert (question.method, question.host, question.target) == ("POST", "hello.example.com", "/wiki?page=2")
    assert (str(question.source), question.request_id) == ("192.0.2.7", "r-1")
    assert question.is_navigation is False


def test_headers_are_read_raw_and_their_names_in_lower_case() -> None:
    question = question_of(check(headers=[("Cf-Access-Token", b"caf\xe9")]), source=SOURCE)
    assert question.header("cf-access-token") == "café"


def test_a_header_that_was_sent_twice_stays_twice() -> None:
    question = question_of(
        check(headers=[("cf-access-token", b"one"), ("Cf-Access-Token", b"two")]), source=SOURCE
    )
    assert question.headers["cf-access-token"] == ["one", "two"]
    with pytest.raises(Refused, match="2 times"):
        question.header("cf-access-token")


def test_the_address_is_what_the_edge_says_whatever_headers_and_the_connection_say() -> None:
    lies = [("x-forwarded-for", b"203.0.113.9"), ("x-doorward-source", b"203.0.113.9")]
    assert str(question_of(check(headers=lies), source=SOURCE).source) == "192.0.2.7"


@pytest.mark.parametrize("source", ["fe80::1%4", "fe80::1%eth0"])
def test_a_zone_is_no_part_of_where_somebody_is(source: str) -> None:
    assert str(question_of(check(), source=source).source) == "fe80::1"


@pytest.mark.parametrize("source", ["", "-", "unix:/socket", "hello.example.com", "192.0.2.7:80"])
def test_without_an_address_there_is_no_question(source: str) -> None:
    with pytest.raises(Invalid, match="source"):
        question_of(check(), source=source)


@pytest.mark.parametrize(("target", "host"), [("", "a.example.com"), ("*", "a.example.com"), ("/", "")])
def test_without_host_or_path_there_is_no_question(target: str, host: str) -> None:
    with pytest.raises(Invalid, match="path"):
        question_of(check(target, host=host), source=SOURCE)


def test_the_certificate_and_the_hostname_of_the_connection_are_the_edges_word() -> None:
    pem = "-----BEGIN%20CERTIFICATE-----%0AAA%2B%2F%3D%0A-----END%20CERTIFICATE-----%0A"
    lies = [("x-forwarded-client-cert", b"Hash=00"), ("sni", b"other.example.com")]
    question = question_of(check(sni="Hello.Example.com.", certificate=pem, headers=lies), source=SOURCE)
    assert question.server_name == "hello.example.com"
    assert question.certificate == "-----BEGIN CERTIFICATE-----\nAA+/=\n-----END CERTIFICATE-----\n"
    without = question_of(check(sni=""), source=SOURCE)
    assert (without.server_name, without.certificate) == ("", "")
